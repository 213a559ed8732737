"""From what became of an alert to a message.

schemas, service  the delivery log, as it is asked for
policy    who is told of it, when, or why not: pure functions
message   what is said, in words
formats   the same as the bodies that receivers take
mail      the same as a mail
delivery  one attempt to send it, with the receiver's real answer
"""
