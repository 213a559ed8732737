"""What has served its time is deleted, and room is made for what comes.

| file            | what                                                                          |
|-----------------|-------------------------------------------------------------------------------|
| `readings.py`   | once a night: days, rollups and single readings beyond their retention        |
| `partitions.py` | days of readings made ahead of time                                           |
| `health.py`     | days of devices' health, made ahead and dropped                               |
| `events.py`     | months of the journal, made ahead and dropped                                 |
| `alerting.py`   | what no late reading begins from any more                                     |
| `notifications.py` | the delivery log                                                           |
| `cleanup.py`    | finished jobs, expired answers, uploads that nobody will finish               |
"""
