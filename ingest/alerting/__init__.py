"""Alerts: episodes of event time, a function of a rule and the readings, whatever arrived when.

definition  what a version of a rule says, as it is kept
"""
