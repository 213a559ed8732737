"""Who asks: people with sessions, programs with API keys, all within an organization.

auth           registering, signing in, who a credential stands for
recovery       forgotten and changed passwords, proven addresses
second_factor  codes beside the password: enrolled, confirmed, removed
factor_codes, factor_proof  how they are computed; one at the door, counted and good once
device_logins  programs that sign in by a person's yes elsewhere: `holdfast login`
sign_in_attempts, device_cookies  how often one account may be tried; by browsers it knows
organizations  the tenant itself
customers      whom it lets see what it has given them
members        who belongs to it, and as what
invitations    asking somebody to become one
sessions       where people are signed in, and their tokens
api_keys       what machine clients sign in with
signing_keys   what access tokens are signed with: made, replaced, ended
public_keys    the keys with which others verify our access tokens
key_lookup     an API key that is shown, found
letters, letter_tokens  what people are written about their accounts, and what that carries
audit          who changed what, to be read
ids            the ids of these resources
"""
