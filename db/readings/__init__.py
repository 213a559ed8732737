"""The hot SQL of readings.

store, columns, pgcopy   storing: a transaction's rows, as columns, as COPY
partitions, backend      the days; which backend keeps them
latest, series, buckets  asking: the newest, one by one, by intervals
export                   in bulk, as COPY from one snapshot
times                    times as integers
"""
