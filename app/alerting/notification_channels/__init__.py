"""Channels: where messages go. Addresses and keys are sealed, and never shown again.

schemas, service, controller  of people
destination                   the same, opened, for whoever sends
"""
