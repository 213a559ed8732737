"""Job definitions: what is computed of readings on a clock, and what it writes.

schemas       as they travel
service       made, changed, deleted by people

Functions and the numbers that they take are in app/core/job_functions.py; those of packs come by
app/catalogue/packs/job_definitions.py. Their runs are in ../job_runs, what a run does is in
workers/analytics, the numbers are in ../figures.
"""
