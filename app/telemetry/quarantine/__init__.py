"""What could not be stored, with its reason.

service  listed, looked at, deleted
replay   stored after all, where what was wrong was mended
"""
