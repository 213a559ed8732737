"""Alerts: what was found in the readings, and how people handle it.

schemas    as they travel
search     which alerts are asked for
service    lists, one with all about it
handling   acknowledge, resolve, assign, comment: one or many
"""
