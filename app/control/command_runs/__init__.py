"""One command for every device of a group, at a rate.

service  asked for, looked at, called off
release  the next devices get theirs: what a worker repeats (workers/command_runs.py)
"""
