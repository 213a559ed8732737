"""Which reader reads what, by the request's Content-Type."""

from __future__ import annotations

from ingest.formats import arrays, columnar, line_protocol, lines, senml
from ingest.formats.parsed import Read

COLUMNS = "application/vnd.holdfast.columns+json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
LINE_PROTOCOL = "text/plain"
SENML = "application/senml+json"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
# What a route for a single reading is sent: no media type, but read as one.
ONE_READING = "one reading"

MEDIA_TYPES = (COLUMNS, NDJSON, CSV, LINE_PROTOCOL, SENML, ARROW, PARQUET)
ENCODINGS = ("gzip", "zstd")
BINARY = (ARROW, PARQUET)
# Those that libraries in C++ read: never in a process that has anything to lose.
NATIVE = (CSV, ARROW, PARQUET)


def reader_of(media_type: str) -> Read:
    """The reader of one of MEDIA_TYPES, of ONE_READING, or of JSON."""
    if media_type in NATIVE:
        # pyarrow takes 0.3 s to import, and belongs into processes of its own.
        from ingest.formats import parquet, sheets, streams

        return {CSV: sheets.read, ARROW: streams.read, PARQUET: parquet.read}[media_type]
    text_readers: dict[str, Read] = {
        COLUMNS: columnar.read,
        NDJSON: lines.read,
        LINE_PROTOCOL: line_protocol.read,
        SENML: senml.read,
        ONE_READING: arrays.read_one,
    }
    return text_readers.get(media_type, arrays.read)
