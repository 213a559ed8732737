"""Readings as columns, sorted by key: what one transaction stores, and how a statement is given
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Protocol
from uuid import UUID

import numpy as np
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


# The first integer whose successor is no double.
LONE_FROM = 2**53


class SensorKey(Protocol):
    @property
    def org_id(self) -> UUID: ...
    @property
    def id(self) -> UUID: ...


class StorableRows(Protocol):
    """Readings sorted by (organization, sensor, time) and unique by it, each as it is stored.

    `sensors` are the distinct ones, sorted; `sensor` says which of them each row is about. `ts` is
    in microseconds since 1970. `number` holds the DOUBLEs, `integer` the BIGINTs and the BOOLEANs
    as 0 and 1, `objects` by row the TEXTs; `metadata` is JSON.
    """

    @property
    def sensors(self) -> Sequence[SensorKey]: ...
    @property
    def sensor(self) -> Positions: ...
    @property
    def ts(self) -> Integers: ...
    @property
    def type(self) -> Codes: ...
    @property
    def number(self) -> Floats: ...
    @property
    def integer(self) -> Integers: ...
    @property
    def objects(self) -> Mapping[int, Any]: ...
    @property
    def metadata(self) -> Mapping[int, bytes]: ...
    def __len__(self) -> int: ...

    def take(self, rows: Positions) -> StorableRows:
        """These rows alone, in the order given."""
        ...


def lone_integers(rows: StorableRows) -> Positions:
    """The rows with a BIGINT that may be no double, should its sensor become a DOUBLE."""
    integer = rows.integer
    if not len(integer) or -LONE_FROM <= integer.min() <= integer.max() <= LONE_FROM:
        return np.zeros(0, np.intp)
    is_beyond = (integer < -LONE_FROM) | (integer > LONE_FROM)
    return np.flatnonzero(is_beyond & (rows.type == ValueType.BIGINT))


def arguments(rows: StorableRows) -> list[list[Any]]:
    """The seven columns of tsd.reading as arrays for `unnest`; times in seconds since 1970, a
    column of NULLs empty."""
    sensors = [rows.sensors[at] for at in rows.sensor.tolist()]
    return [
        [sensor.org_id for sensor in sensors],
        [sensor.id for sensor in sensors],
        # A double counts seconds to a quarter of a microsecond until 2242, and PostgreSQL rounds it
        # to one.
        (rows.ts / 1e6).tolist(),
        *_values(rows),
    ]


def _values(rows: StorableRows) -> list[list[Any]]:
    """The four columns of values."""
    types = set(rows.type.tolist())
    if types == {ValueType.DOUBLE}:
        return [rows.number.tolist(), [], [], []]
    numbers, integers = rows.number.tolist(), rows.integer.tolist()
    texts = [rows.objects.get(row) for row in range(len(rows))]
    values = numbers, integers, rows.integer.astype(bool).tolist(), texts
    return [
        _where(rows.type == kind, column) if kind in types else []
        for kind, column in zip(ValueType, values, strict=True)
    ]


def _where(mask: Flags, values: list[Any]) -> list[Any]:
    if mask.all():
        return values
    return [value if is_set else None for is_set, value in zip(mask.tolist(), values, strict=True)]
