"""Kinds of devices, version by version.

rules    what a device profile may say, and what a new version changes: pure
service  the versions
"""
