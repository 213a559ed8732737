"""ValueColumns as they were sent, in columns: numbers in arrays, and what no array holds by its
row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import compress
from typing import Any, NamedTuple

import msgspec
import numpy as np

from db.readings.columns import Codes, Floats, Integers, Value

TEXT_MAX_CHARACTERS = 1000
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1


class ValueKind(IntEnum):
    """What a value is as it was sent. From TEXT on it is one that no array holds."""

    FLOAT = 0
    INTEGER = 1  # of 64 bits
    BOOLEAN = 2
    TEXT = 3
    HUGE = 4  # an integer beyond 64 bits
    PAYLOAD = 5  # the values of a structured element, until they are rows of their own (payload_of)


SentValue = Value | Mapping[str, Any]


def payload_of(sent: Mapping[str, Any] | bytes) -> Mapping[str, Any]:
    """The values of a structured element. Those that another process has read are still JSON, which
    takes a fraction of the memory."""
    if isinstance(sent, bytes):
        return msgspec.json.decode(sent, type=dict[str, Any])
    return sent


def payload_size(values: Mapping[str, Any]) -> int:
    """How many readings the values of a structured element may become."""
    arrays = [value for value in values.values() if type(value) is list]
    return max(len(values) + sum(map(len, arrays)) - len(arrays), 1)


class ValueColumns(NamedTuple):
    """One value a row.

    `number` holds FLOAT, and INTEGER and HUGE as the nearest double; `integer` holds INTEGER, and
    BOOLEAN as 0 and 1; `objects` the others, by row.
    """

    kind: Codes
    number: Floats
    integer: Integers
    objects: dict[int, Any]

    @classmethod
    def of(cls, values: Sequence[SentValue] | Floats | Integers) -> ValueColumns:
        """Of Python values, or of an array of floats, integers or booleans."""
        if isinstance(values, np.ndarray) and values.dtype != object:
            return cls._of_array(values)
        if set(map(type, values)) == {float}:
            return cls._of_array(np.array(values, np.float64))
        return cls._of_mixed(list(values))

    @classmethod
    def of_kind(
        cls, kind: ValueKind, size: int, objects: dict[int, Any] | None = None
    ) -> ValueColumns:
        """Of one kind, and all still 0."""
        kinds = np.full(size, kind, np.uint8)
        return cls(kinds, np.zeros(size), np.zeros(size, np.int64), objects or {})

    @classmethod
    def _of_array(cls, values: np.ndarray[Any, Any]) -> ValueColumns:
        kind = {"f": ValueKind.FLOAT, "i": ValueKind.INTEGER, "b": ValueKind.BOOLEAN}[
            values.dtype.kind
        ]
        size = len(values)
        integer = np.zeros(size, np.int64) if kind is ValueKind.FLOAT else values.astype(np.int64)
        return cls(np.full(size, kind, np.uint8), values.astype(np.float64), integer, {})

    @classmethod
    def _of_mixed(cls, values: Sequence[Any]) -> ValueColumns:
        size = len(values)
        kind = np.fromiter(map(_KINDS.__getitem__, map(type, values)), np.uint8, size)
        _mark_huge(values, kind)
        number, integer = np.zeros(size), np.zeros(size, np.int64)
        columns = {ValueKind.FLOAT: number, ValueKind.INTEGER: integer, ValueKind.BOOLEAN: integer}
        for code, column in columns.items():
            is_such = kind == code
            column[is_such] = list(compress(values, is_such.tolist()))
        np.copyto(number, integer, where=kind != ValueKind.FLOAT)
        objects = {row: values[row] for row in np.flatnonzero(kind >= ValueKind.TEXT).tolist()}
        for row in np.flatnonzero(kind == ValueKind.HUGE).tolist():
            number[row] = _nearest_double(values[row])
        return cls(kind, number, integer, objects)


_KINDS: dict[type, int] = {
    float: ValueKind.FLOAT.value,
    int: ValueKind.INTEGER.value,
    bool: ValueKind.BOOLEAN.value,
    str: ValueKind.TEXT.value,
    dict: ValueKind.PAYLOAD.value,
}


def _mark_huge(values: Sequence[Any], kind: Codes) -> None:
    is_integer = kind == ValueKind.INTEGER
    integers = list(compress(values, is_integer.tolist()))
    if integers and not _INTEGER_MIN <= min(integers) <= max(integers) <= _INTEGER_MAX:
        kind[is_integer] = [
            ValueKind.INTEGER if _INTEGER_MIN <= each <= _INTEGER_MAX else ValueKind.HUGE
            for each in integers
        ]


def _nearest_double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
