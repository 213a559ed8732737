"""Answers about readings, in the format that the client asks for.

| Accept                                  | what it is                              | written by | rows              |
|-----------------------------------------|-----------------------------------------|------------|-------------------|
| application/json                        | an object for each reading or bucket    | text.py    | a page            |
| application/vnd.holdfast.columns+json   | an array for each field                 | text.py    | a page            |
| application/x-ndjson                    | an object on each line                  | text.py    | all, as they come |
| text/csv                                | RFC 4180, UTF-8, with a header          | text.py    | all, as they come |
| application/vnd.apache.arrow.stream     | Arrow IPC stream                        | arrow.py   | all, as they come |
| application/vnd.apache.parquet          | Parquet                                 | arrow.py   | all, as they come |

An answer is a table (table.py): columns of one length, each of one kind; formats.py finds what Accept
asks for. Values are exact in every format, times too. What is given out as readings can be sent to
/readings/batch again, where it is known as duplicates.
"""
