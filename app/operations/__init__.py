"""Running the platform: what those ask who keep it up.

| file or folder         | what                                                                   |
|------------------------|------------------------------------------------------------------------|
| `health/`              | /health: does the process, does every part answer                      |
| `metrics.py`           | /metrics, on a listener of its own: figures for Prometheus             |
| `jobs/`                | /admin/jobs: what is done later, and what could not be done            |
| `problems.py`          | /api/problems: every code that an error can carry                      |
| `local_objects.py`     | /api/objects: files of an installation without an object store, whole  |
|                        | or as `byte_ranges.py` reads it from a request                         |
| `doctor.py`            | `holdfast doctor`: what is wrong with the readings' tables, and        |
|                        | `exposure.py`: what of the installation is open                        |
| `backup_files.py`      | backups that a clock has made: is the newest too old                   |
| `healthy.py`           | `holdfast healthy`: does a program answer                              |
| `audit.py`             | `holdfast audit verify`: whether the audit log is as it was written    |
| `organizations.py`     | `holdfast admin organizations`, `usage`, `sessions`: what the operator |
|                        | asks of all organizations, and does to them                            |
| `secrets.py`           | what depends on older secrets, for `holdfast admin keys`:              |
|                        | `secrets_report.py` prints it                                          |
| `timeseries_health.py` | what the database tells of them, as figures for Prometheus and as      |
|                        | findings for people                                                    |
"""
