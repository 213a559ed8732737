"""The days that readings are stored in. They are made outside of any batch: that takes long, and
locks."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta

import numpy as np

from db.readings.times import DAY_MICROSECONDS, EPOCH
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rows import Rows


class NeedsPartitions(Exception):
    """These messages, by their numbers, hold readings of days that have no partition yet."""

    def __init__(self, days: set[date], messages: set[int]) -> None:
        super().__init__(f"no partition for {len(days)} days")
        self.days = days
        self.messages = messages


def require_partitions(rows: Rows[Sensor], known: Set[date]) -> None:
    """Raises NeedsPartitions where a row is of a day that is not known to have one."""
    day = rows.ts // DAY_MICROSECONDS
    missing = {
        number: date_
        for number in np.unique(day).tolist()
        if (date_ := EPOCH.date() + timedelta(days=number)) not in known
    }
    if missing:
        messages = rows.message[np.isin(day, list(missing))]
        raise NeedsPartitions(set(missing.values()), set(messages.tolist()))
