"""Versions of configurations, which never change.

service   they are added, listed, deleted
content   what a profile lets a configuration say, and how it is hashed
uploads   those that are too large for a request: asked for, sent to the store, checked
"""
