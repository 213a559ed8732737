"""Saying something to devices.

certificates  what devices prove themselves with, and the authority that signs it
provisioning  one-time token → certificate
commands      what devices are told to do, and what they answer
command_runs  the same for all devices of a group
"""
