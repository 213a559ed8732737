"""Who asks: people with sessions, programs with API keys, all within an organization.

auth           registering, signing in, who a credential stands for
organizations  the tenant itself
sessions       where people are signed in, and their tokens
api_keys       what machine clients sign in with
public_keys    the keys with which others verify our access tokens
ids            the ids of these resources
"""
