"""Exports: from one snapshot of the database, through Arrow and Parquet, into a ZIP in the object
store.

job.py         the job: begin, make, end, give up                     ← start here
scope.py       which sensors, and what is known of them and their profiles
stream.py      windows of time out of the database (db/readings/pgcopy.py makes columns of them)
annotations.py annotations, as they are asked for
archive.py     readings.parquet, annotations.parquet, manifest.json in a ZIP
fields.py      a typed column for each field of the sensors' profiles
parquet.py     the schema, and rows gathered to row groups
row_group.py   rows of all kinds as the columns of one row group
webhook.py     who asked for it is told that it has ended
cleanup.py     files that nobody waits for any more

Nothing whole is in memory or on disk: a row group, and two parts of the upload.
"""
