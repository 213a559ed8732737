"""The embedded default: the whole platform from one command, on a Linux machine with Python alone.

| file                    | what                                                                  |
|-------------------------|-----------------------------------------------------------------------|
| `up.py`                 | `holdfast up`: in a terminal, or under a service manager              |
| `supervisor.py`         | all that is started, in order, and how it ends ← start here           |
| `program_supervisor.py` | one program: started, asked whether it answers, started again         |
| `process.py`            | a program as a process: how it begins, is watched and ends            |
| `log_rotation.py`       | log files of programs that run, cut where they have grown             |
| `leftovers.py`          | processes of an earlier run, found and ended                          |
| `installation.py`       | what our own programs are made from, and the settings that they get   |
| `programs.py`           | our own programs: how each is started, what it is told                |
| `listeners.py`          | sockets that listen while programs come and go                        |
| `probes.py`             | whether a server answers                                              |
| `postgres.py`           | a cluster of PostgreSQL; `postgres_binaries.py` finds its programs,   |
|                         | `postgres_parameters.py` says what it is told                         |
| `valkey.py`             | Valkey                                                                |
| `state.py`              | the state directory, its lock and its secrets                         |
| `secret_keys.py`        | another secret, and what becomes of those before                      |
| `account.py`            | which account PostgreSQL runs under, and what that can reach          |
| `sockets.py`, `files.py`| where Unix sockets lie; files that are written whole                  |
| `first_run.py`          | the first organization; `credentials.py` is how to sign in to it      |
| `ready.py`              | what a started platform says about itself                             |
| `progress.py`           | how a start is shown                                                  |
| `backup/`               | the whole installation in one file, and back                          |
| `errors.py`             | what can go wrong                                                     |
"""
