"""What components report, version by version.

service  the versions: added, never changed
preview  what a version would have refused of the readings that are stored
"""
