"""The binary COPY as arrays: every row comes out as it went in, wherever the pieces are cut."""

from __future__ import annotations

import struct
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.readings.export import Columns
from db.readings.pgcopy import (
    ArchiveRows,
    CorruptStream,
    DescribedRows,
    FixedRows,
    Parser,
    TextRows,
)

HEADER, TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
MICROSECONDS_TO_2000 = 946_684_800_000_000

Row = tuple[UUID, int, object]

times = st.integers(-(2**61), 2**61)
numbers = st.one_of(st.floats(allow_nan=False), st.integers(-(2**63), 2**63 - 1))


def encoded(row: Row) -> bytes:
    """As PostgreSQL writes it."""
    sensor, time, value = row
    key = struct.pack(">i16siq", 16, sensor.bytes, 8, time)
    match value:
        case bool():
            return struct.pack(">h", 3) + key + struct.pack(">i?", 1, value)
        case float():
            return struct.pack(">h", 4) + key + struct.pack(">idi", 8, value, -1)
        case int():
            return struct.pack(">h", 4) + key + struct.pack(">iiq", -1, 8, value)
        case _:
            text = str(value).encode()
            return struct.pack(">h", 3) + key + struct.pack(">i", len(text)) + text


def described(row: bytes, metadata: str) -> bytes:
    """The row with one column more."""
    (fields,) = struct.unpack_from(">h", row)
    text = metadata.encode()
    return struct.pack(">h", fields + 1) + row[2:] + struct.pack(">i", len(text)) + text


def decoded(parser: Parser, stream: bytes, cuts: list[int]) -> list[Row]:
    """Through the parser in pieces that are cut there."""
    found: list[Row] = []
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        rows = parser.feed(stream[start:end])
        for at in range(len(rows)):
            value: object = rows.values[at]
            if rows.is_bigint is not None:
                bits = np.array([rows.values[at]], np.int64)
                value = int(bits[0]) if rows.is_bigint[at] else float(bits.view(np.float64)[0])
            elif isinstance(value, np.bool_):
                value = bool(value)
            found.append(
                (
                    UUID(bytes=bytes(rows.sensors[at])),
                    int(rows.times[at]) - MICROSECONDS_TO_2000,
                    value,
                )
            )
    parser.end()
    return found


@pytest.mark.parametrize(
    ("kind", "values"), [("numeric", numbers), ("boolean", st.booleans()), ("text", st.text())]
)
@given(data=st.data())
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_rows_come_out_as_they_went_in(
    kind: str, values: st.SearchStrategy[object], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.tuples(st.uuids(), times, values), max_size=30))
    cuts = data.draw(st.lists(st.integers(0, 5000), max_size=20))
    parser: Parser = TextRows() if kind == "text" else FixedRows(numeric=kind == "numeric")
    assert decoded(parser, HEADER + b"".join(map(encoded, rows)) + TRAILER, cuts) == rows


@pytest.mark.parametrize(
    ("columns", "values"),
    [(Columns.NUMERIC, numbers), (Columns.BOOLEAN, st.booleans()), (Columns.TEXT, st.text())],
)
@given(data=st.data())
@settings(max_examples=50)
def test_rows_with_metadata_come_out_as_they_went_in(
    columns: Columns, values: st.SearchStrategy[object], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.tuples(st.uuids(), times, values), max_size=20))
    metadata = [data.draw(st.text(max_size=20)) for _ in rows]
    cuts = data.draw(st.lists(st.integers(0, 5000), max_size=20))
    told: list[str] = []

    class Listening(DescribedRows):
        def feed(self, piece: bytes) -> ArchiveRows:
            found = super().feed(piece)
            told.extend(found.metadata or [])
            return found

    body = b"".join(map(described, map(encoded, rows), metadata))
    assert decoded(Listening(columns), HEADER + body + TRAILER, cuts) == rows
    assert told == metadata


ROW = encoded((UUID(int=1), 5, 1.5))


@pytest.mark.parametrize(
    "stream",
    [
        b"not a COPY at all, and long enough to see it",
        HEADER + ROW,  # no end
        HEADER + ROW[:-1] + TRAILER,
        HEADER + encoded((UUID(int=1), 5, True)) + ROW + TRAILER,
        HEADER + ROW.replace(b"\0\4", b"\0\5", 1) + TRAILER,
        HEADER + ROW[:34] + struct.pack(">iii", -1, -1, -1) + bytes(4) + TRAILER,  # both null
    ],
)
def test_a_stream_that_is_not_what_was_asked_for_is_refused(stream: bytes) -> None:
    with pytest.raises(CorruptStream):
        decoded(FixedRows(numeric=True), stream, [])
