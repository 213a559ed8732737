"""Readings in other formats than a JSON array: each is read into columns, or into elements, and
takes the one pipeline.

| media type                             | read by           | a reading is                              |
|----------------------------------------|-------------------|-------------------------------------------|
| application/json, an object of arrays  | columnar.py       | what stands at one place of the arrays    |
| application/vnd.holdfast.columns+json  | columnar.py       | the same                                  |
| application/x-ndjson                   | lines.py          | a line                                    |
| text/csv                               | sheets.py         | a row                                     |
| text/plain (InfluxDB line protocol)    | line_protocol.py  | a field of a line                         |
| application/senml+json (RFC 8428)      | senml.py          | a record with a value                     |
| application/vnd.apache.arrow.stream    | tables.py         | a row                                     |
| application/vnd.apache.parquet         | tables.py         | a row                                     |

A body that isn't what it says it is, is refused whole (NotReadings); what is wrong with one reading
is that reading's Rejection. Nothing here knows devices or sensors: whose a reading is,
`ingest.pipeline.resolve` says.

media_types picks the reader; parsed is what each is asked and answers. cells, naming and times are what
columns have in common; compression unpacks a body as a stream.
"""
