"""Bodies of HTTP: each is read into columns, or into elements, and takes the one pipeline.

| media type                             | read by           | a reading is                              |
|----------------------------------------|-------------------|-------------------------------------------|
| application/json, an array             | arrays.py         | an element                                |
| application/json, an object of arrays  | columnar.py       | what stands at one place of the arrays    |
| application/vnd.holdfast.columns+json  | columnar.py       | the same                                  |
| application/x-ndjson                   | lines.py          | a line                                    |
| text/csv                               | sheets.py         | a row                                     |
| text/plain (InfluxDB line protocol)    | line_protocol.py  | a field of a line                         |
| application/senml+json (RFC 8428)      | senml.py          | a record with a value                     |
| application/vnd.apache.arrow.stream    | streams.py        | a row                                     |
| application/vnd.apache.parquet         | parquet.py        | a row                                     |

A body that isn't what it says it is, is refused whole (NotReadings); what is wrong with one reading
is that reading's Rejection. Nothing here knows devices or sensors: whose a reading is,
`ingest.pipeline.resolve` says.

What always holds, whatever a body is made of
- A reader asks the budget before it makes anything. What is said once for many rows is decoded,
  measured and kept once.
- No parser that isn't Python's, or msgspec's, runs in a process with anything to lose: what ends a
  process costs one body.
- There is no other error than NotReadings and TooManyElements. Any other is logged as ours to mend.

reader_processes.py  whom to ask: here, or in a process that may die                ← start here
reader_process.py    the program of such a process
crossing.py          what it is asked and answers, as bytes that are not believed
reading.py           unpacked, and read by the media type's reader, without any other error
media_types.py       which reader that is
parsed.py            what each is asked and answers
budget.py            what a body may become
column_types.py      the types that its columns may have
tables.py            what a table of readings is: Arrow, Parquet and CSV
declared.py          what an Arrow stream says that it will take
compression.py       gzip and zstd, as a stream
cells.py, times.py   what columns have in common
"""
