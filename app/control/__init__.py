"""Saying something to devices.

provisioning  one-time token → certificate
commands      what devices are told to do, and what they answer
"""
