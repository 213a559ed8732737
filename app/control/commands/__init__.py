"""Telling devices what to do, and what they answer.

methods  what each method takes, and a check of parameters that can't take for ever
service  commands of a device
queue    a command for one device, from whatever part of the product
"""
