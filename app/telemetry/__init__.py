"""Hearing devices: readings on their way in and out.

readings     one by one: in by every format, out by pages and streams
aggregates   as buckets, statistics and as many points as a screen has
live         as they are committed
influxql     as clients of InfluxDB 1 ask for them
quarantine   what could not be stored, and storing it after all
exports      taken away as files
tables       columns in the format that was asked for
ids          ids of these resources
"""
