"""Programs that sign in by a person who says yes elsewhere (device authorization, RFC 8628): what
they are given is an API key.

store                          requests that wait, in Valkey, for minutes
oauth                          what programs ask, in OAuth's own words
schemas, service, controller   what the person is shown and says
"""
