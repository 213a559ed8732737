"""Saying something to devices.

certificates  what devices prove themselves with, and the authority that signs it
provisioning  one-time token → certificate
"""
