"""Tables as text: JSON by rows and by columns, NDJSON, CSV. Whole columns are turned into cells at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.telemetry.tables.table import Column, Kind, Layout, Table, size_of
from ingest.formats.cells import guarded

_ENCODE = msgspec.json.encode
Cells = Iterable[bytes]
_WHOLE_SECOND = len("2026-11-23T10:30:00")


def rows_as_json(table: Table, separator: bytes = b",") -> bytes:
    """An object for each row, with the separator between them."""
    if not size_of(table):
        return b""
    pieces: list[Cells] = []
    literal, comma = b"{", b""
    for name, column in table.items():
        key = comma + _ENCODE(name) + b":"
        comma = b","
        if column.kind is Kind.JSON:  # all of the field, or nothing
            pieces += [repeat(literal), _optional(key, column.cells)]
            literal = b""
        elif column.kind is Kind.NAME and len(column.cells.texts) == 1:
            literal += key + _ENCODE(column.cells.texts[0])
        elif column.kind is Kind.TIME:
            pieces += [repeat(literal + key + b'"'), _moments(column.cells)]
            literal = b'Z"'
        else:
            pieces += [repeat(literal + key), _json_cells(column)]
            literal = b""
    return _joined(pieces, literal + b"}", separator)


def column_as_json(column: Column) -> bytes:
    """An array with an element for each row, null where there is none."""
    match column.kind:
        case Kind.TIME:
            return b'["' + b'Z","'.join(_moments(column.cells)) + b'Z"]' if len(column) else b"[]"
        case Kind.NAME | Kind.JSON:
            return b"[" + b",".join(_json_cells(column)) + b"]"
        case _:
            return _ENCODE(
                column.cells if isinstance(column.cells, list) else column.cells.tolist()
            )


class NdjsonWriter:
    """Writes what it is given, and needs no end."""

    def __init__(self, layout: Layout) -> None:
        pass

    def write(self, table: Table) -> bytes:
        return rows_as_json(table, b"\n") + b"\n" if size_of(table) else b""

    def end(self) -> bytes:
        return b""


class CsvWriter:
    """RFC 4180 with a header. Times have six digits behind the second, so that programs which look at the first row
    alone read all of them; an empty cell is none, an empty text is "". A text that a spreadsheet would take for a
    formula gets an apostrophe in front (ingest/formats/cells.py)."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._head = ",".join(layout).encode() + b"\r\n"

    def write(self, table: Table) -> bytes:
        head, self._head = self._head, b""
        if not size_of(table):
            return head
        pieces: list[Cells] = []
        literal, comma = b"", b""
        for name in self._layout:
            literal, column, comma = literal + comma, table.get(name), b","
            if column is not None:
                pieces += [repeat(literal), _csv_cells(column)]
                literal = b""
        return head + _joined(pieces, literal + b"\r\n", b"")

    def end(self) -> bytes:
        head, self._head = self._head, b""
        return head


def _joined(pieces: Sequence[Cells], end: bytes, separator: bytes) -> bytes:
    rows = b"".join(
        chain.from_iterable(zip(*pieces, repeat(end + separator)))
    )  # repeats have no length
    return rows[: len(rows) - len(separator)]


def _moments(times: NDArray[np.int64]) -> list[bytes]:
    """RFC 3339 without Z, with a fraction where there is one."""
    return _moments_of(times.tobytes())


@lru_cache(maxsize=2)  # the series of a chart have the same times
def _moments_of(times: bytes) -> list[bytes]:
    return _ENCODE(np.frombuffer(times, "M8[us]").tolist())[2:-2].split(b'","')


def _json_cells(column: Column) -> Cells:
    match column.kind:
        case Kind.TEXT:
            return map(_ENCODE, column.cells)
        case Kind.NAME:
            texts = [_ENCODE(text) for text in column.cells.texts]
            return [texts[code] for code in column.cells.codes.tolist()]
        case Kind.JSON:
            return [cell or b"null" for cell in column.cells]
        case _:
            return _ENCODE(column.cells.tolist())[1:-1].split(b",")


def _optional(key: bytes, cells: Iterable[bytes | None]) -> Cells:
    return [b"" if cell is None else key + cell for cell in cells]


def _csv_cells(column: Column) -> Cells:
    match column.kind:
        case Kind.TIME:
            return [
                moment + (b"Z" if len(moment) > _WHOLE_SECOND else b".000000Z")
                for moment in _moments(column.cells)
            ]
        case Kind.NAME:
            texts = [_quoted(text) for text in column.cells.texts]
            return [texts[code] for code in column.cells.codes.tolist()]
        case Kind.TEXT:
            return [_quoted(guarded(text)) for text in column.cells]
        case Kind.JSON:
            return [b"" if cell is None else _quoted(cell.decode()) for cell in column.cells]
        case Kind.NUMBER if np.isnan(column.cells).any():
            return [b"" if cell == b"null" else cell for cell in _json_cells(column)]
        case _:
            return _json_cells(column)


def _quoted(text: str) -> bytes:
    if text and not any(mark in text for mark in ',"\r\n'):
        return text.encode()
    return b'"' + text.replace('"', '""').encode() + b'"'
