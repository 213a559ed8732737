"""Alerting: what is watched, what was found, and what people do about it.

ids           of all three, as they travel
alert_rules   what is watched, and how: versions, words, back-tests
alerts        what was found, and how it is handled
alert_mutes   when nobody is told

Rules are decided in `ingest/alerting`, by the write path and by workers; nothing here decides.
"""
