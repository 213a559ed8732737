"""API keys, which programs sign in with.

rotation                      made anew while the former one goes on
schemas, service, controller  made, listed, changed, revoked
"""
