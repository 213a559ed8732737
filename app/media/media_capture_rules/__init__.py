"""Which events are to be seen, and by which cameras.

controller   /media-capture-rules
schemas      a rule as it travels
service      kept rules; what they mean is db/functions/platform/event_captured.sql
"""
