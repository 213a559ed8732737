"""Rows in the order of the readings' key, in which all writers write: so that they meet without a
deadlock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from db.readings.columns import Flags, Integers, Positions
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedReadings:
    """The batch by (organization, sensor, time): all its `rows`, and the `unique` ones, the first
    of each key as they arrived. Row `n` has the key of unique row `key[n]`, and is that one where
    `is_first[n]`."""

    rows: Rows[Sensor]
    unique: Rows[Sensor]
    key: Positions
    is_first: Flags

    @property
    def newest(self) -> Integers:
        """The time of each sensor's newest reading, as far as is known."""
        return np.array([sensor.newest for sensor in self.rows.sensors], np.int64)


def sort_by_key(rows: Rows[Sensor]) -> SortedReadings:
    """Sort, and keep apart what repeats a key."""
    orders = [sensor.order for sensor in rows.sensors]
    by_order = sorted(range(len(orders)), key=orders.__getitem__)
    rank = np.empty(len(orders), np.intp)
    rank[by_order] = np.arange(len(orders))
    ranked = rows.about([rows.sensors[number] for number in by_order], rank[rows.sensor])
    ordered = ranked.take(np.lexsort((ranked.ts, ranked.sensor)))
    sensor, ts = ordered.sensor, ordered.ts
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = (sensor[1:] != sensor[:-1]) | (ts[1:] != ts[:-1])
    unique, key = ordered.where(is_first), np.cumsum(is_first) - 1
    return SortedReadings(rows=ordered, unique=unique, key=key, is_first=is_first)
