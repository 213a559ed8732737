"""The back room: work that is done later, and what recurs. One thin file for each kind of work.

| file or folder | what                                                                           |
|----------------|--------------------------------------------------------------------------------|
| `queue/`       | how a recorded job finds a worker, and is done once: relay, queue, runner      |
| `job_types.py` | every type of job that there is, and its queue ← add yours                     |
| `schedules.py` | what recurs, once for all workers ← add yours                                  |
| `rollups.py`   | keeps rollups fresh: a loop of its own, that needs the database alone          |
| `commands.py`  | the commands' clock: a loop of its own, too                                    |
| `command_runs.py` | one command for all devices of a group, at a rate                           |
| `configuration.py` | what devices are to be set to, where many are concerned; uploads that ended |
| `rollouts.py`  | roll-outs make their steps                                                     |
| `alerting/`    | time, late readings, which rules watch what; and telling people of alerts      |
| `calculations/` | sensors whose readings are calculated of others'                            |
| `analytics/`   | job definitions, run: what is computed of readings, and noted                  |
| `exports/`     | readings as a ZIP of Parquet files                                             |
| `clips/`       | ranges out of what cameras recorded, exact to the picture                      |
| `inspection/`  | what gateways have recorded themselves: made ours, or refused                  |
| `sandbox/`     | where bytes that a stranger sent are read behind walls                         |
| `recorder/` | its own program: cameras are recorded                                   |
| `media/`  | footage, once it is there                                                 |
| `twin/`   | a camera that is none, for the demonstration and for tests                |
| `webhooks.py`  | telling receivers outside: signed, again until they answer 2xx                 |
| `account_mail.py` | letters to people about their accounts                           |
| `audit.py`     | the audit log is sealed, and keeps its months                                  |
| `certificates.py` | the installation's own certificates are renewed                             |
| `signing_keys.py` | what access tokens are signed with is replaced                   |
| `retention/`   | what has served its time is deleted; partitions are made ahead                 |
| `organizations.py` | what a scheduled task does for every organization in turn                  |
| `context.py`   | what every job and every scheduled task is given                               |
| `__main__.py`  | the process: all of the above beside each other, until SIGTERM                 |
"""
