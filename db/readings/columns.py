"""Readings as columns, sorted by key: what one transaction stores, and how a statement is given them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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


def _where(mask: Flags, values: list[Any]) -> list[Any]:
    if mask.all():
        return values
    return [value if is_set else None for is_set, value in zip(mask.tolist(), values, strict=True)]
