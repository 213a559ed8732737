"""Saying something to devices.

provisioning  one-time token → certificate
commands      what devices are told to do, and what they answer
command_runs  the same for all devices of a group
"""
