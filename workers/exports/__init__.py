"""Exports: from one snapshot of the database, through Arrow and Parquet, into a ZIP in the object store.

job.py       the kind of work: begin, make, end, give up                     ← start here
scope.py     which sensors, and what is known of them
stream.py    windows of time out of the database
rows.py      the binary COPY as arrays
archive.py   readings.parquet, annotations.parquet, manifest.json in a ZIP
parquet.py   arrays as row groups
tidy.py      files that nobody waits for any more

Nothing whole is in memory or on disk: a row group, and two parts of the upload.
"""
