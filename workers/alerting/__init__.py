"""What alerting does beside the stored readings, and telling people of it.

clock       time: durations, silences, schedules, windows
late        late readings are taken in
connections devices that are disconnected
membership  which rules watch which sensors
turns       what these four have in common: a turn each second, errors waited out, time measured

mutes       what still holds when nobody is muted any more: scheduled
notifier    which organizations have something to be told: a loop of its own
planning    the outbox becomes rows of the delivery log: to be sent when, or not, and why
bundling    rows whose time has come become messages, within what a channel may send
sending     a message is sent, again until it is taken: a type of job
backtests   rules are tried on what is stored, of many sensors: a type of job

The first four are loops like rollups.py, for the same reasons. Any number of workers may run them:
the locks on the sensors' and devices' rows say who decides, and who comes second finds it done.
What is told is decided in app/alerting/notifications/policy.py.
"""
