"""Signing in, and who a credential stands for.

authentication  from a header to an Actor: JWT or API key
service         registering, signing in
passwords       hashed beside everything else, a few at a time; common ones refused
operator        organizations that the operator makes
"""
