"""Alerts: episodes of event time, a function of a rule and the readings, whatever arrived when.

definition  what a version of a rule says, as it is kept
logic       what that comes to: tests of values, spans, a clock, a window
intervals   conditions on numbers as intervals of doubles
schedule    when a rule is active: what a wall clock shows
series      values by event time
windows     values of windows on a grid
machine     the state of one rule on one sensor, step by step: the hard part, start there
fold        many values into a machine; the quiet band around one
watching    between the database's rows and machines
decisions   what a transaction has decided, and writes
each        one that can't be decided keeps no other waiting
look        readings that leave the quiet band, in the transaction that stores them
clock       what time does by itself
repair      late readings: decided anew
connections devices that are disconnected, by what brokers tell
membership  which rules watch which sensors
"""
