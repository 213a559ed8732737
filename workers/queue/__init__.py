"""From a recorded job to its end.

| file              | what                                                                        |
|-------------------|-----------------------------------------------------------------------------|
| `relay.py`        | puts jobs that are due into queues, in turn, and lost ones anew ← start here |
| `arq_queue.py`    | the queues in Valkey                                                        |
| `arq_consumer.py` | takes jobs out of one and calls the runner                                  |
| `runner.py`       | one job: its claim, its lease, its time-out, its end                        |
| `job.py`          | what a handler is given, and what a type of job and a queue are             |

Invariants: a job is a row of `platform.job`, whose state (db/queries/jobs.py) alone says what is to
be done. A queue holds ids that the database has given out; each has a fence, so that an id that is
lost, doubled or late does no harm. Whatever is empty, restarted or away for a while, the jobs are
there, and none is finished twice.

Why arq only pops: its own retries, results, time-outs and logs are switched off. It keeps them in
Valkey, where they would be a second truth beside the row, lost with Valkey's data and not written
in one transaction with the tenant's. What remains is what it does well: a sorted set from which any
number of workers take, and the tasks that run what was taken. To claim straight from PostgreSQL
would take Valkey out of the jobs' way and this package's arq files with it; a poll of each idle
worker would then go to the database instead.
"""
