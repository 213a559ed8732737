"""What became of the readings: the first value stands; the same again is a duplicate, another one a
conflict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from db.readings.columns import Flags, Positions, Value
from db.readings.store import StoreResult
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rejection import Reason, Rejection, Rejections
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import SortedReadings


@dataclass(frozen=True, slots=True)
class StoredReadings:
    """What a batch has stored, for whom it concerns."""

    rows: Rows[Sensor]

    @property
    def reporting(self) -> list[Sensor]:
        """The sensors that have new readings."""
        return [self.rows.sensors[number] for number in np.unique(self.rows.sensor).tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOutcome:
    """Of each of the batch's `rows` whether it is stored now, or was before."""

    stored: StoredReadings
    rows: Rows[Sensor]
    is_stored: Flags
    is_duplicate: Flags
    rejections: Rejections = ()

    @property
    def accepted(self) -> Positions:
        """The number of its message, for each reading that is stored."""
        return self.rows.message[self.is_stored]

    @property
    def duplicates(self) -> Positions:
        """The same for each that was stored before."""
        return self.rows.message[self.is_duplicate]


def compare(readings: SortedReadings, result: StoreResult) -> StoreOutcome:
    """Tell apart what the database did not take, by the values that it has."""
    rows, unique = readings.rows, readings.unique
    stored = StoredReadings(unique.where(result.is_new))
    is_stored = readings.is_first & result.is_new[readings.key]
    if is_stored.all():
        return StoreOutcome(
            stored=stored,
            rows=rows,
            is_stored=is_stored,
            is_duplicate=~is_stored,
            rejections=rows.rejections,
        )
    conflicts: dict[int, Rejection] = {}
    for row in np.flatnonzero(~is_stored).tolist():
        key = int(readings.key[row])
        value = unique.value(key) if result.is_new[key] else result.existing[key]
        if not _is_same(rows, row, value):
            conflicts[row] = Rejection(Reason.CONFLICTING_VALUE, _conflict(rows, row))
    is_duplicate = ~is_stored
    is_duplicate[list(conflicts)] = False
    return StoreOutcome(
        stored=stored,
        rows=rows,
        is_stored=is_stored,
        is_duplicate=is_duplicate,
        rejections=rows.reject_each(conflicts).rejections,
    )


def _is_same(rows: Rows[Sensor], row: int, value: Value) -> bool:
    """As it is stored or as it was sent: an integer beyond 2^53 that was stored before its sensor
    widened is no double."""
    return value in (rows.value(row), rows.value_sent(row))


def _conflict(rows: Rows[Sensor], row: int) -> str:
    if not len(rows.is_expanded) or not rows.is_expanded[row]:
        return "another value is stored for this sensor and time"
    return f"{rows.sensor_of(row).key}: another value is stored for this time"
