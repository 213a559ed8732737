"""Saying something to devices.

certificates            what devices prove themselves with, and the authority that signs it
provisioning            one-time token → certificate
commands                what devices are told to do, and what they answer
command_runs            the same for all devices of a group
config_artefacts        versions of configurations
desired_state_bindings  what has which configuration: desired, and reported
rollouts                something new in phases: the engine, and roll-outs of bindings
ids                     the ids of this area's resources
"""
