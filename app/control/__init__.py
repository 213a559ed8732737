"""Saying something to devices.

provisioning  one-time token → certificate
"""
