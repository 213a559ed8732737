"""Readings as columns: the entry for formats that come so, without a Python object for each reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec
import numpy as np

from db.readings.columns import Codes, Floats, Integers, Positions, Value
from ingest.pipeline.rejection import Rejection


class Kind(IntEnum):
    """What a value is as it was sent."""

    FLOAT = 0
    INTEGER = 1  # of 64 bits
    BOOLEAN = 2
    TEXT = 3
    HUGE = 4  # an integer beyond 64 bits


class Name(NamedTuple):
    """How a reading says which sensor it is about."""

    sensor_id: str | None = None
    sensor: str | None = None
    device_id: str | None = None
    component: str | None = None


@dataclass(frozen=True, slots=True)
class Values:
    """One value a row. `number` holds FLOAT, and INTEGER and HUGE as the nearest double; `integer` holds INTEGER, and
    BOOLEAN as 0 and 1; `odd` the TEXT and HUGE by row."""

    kind: Codes
    number: Floats
    integer: Integers
    odd: dict[int, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Sequence[Value] | Floats | Integers) -> Values:
        """Of Python values, or of an array of floats, integers or booleans."""
        if isinstance(values, np.ndarray) and values.dtype != object:
            return cls._of_array(values)
        types = set(map(type, values))
        if types == {float}:
            return cls._of_array(np.array(values, np.float64))
        return cls._of_mixed(list(values))

    @classmethod
    def _of_array(cls, values: np.ndarray[Any, Any]) -> Values:
        kind = {"f": Kind.FLOAT, "i": Kind.INTEGER, "b": Kind.BOOLEAN}[values.dtype.kind]
        size = len(values)
        is_float = kind is Kind.FLOAT
        return cls(
            np.full(size, kind, np.uint8),
            values.astype(np.float64),
            np.zeros(size, np.int64) if is_float else values.astype(np.int64),
        )

    @classmethod
    def _of_mixed(cls, values: list[Value]) -> Values:
        kind = np.fromiter((_KINDS[type(value)] for value in values), np.uint8, len(values))
        number, integer = np.zeros(len(values)), np.zeros(len(values), np.int64)
        odd: dict[int, Value] = {}
        for row, value in enumerate(values):
            if isinstance(value, float):
                number[row] = value
            elif isinstance(value, str):
                odd[row] = value
            elif -(2**63) <= value < 2**63:
                integer[row] = number[row] = value
            else:
                kind[row], odd[row], number[row] = Kind.HUGE, value, _nearest_double(value)
        return cls(kind, number, integer, odd)

    def as_sent(self, row: int) -> Value:
        match self.kind[row]:
            case Kind.FLOAT:
                return float(self.number[row])
            case Kind.INTEGER:
                return int(self.integer[row])
            case Kind.BOOLEAN:
                return bool(self.integer[row])
            case _:
                return self.odd[row]


_KINDS = {float: Kind.FLOAT, int: Kind.INTEGER, bool: Kind.BOOLEAN, str: Kind.TEXT}


def _nearest_double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


@dataclass(frozen=True, slots=True)
class Columns:
    """The readings of one message that came as columns (columnar JSON, Arrow, CSV): the entry for such formats.

    `names` are the distinct sensors as the sender wrote them, unchecked: `identify` decides whether they are the
    sender's to write to. `name` says which of them each reading is about, `ts` its time in microseconds since 1970,
    UTC. `metadata` and `rejected`, readings that could not be understood, are keyed by row and usually empty; a rejected
    row's other columns hold anything. A reading's index in receipts and in quarantine is its row.
    """

    names: Sequence[Name]
    name: Positions
    ts: Integers
    values: Values
    metadata: dict[int, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[int, Rejection] = field(default_factory=dict)
    sources: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ts)

    def cut(self, start: int, stop: int) -> Columns:
        """The rows from start to stop, counted from 0."""
        inside = slice(start, stop)
        values = self.values
        return Columns(
            self.names,
            self.name[inside],
            self.ts[inside],
            Values(
                values.kind[inside],
                values.number[inside],
                values.integer[inside],
                _moved(values.odd, -start, stop),
            ),
            _moved(self.metadata, -start, stop),
            _moved(self.rejected, -start, stop),
            _moved(self.sources, -start, stop),
        )

    def as_json(self, row: int) -> bytes:
        """A row as it would stand in a JSON array of readings, for quarantine; or its source text, where that is kept."""
        if row in self.sources:
            return self.sources[row]
        name = {
            key: text
            for key, text in zip(_WIRE_NAMES, self.names[self.name[row]], strict=True)
            if text is not None
        }
        at = np.datetime_as_string(self.ts[row : row + 1].astype("M8[us]"))[0] + "Z"
        reading = {**name, "timestamp": str(at), "value": self.values.as_sent(row)}
        described = {"metadata": self.metadata[row]} if row in self.metadata else {}
        return msgspec.json.encode(reading | described)


_WIRE_NAMES = ("sensorId", "sensor", "deviceId", "component")


def _moved(by_row: dict[int, Any], by: int, stop: int) -> dict[int, Any]:
    return {row + by: item for row, item in by_row.items() if row + by >= 0 and row < stop}
