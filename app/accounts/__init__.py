"""Who asks: people with sessions, programs with API keys, all within an organization.

auth           registering, signing in, who a credential stands for
recovery       forgotten and changed passwords, proven addresses
organizations  the tenant itself
customers      whom it lets see what it has given them
members        who belongs to it, and as what
invitations    asking somebody to become one
sessions       where people are signed in, and their tokens
api_keys       what machine clients sign in with
public_keys    the keys with which others verify our access tokens
letters, letter_tokens  what people are written about their accounts, and what that carries
audit          who changed what, to be read
ids            the ids of these resources
"""
