"""From what Accept says to an answer: which format, its writer, its headers, and its words for OpenAPI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec
from litestar import Request, Response

from app.core.http.accept import wanted
from app.core.http.operation import Answers, Sample
from app.telemetry.tables.arrow import ArrowWriter, ParquetWriter
from app.telemetry.tables.table import Layout, Table
from app.telemetry.tables.text import CsvWriter, NdjsonWriter
from ingest.formats import media_types


class Format(StrEnum):
    """By media type, the one that is answered with where the client has no wish first."""

    JSON = "application/json"
    COLUMNS = media_types.COLUMNS
    NDJSON = media_types.NDJSON
    CSV = media_types.CSV
    ARROW = media_types.ARROW
    PARQUET = media_types.PARQUET

    @property
    def is_paged(self) -> bool:
        """Whether an answer is a page where nobody said how long it shall be; else it is the whole."""
        return self in (Format.JSON, Format.COLUMNS)

    @property
    def is_text(self) -> bool:
        """Whether one column may hold values of several types."""
        return self not in (Format.ARROW, Format.PARQUET)

    @property
    def rows_at_once(self) -> int:
        """A few megabytes; a row group of Parquet has several times as many, since it is compressed by itself."""
        return {Format.ARROW: 50_000, Format.PARQUET: 100_000}.get(self, 20_000)


class Writer(Protocol):
    """Tables in turn, and the end: the bytes of each."""

    def write(self, table: Table) -> bytes: ...
    def end(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ResponseMetadata:
    """What every answer says of itself: JSON in its body, the other formats in headers."""

    tiers: Sequence[str]
    fresh_as_of: datetime
    next_cursor: str | None = None

    def headers(self) -> dict[str, str]:
        headers = {
            "Tiers": ", ".join(self.tiers),
            "Fresh-As-Of": msgspec.json.encode(self.fresh_as_of).decode().strip('"'),
            "Vary": "Accept",
        }
        return headers if self.next_cursor is None else headers | {"Next-Cursor": self.next_cursor}


def format_of(request: Request[Any, Any, Any]) -> Format:
    """Raises NotAcceptable."""
    return Format(wanted(request.headers.get("accept", "*/*"), list(Format)))


def writer_of(format_: Format, layout: Layout) -> Writer:
    """The writer of a format that isn't paged."""
    match format_:
        case Format.ARROW:
            return ArrowWriter(layout)
        case Format.PARQUET:
            return ParquetWriter(layout)
        case Format.CSV:
            return CsvWriter(layout)
        case _:
            return NdjsonWriter(layout)


def whole(format_: Format, layout: Layout, table: Table) -> bytes:
    """All of an answer that is one table."""
    writer = writer_of(format_, layout)
    return writer.write(table) + writer.end()


def answer(format_: Format, body: bytes, metadata: ResponseMetadata) -> Response[Any]:
    # For text Litestar adds the character set.
    return Response(body, media_type=format_.value, headers=metadata.headers())


def content_type(format_: Format) -> str:
    """With the character set, which text/csv has to name."""
    return f"{format_}; charset=utf-8" if format_ is Format.CSV else format_.value


def table_formats(columns: type, *, ndjson: str, csv: str) -> Answers:
    """For the operation of a handler that answers in every format: the shape of columnar JSON, and
    real answers as text."""
    return Answers(
        formats={
            Format.COLUMNS.value: columns,
            Format.NDJSON.value: Sample("An object on each line.", ndjson),
            Format.CSV.value: Sample("RFC 4180, UTF-8, with a header.", csv),
            Format.ARROW.value: Sample("An Arrow IPC stream with the same columns."),
            Format.PARQUET.value: Sample("A Parquet file with the same columns."),
        },
        headers=("Tiers", "Fresh-As-Of", "Next-Cursor"),
        problems=("NOT_ACCEPTABLE",),
    )
