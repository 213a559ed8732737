"""What could not be stored, with its reason.

service  listed, looked at, deleted
fixes    what was wrong, changed in the source text
counts   how much was refused when, and why
replay   stored after all, where what was wrong was mended
"""
