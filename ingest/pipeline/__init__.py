"""The line of a reading: from what a device sent to a committed row and a receipt.

    messages                    what arrived, and the text of each element
       │ gather                 one table: a row for each element          Rows[Mention]
       │ expand                 a row for each value of a structured payload
       │ resolve                whose reading is it? the tenant wall       Rows[Sensor | SensorName]
       │ check                  time, size, characters; retention; the sensor's profile
       │ create                 sensors that are reported first            Rows[Sensor]
       │ convert                each value in the column of its sensor's type
       │ sort                   by the readings' key                       SortedReadings
    ───┼──────────────────────  up to here: prepared beside another batch's transaction
       │ store, steps           one transaction; a small batch is one statement
       │ compare, quarantine    what the key refused; what is refused, as it was sent
    ───┼──────────────────────  COMMIT
       │ notify, receipts       subscribers; every message's sender

A step takes the table and gives the next one: it adds a column or takes rows out. What it takes out
stands in `rejections`, with its reason, and goes to quarantine in the batch's transaction. Steps
are pure and don't wait, but for three that ask the database beforehand: `load`, `create`, `widen`,
each in a transaction of its own.

What always holds
- The database decides. Its key says what is new, its commit says what is stored; nobody is told
  anything before.
- Nothing is lost in silence: accepted + duplicates + quarantined is what was sent, and quarantine
  has the source text of what was refused. A property test compares receipts with the tables.
- One bad element costs no other; a structured payload is stored whole or not at all.
- The first value at a sensor's time stands. The same again is a duplicate, another one a conflict.
- Only resolve.py says what a name means: the ingest role bypasses row-level security, so that is
  where a tenant ends. No step after it can reach another tenant's sensor.
- What is remembered decides how fast, never what: a sensor's newest time, the days with partitions.
  A sensor or a profile that changes makes the registry count it, and a batch that was prepared
  before is prepared again.
- Everyone writes in one order: readings by key, sensors by theirs. Writers who deliver the same
  rows meet without a deadlock; where one takes for new what another takes for late, the inbox tries
  again.
- A step of another area (steps.py) writes in the batch's transaction, or nothing of both is there.

Why it is so, and what was tried and left
- Columns, and COPY built column by column: 1.4 to 1.9 times as fast as COPY of ready tuples, at a
  third of the client's time.
- INSERT … ON CONFLICT for every row, with the rollups' upserts: a third of the rate of COPY. COPY
  alone fails whole at the first duplicate. So what is later than its sensor's newest goes by COPY
  and the rest is asked for; a wrong guess costs the transaction, which is done again without
  guessing.
- COPY for few rows loses: it takes two round trips more. Below 200 rows one statement is
  everything.
- Rollups upserted beside COPY left 0.4 of the rate instead of 1.4. A job makes them, and a batch
  notes what of it is late (db/rollups).
- A foreign key from readings to sensors doubled the insert's cost: `resolve` stands instead of it.
- Steps that pointed into an unfiltered table with index arrays, each into the one before it: eight
  shapes to know. Rows that are refused leave the table now, and a batch without any pays nothing.
- Looking names up with a key of speaker and text took twice the time of one table a speaker, told
  apart by identity. Hashing Python's UUIDs took as long as decoding: ids are the driver's.
- A message for each publish: most devices send one reading in each, and a message costs as much as
  five. What a connection brings at once is one message (Burst), of which each body stays itself.
- Partitions made in the batch that needs them: everybody waits for the locks. Now those wait whose
  readings they are, and nobody else (ingest/inbox).
- Sorting sensors by arrays of their ids instead of by bytes: no faster below a thousand.

The files, in the order of the line
run.py         the line itself                                                        ← start here
messages.py    a message, or a burst of them; where it may be cut; what was sent
decode.py      JSON bodies, element by element
leniency.py    JSON that isn't quite: NaN, a byte order mark
instants.py    times as they are written, cut to microseconds
rows.py        the table, and how rows leave it
values.py      values as they were sent, in columns
metadata.py    what a reading comes with, as JSON
numbering.py   distinct items, and which each row has
rejection.py   why something is not stored
kept.py        what is kept of a long element that is refused
gather.py      messages to one table
directory.py   devices, their parts and sensors, as they are known
registry.py    the directory that is filled from the database and told of changes
profiles.py    a sensor profile, compiled: values to typed values or faults
expand.py      structured payloads, all or none
resolve.py     names to sensors: the tenant wall
check.py       rules on time, value, retention, profile
create.py      sensors that are missing, and integers that turn out fractions
convert.py     values to the types of their sensors
partitions.py  days that need one first
sort.py        the readings' order, and what repeats a key
steps.py       what other areas do inside the transaction
store.py       the transaction
compare.py     new, duplicate or conflict
quarantine.py  what is kept of refused elements
preview.py     the same, where nothing is stored
receipts.py    what everyone is told
"""
