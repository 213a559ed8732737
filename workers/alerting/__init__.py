"""What alerting does beside the stored readings: loops, like rollups.py and for the same reasons.

clock       time: durations, silences, schedules, windows
late        late readings are taken in
membership  which rules watch which sensors
turns       what the three have in common: a turn each second, errors waited out, its time measured

Any number of workers may run them: the locks on the sensors' rows say who decides, and who comes
second finds it done.
"""
