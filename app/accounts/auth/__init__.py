"""Signing in, and who a credential stands for.

authentication  from a header to an Actor: JWT or API key
service         registering, signing in
passwords       hashed beside everything else, a few at a time; common ones refused
sign_in_attempts  how often one account may be tried
operator        organizations that the operator makes
"""
