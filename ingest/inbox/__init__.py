"""Group commit: what arrives while one transaction runs becomes the next one.

group_commit  the loop, and who is told what became of theirs
fair_queue    whose turn it is: one that uploads a month holds up nobody
"""
