"""What was committed a moment ago, for whoever watches.

log        the live log in Valkey, a stream for each organization that is watched
publisher  hands over to it, and is never waited for
counts     how many readings were stored when, of an hour
"""
