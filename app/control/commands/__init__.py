"""Telling devices what to do, and what they answer.

methods    what each method takes, and a check of parameters that can't take for ever
service    commands of a device
watch      who waits for a command, or watches a device's
following  what those are told
parameters  of requests for them
queue      a command for one device, from whatever part of the product
"""
