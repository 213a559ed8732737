"""The days that readings are stored in. They are made outside of any batch: that takes long, and
locks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from db.readings.times import DAY_MICROSECONDS, EPOCH
from ingest.pipeline.directory import Sensor, Subject
from ingest.pipeline.rejection import Reason
from ingest.pipeline.rows import Rows


class NeedsPartitions(Exception):
    """These messages, by their numbers, hold readings of days that have no partition yet."""

    def __init__(self, days: set[date], messages: set[int]) -> None:
        super().__init__(f"no partition for {len(days)} days")
        self.days = days
        self.messages = messages


Days = Mapping[UUID, Set[date]]
"""By organization."""


def days_to_open(rows: Rows[Subject], known: Set[date]) -> Days:
    """The days of these rows that are not known to have a partition."""
    if not len(rows):
        return {}
    day = rows.ts // DAY_MICROSECONDS
    span = range(int(day.min()), int(day.max()) + 1)
    if len(span) <= len(known) and all(_date(number) in known for number in span):
        return {}  # as nearly always
    new = [number for number in np.unique(day).tolist() if _date(number) not in known]
    is_new = np.isin(day, new)
    pairs = np.unique(np.stack([rows.sensor[is_new], day[is_new]]), axis=1)
    wanted: dict[UUID, set[date]] = defaultdict(set)
    for sensor, number in pairs.T.tolist():
        wanted[rows.sensors[sensor].org_id].add(_date(number))
    return wanted


def refuse_days(rows: Rows[Subject], wanted: Days, opened: Days) -> Rows[Subject]:
    """Without the rows of days that their organizations wanted to open and may not today."""
    is_closed = np.zeros(len(rows), bool)
    day = rows.ts // DAY_MICROSECONDS
    for org_id, days in wanted.items():
        if closed := [(each - EPOCH.date()).days for each in days - opened[org_id]]:
            is_own = np.array([sensor.org_id == org_id for sensor in rows.sensors], bool)
            is_closed |= is_own[rows.sensor] & np.isin(day, closed)
    return rows.reject(
        is_closed,
        Reason.BAD_TIMESTAMP,
        "the organization's readings may open no more days today; send it again tomorrow",
    )


def _date(day: int) -> date:
    return EPOCH.date() + timedelta(days=day)


def require_partitions(rows: Rows[Sensor], known: Set[date]) -> None:
    """Raises NeedsPartitions where a row is of a day that is not known to have one."""
    day = rows.ts // DAY_MICROSECONDS
    missing = {
        number: date_ for number in np.unique(day).tolist() if (date_ := _date(number)) not in known
    }
    if missing:
        messages = rows.message[np.isin(day, list(missing))]
        raise NeedsPartitions(set(missing.values()), set(messages.tolist()))
