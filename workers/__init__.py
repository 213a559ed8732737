"""The back room: work that is done later, and clocks. One thin file for each kind of work.

relay.py     hands recorded jobs to the queue, in turn, and takes lost ones back     ← start here
runner.py    one job: its lease, its time-out, its end
kinds.py     every kind of job that there is                                          ← add yours
clocks.py    what recurs, once for all workers                                        ← add yours
queue.py, consumer.py   arq, and nothing else knows it
"""
