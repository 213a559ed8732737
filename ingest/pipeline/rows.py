"""The one table on which all steps work: a reading is a row, from the wire to COPY.

| column                | what stands there                                            | since   |
|-----------------------|--------------------------------------------------------------|---------|
| sensor                | the number of the row's sensor among `sensors`               | gather  |
| ts                    | its time, in microseconds since 1970                         | gather  |
| kind, number, integer | its value as it was sent (values.py: which of them has what) | gather  |
| message, index        | the batch's message that it came in, and the element there   | gather  |
| is_expanded           | whether it is a value of a structured payload                | expand  |
| type                  | the column of tsd.reading that its value goes to             | convert |

A column that is empty while there are rows has not been put there yet, or no row is different. What
few rows have is kept by row beside the columns: `objects` (values that no array holds), `metadata`
(as JSON; what many rows have alike is one object) and `faults` (why the element can't be read; its
other columns hold anything).

A table is never changed: a step gives another one. Rows that are refused leave it, and stand in
`rejections`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast
from uuid import UUID

import numpy as np

from db.readings.columns import Codes, Flags, Floats, Integers, Positions, Value, ValueType
from ingest.pipeline.rejection import Reason, RejectedElement, Rejection, Rejections
from ingest.pipeline.values import ValueColumns, ValueKind


class Name(NamedTuple):
    """How an element says which sensor it is about, unchecked."""

    sensor_id: str | None = None
    sensor: str | None = None
    device_id: str | None = None
    component: str | None = None
    labels: str | None = None
    """What tells its series from others of the kind, as a JSON object of texts."""


class OfDevice(Protocol):
    @property
    def device_id(self) -> UUID | None: ...


S = TypeVar("S")
T = TypeVar("T")
D = TypeVar("D", bound=OfDevice)

_NO_POSITIONS = np.empty(0, np.intp)
_NO_FLAGS = np.empty(0, bool)
_NO_CODES = np.empty(0, np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Generic[S]):
    """Readings whose `sensors` are of the type S: Name on the wire; Mention, which knows who said
    it, in a batch; Sensor or SensorName once it is resolved; Sensor alone when those that were
    missing are created."""

    sensors: Sequence[S]
    sensor: Positions
    ts: Integers
    kind: Codes
    number: Floats
    integer: Integers
    message: Positions = field(default_factory=lambda: _NO_POSITIONS)
    index: Positions = field(default_factory=lambda: _NO_POSITIONS)
    is_expanded: Flags = field(default_factory=lambda: _NO_FLAGS)
    type: Codes = field(default_factory=lambda: _NO_CODES)
    objects: dict[int, Any] = field(default_factory=dict)
    metadata: dict[int, bytes] = field(default_factory=dict)
    faults: dict[int, Rejection] = field(default_factory=dict)
    rejections: Rejections = ()

    @classmethod
    def of(
        cls,
        sensors: Sequence[S],
        sensor: Positions,
        ts: Integers,
        *,
        values: ValueColumns,
        metadata: dict[int, bytes] | None = None,
        faults: dict[int, Rejection] | None = None,
    ) -> Rows[S]:
        """As they were sent."""
        kind, number, integer, objects = values
        return Rows(
            sensors=sensors,
            sensor=sensor,
            ts=ts,
            kind=kind,
            number=number,
            integer=integer,
            objects=objects,
            metadata=metadata or {},
            faults=faults or {},
        )

    def __len__(self) -> int:
        return len(self.ts)

    def sensor_of(self, row: int) -> S:
        return self.sensors[int(self.sensor[row])]

    def by_row(self, by_sensor: Mapping[int, T]) -> dict[int, T]:
        """What is given for some of the sensors, by their number, for each row that is about
        them."""
        if not by_sensor:
            return {}
        rows = np.flatnonzero(np.isin(self.sensor, list(by_sensor))).tolist()
        return {row: by_sensor[int(self.sensor[row])] for row in rows}

    @property
    def is_fraction(self) -> Flags:
        """Which values are no whole numbers."""
        flags: Flags = (self.kind == ValueKind.FLOAT) & (self.number != np.trunc(self.number))
        return flags

    def value_sent(self, row: int) -> Any:
        """A value as it was sent."""
        match self.kind[row]:
            case ValueKind.FLOAT:
                return float(self.number[row])
            case ValueKind.INTEGER:
                return int(self.integer[row])
            case ValueKind.BOOLEAN:
                return bool(self.integer[row])
            case _:
                return self.objects[row]

    def value(self, row: int) -> Value:
        """A value as it is stored."""
        match self.type[row]:
            case ValueType.DOUBLE:
                return float(self.number[row])
            case ValueType.BIGINT:
                return int(self.integer[row])
            case ValueType.BOOLEAN:
                return bool(self.integer[row])
            case _:
                return str(self.objects[row])

    def about(self, sensors: Sequence[T], sensor: Positions) -> Rows[T]:
        """The same rows, whose sensors are found to be these."""
        return cast(Rows[T], replace(self, sensors=cast(Any, sensors), sensor=sensor))

    def take(self, rows: Positions) -> Rows[S]:
        """These rows alone, in the order given."""
        columns = {name: column[rows] for name in _COLUMNS if len(column := getattr(self, name))}
        kept = {name: items for name in _BY_ROW if (items := getattr(self, name))}
        if kept:
            index = np.full(len(self), -1, np.intp)
            index[rows] = np.arange(len(rows))
            new = index.tolist()
            kept = {
                name: {new[row]: item for row, item in items.items() if new[row] >= 0}
                for name, items in kept.items()
            }
        return replace(self, **columns, **kept)

    def where(self, keep: Flags) -> Rows[S]:
        return self if keep.all() else self.take(np.flatnonzero(keep))

    def reject(
        self: Rows[D], mask: Flags, reason: Reason, text: str | Callable[[int], str]
    ) -> Rows[D]:
        """Without the rows of the mask, which are refused for this reason; `text` says by row what
        is wrong."""
        if not mask.any():
            return self
        rows = np.flatnonzero(mask).tolist()
        return self.reject_each(
            {row: Rejection(reason, text if isinstance(text, str) else text(row)) for row in rows}
        )

    def reject_each(self: Rows[D], why: Mapping[int, Rejection]) -> Rows[D]:
        """Without these rows, each refused for its own reason."""
        return self.reject_of(why, lambda row: self.sensor_of(row).device_id)

    def reject_of(
        self, why: Mapping[int, Rejection], device_of: Callable[[int], UUID | None]
    ) -> Rows[S]:
        """The same where the sensors are not known yet, but by row whose device's they are."""
        if not why:
            return self
        rejected = [
            RejectedElement(int(self.message[row]), int(self.index[row]), device_of(row), why[row])
            for row in sorted(why)
        ]
        keep = np.ones(len(self), bool)
        keep[list(why)] = False
        return replace(self.where(keep), rejections=(*self.rejections, *rejected))


_BY_ROW = ("objects", "metadata", "faults")
_COLUMNS = tuple(
    each.name for each in fields(Rows) if each.name not in (*_BY_ROW, "sensors", "rejections")
)


def joined(parts: Sequence[Rows[S]]) -> Rows[S]:
    """One table of several, with the rows in the parts' order."""
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS
    }
    names_before = np.cumsum([0, *(len(part.sensors) for part in parts[:-1])]).tolist()
    columns["sensor"] = np.concatenate(
        [part.sensor + before for part, before in zip(parts, names_before, strict=True)]
    )
    rows_before = np.cumsum([0, *map(len, parts[:-1])]).tolist()
    by_row: dict[str, Any] = {
        name: {
            before + row: item
            for part, before in zip(parts, rows_before, strict=True)
            for row, item in getattr(part, name).items()
        }
        for name in _BY_ROW
    }
    return Rows(
        sensors=list(chain.from_iterable(part.sensors for part in parts)),
        rejections=tuple(chain.from_iterable(part.rejections for part in parts)),
        **columns,
        **by_row,
    )
