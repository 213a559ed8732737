"""Links that show a dashboard, read-only, to whoever holds them: nobody signs in.

A link carries a token in its fragment, so that it is in no log and no Referer. The page that it
opens sends the token as everybody sends a key, and is an actor with one permission: what is shown
is one dashboard, with what was chosen as the link was made.

schemas, service  of the links
shown             what a link shows, and its live stream
controller        both
"""
