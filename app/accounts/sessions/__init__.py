"""People who are signed in: a row each, and the tokens that are made of it.

access_tokens                 signed and verified without a database read
refresh_tokens                computed of the session, never stored
cookies                       the refresh token where only a browser has it
schemas, service, controller  begun, refreshed, listed, ended
"""
