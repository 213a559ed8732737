"""Where bytes that a stranger sent are read by a library that may break on them.

walls.py     limits and the system calls that are left, from inside the process
child.py     the process: warms up, raises the walls, does one task
process.py   its other end: starts it, sends and receives, ends it
frames.py    what goes over the pipe between them
films.py     what a child warms up with

A child has no network, opens no file, starts no program, and ends with its parent. What a task is
belongs to who needs it: a module whose `main` calls `child.serve`.
"""
