"""The back room: work that is done later, and what recurs. One thin file for each kind of work.

queue/relay.py    puts jobs that are due into queues, in turn, and lost ones anew         ← start here
queue/runner.py   one job: its lease, its time-out, its end
job_types.py      every type of job that there is                                         ← add yours
schedules.py      what recurs, once for all workers                                       ← add yours
queue/arq_queue.py, queue/arq_consumer.py   arq, and nothing else knows it
"""
