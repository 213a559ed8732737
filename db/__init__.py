"""What we keep. It imports nothing of ours above.

connections  pools, sessions, snapshots, NOTIFY, locks, background loops
models       the tables of schema `platform`, one file an area
migrations   how tables came to be, numbered; roles; TimescaleDB
functions    what the database's functions ARE: one file each, made anew when it changes
readings     the hot SQL: storing readings, and asking for them
rollups      what keeps rollups exact; retention
queries      all other SQL that isn't the ORM's, one file a question's owner
customers    what an organization's customers see, table by table
ids          new ids
statements   how much one statement carries
"""
