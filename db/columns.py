"""Readings as columns, sorted by key: what one transaction stores, and how it travels to the database."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
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
    """The seven columns of tsd.reading as arrays for `unnest`; times are naive, in UTC."""
    double, bigint, boolean, text = (rows.type == kind for kind in ValueType)
    keys = [(pgproto.UUID(org_id.bytes), pgproto.UUID(sensor_id.bytes)) for org_id, sensor_id in rows.sensors]
    pairs = [keys[at] for at in rows.sensor.tolist()]
    return [
        [org_id for org_id, _ in pairs],
        [sensor_id for _, sensor_id in pairs],
        # Naive, in UTC: for `timestamp`, which asyncpg sends without a thought about zones.
        rows.ts.astype("M8[us]").tolist(),
        _where(double, rows.number.tolist()),
        _where(bigint, rows.integer.tolist()),
        _where(boolean, rows.integer.astype(bool).tolist()),
        [rows.text.get(row) for row in range(len(rows))] if text.any() else [None] * len(rows),
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
_KEY = np.dtype([("org_length", ">i4"), ("org", "V16"), ("sensor_length", ">i4"), ("sensor", "V16")])
_ROW = np.dtype(
    [("fields", ">i2"), ("key", f"V{_KEY.itemsize}"), ("ts_length", ">i4"), ("ts", ">i8"), ("values", "V24")]
)
# Of the four value columns: a number takes as much room in the first as in the second.
_DOUBLE = np.dtype([("length", ">i4"), ("value", ">f8"), ("nulls", "V12")])
_BIGINT = np.dtype([("null", "V4"), ("length", ">i4"), ("value", ">i8"), ("nulls", "V8")])
_NULL = b"\xff" * 4


def binary(rows: Rows) -> bytes:
    """All seven columns in PostgreSQL's binary COPY format."""
    packed = np.empty(len(rows), _ROW)
    packed["fields"] = 7
    packed["key"] = _keys(rows.sensors)[rows.sensor]
    packed["ts_length"] = 8
    packed["ts"] = rows.ts - EPOCH_MICROSECONDS
    packed["values"] = _numbers(rows)
    if (rows.type <= ValueType.BIGINT).all():
        return b"".join((_HEADER, packed.tobytes(), _TRAILER))
    pieces: list[bytes] = packed.view(f"V{_ROW.itemsize}").tolist()
    for row in np.flatnonzero(rows.type > ValueType.BIGINT).tolist():
        pieces[row] = pieces[row][: _ROW.fields["values"][1]] + _odd_value(rows.value(row))  # type: ignore[index]
    return b"".join((_HEADER, *pieces, _TRAILER))


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


def _odd_value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _NULL * 2 + struct.pack(">i?", 1, value) + _NULL
    text = str(value).encode()
    return _NULL * 3 + struct.pack(">i", len(text)) + text
