"""Back-tests: what a rule would have found in what is stored. At once, or of more sensors or
readings than a request may read as a job, made by workers/alerting/backtests.py.

replay    a rule on one sensor's history
findings  what is found, in sum and by sensor
backtest  what a rule would have found, and what another would
"""
