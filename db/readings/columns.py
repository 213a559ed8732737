"""Readings as columns, sorted by key: what one transaction stores, and how it travels to the database."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from itertools import chain, pairwise
from typing import Any
from uuid import UUID

import numpy as np
from asyncpg.pgproto import pgproto
from numpy.typing import NDArray

Value = float | int | bool | str

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]
Codes = NDArray[np.uint8]

_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class ValueType(IntEnum):
    """A value's column in tsd.reading."""

    DOUBLE = 0
    BIGINT = 1
    BOOLEAN = 2
    TEXT = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings sorted by (organization, sensor, time) and unique by it, each as it is stored.

    `sensors` are the distinct (organization, sensor), sorted; `sensor` says which of them each row is about. `ts` is
    in microseconds since 1970. `number` holds the DOUBLEs, `integer` the BIGINTs and the BOOLEANs as 0 and 1;
    `text` and `metadata` (JSON) are keyed by row.
    """

    sensors: Sequence[tuple[UUID, UUID]]
    sensor: Positions
    ts: Integers
    type: Codes
    number: Floats
    integer: Integers
    text: dict[int, str] = field(default_factory=dict)
    metadata: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ts)

    def value(self, row: int) -> Value:
        match self.type[row]:
            case ValueType.DOUBLE:
                return float(self.number[row])
            case ValueType.BIGINT:
                return int(self.integer[row])
            case ValueType.BOOLEAN:
                return bool(self.integer[row])
            case _:
                return self.text[row]

    def take(self, rows: Positions) -> Rows:
        """These rows alone, in the order given."""
        return Rows(
            self.sensors,
            self.sensor[rows],
            self.ts[rows],
            self.type[rows],
            self.number[rows],
            self.integer[rows],
            _taken(self.text, rows),
            _taken(self.metadata, rows),
        )


def _taken(texts: dict[int, str], rows: Positions) -> dict[int, str]:
    if not texts:
        return texts
    return {at: texts[row] for at, row in enumerate(rows.tolist()) if row in texts}


def arguments(rows: Rows) -> list[list[Any]]:
    """The seven columns of tsd.reading as arrays for `unnest`; times in seconds since 1970, a column of NULLs empty."""
    keys = [
        (pgproto.UUID(org_id.bytes), pgproto.UUID(sensor_id.bytes))
        for org_id, sensor_id in rows.sensors
    ]
    pairs = [keys[at] for at in rows.sensor.tolist()]
    return [
        [org_id for org_id, _ in pairs],
        [sensor_id for _, sensor_id in pairs],
        # A double counts seconds to a quarter of a microsecond until 2242, and PostgreSQL rounds it to one.
        (rows.ts / 1e6).tolist(),
        *_values(rows),
    ]


def _values(rows: Rows) -> list[list[Any]]:
    """The four columns of values."""
    types = set(rows.type.tolist())
    if types == {ValueType.DOUBLE}:
        return [rows.number.tolist(), [], [], []]
    texts = [rows.text.get(row) for row in range(len(rows))]
    values = rows.number.tolist(), rows.integer.tolist(), rows.integer.astype(bool).tolist(), texts
    return [
        _where(rows.type == kind, column) if kind in types else []
        for kind, column in zip(ValueType, values, strict=True)
    ]


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - _1970) // timedelta(microseconds=1)


def _where(mask: Flags, values: list[Any]) -> list[Any]:
    if mask.all():
        return values
    return [value if is_set else None for is_set, value in zip(mask.tolist(), values, strict=True)]


# PGCOPY binary (PostgreSQL manual, COPY, "Binary Format"): a field is its length and its bytes, NULL the length -1.
_HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_TRAILER = b"\xff\xff"
# PostgreSQL's binary times count from 2000.
EPOCH_MICROSECONDS = 946_684_800_000_000
_KEY = np.dtype(
    [("org_length", ">i4"), ("org", "V16"), ("sensor_length", ">i4"), ("sensor", "V16")]
)
_HEAD = np.dtype(
    [("fields", ">i2"), ("key", f"V{_KEY.itemsize}"), ("ts_length", ">i4"), ("ts", ">i8")]
)
# Of the four value columns: a number takes as much room in the first as in the second.
_DOUBLE = np.dtype([("length", ">i4"), ("value", ">f8"), ("nulls", "V12")])
_BIGINT = np.dtype([("null", "V4"), ("length", ">i4"), ("value", ">i8"), ("nulls", "V8")])
_ROW = np.dtype([("head", _HEAD), ("values", "V24")])
_FLAG_ROW = np.dtype(
    [("head", _HEAD), ("nulls", "V8"), ("length", ">i4"), ("value", "u1"), ("null", "V4")]
)
_NULL = b"\xff" * 4


def binary(rows: Rows) -> bytes:
    """All seven columns in PostgreSQL's binary COPY format."""
    packed = np.empty(len(rows), _ROW)
    head = packed["head"]
    head["fields"] = 7
    head["key"] = _keys(rows.sensors)[rows.sensor]
    head["ts_length"] = 8
    head["ts"] = rows.ts - EPOCH_MICROSECONDS
    packed["values"] = _numbers(rows)
    # Rows are sorted by sensor: what is not of a number's size comes in few long runs.
    kind = np.maximum(rows.type, ValueType.BIGINT)
    edges = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(rows)]
    runs = [
        _run(rows, packed, slice(start, stop)) for start, stop in pairwise(edges) if start < stop
    ]
    return b"".join((_HEADER, *runs, _TRAILER))


def _run(rows: Rows, packed: NDArray[np.void], run: slice) -> bytes:
    """Rows of numbers, of booleans or of texts."""
    match rows.type[run.start]:
        case ValueType.BOOLEAN:
            flags = np.empty(run.stop - run.start, _FLAG_ROW)
            flags["head"] = packed["head"][run]
            flags["nulls"], flags["length"], flags["value"], flags["null"] = (
                _NULL * 2,
                1,
                rows.integer[run],
                _NULL,
            )
            return flags.tobytes()
        case ValueType.TEXT:
            heads: list[bytes] = packed["head"][run].copy().view(f"V{_HEAD.itemsize}").tolist()
            texts = [rows.text[row].encode() for row in range(run.start, run.stop)]
            values = [_NULL * 3 + struct.pack(">i", len(text)) + text for text in texts]
            return b"".join(chain.from_iterable(zip(heads, values, strict=True)))
        case _:
            return packed[run].tobytes()


def _keys(sensors: Sequence[tuple[UUID, UUID]]) -> NDArray[np.void]:
    keys = np.empty(len(sensors), _KEY)
    keys["org_length"] = keys["sensor_length"] = 16
    keys["org"] = np.frombuffer(b"".join([org_id.bytes for org_id, _ in sensors]), "V16")
    keys["sensor"] = np.frombuffer(b"".join([sensor_id.bytes for _, sensor_id in sensors]), "V16")
    return keys.view(f"V{_KEY.itemsize}")


def _numbers(rows: Rows) -> NDArray[np.void]:
    doubles = np.empty(len(rows), _DOUBLE)
    doubles["length"] = 8
    doubles["value"] = rows.number
    doubles["nulls"] = _NULL * 3
    is_bigint = rows.type == ValueType.BIGINT
    values = doubles.view("V24")
    if is_bigint.any():
        bigints = np.empty(int(is_bigint.sum()), _BIGINT)
        bigints["null"] = _NULL
        bigints["length"] = 8
        bigints["value"] = rows.integer[is_bigint]
        bigints["nulls"] = _NULL * 2
        values[is_bigint] = bigints.view("V24")
    return values
