"""Which reader reads what, by the request's Content-Type."""

from __future__ import annotations

from ingest.formats import columnar, line_protocol, lines, senml
from ingest.formats.parsed import Read

COLUMNS = "application/vnd.holdfast.columns+json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
LINE_PROTOCOL = "text/plain"
SENML = "application/senml+json"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"

MEDIA_TYPES = (COLUMNS, NDJSON, CSV, LINE_PROTOCOL, SENML, ARROW, PARQUET)


def reader_of(media_type: str) -> Read:
    """The reader of one of MEDIA_TYPES; JSON that is no array of readings is read by
    columnar.py."""
    # pyarrow takes 0.3 s to import, which clients who send JSON needn't wait for.
    if media_type in (CSV, ARROW, PARQUET):
        from ingest.formats import sheets, tables

        return {CSV: sheets.read, ARROW: tables.read_arrow, PARQUET: tables.read_parquet}[
            media_type
        ]
    text_readers: dict[str, Read] = {
        NDJSON: lines.read,
        LINE_PROTOCOL: line_protocol.read,
        SENML: senml.read,
    }
    return text_readers.get(media_type, columnar.read)
