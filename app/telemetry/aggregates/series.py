"""From what is wanted of many series to their values: which statements are asked, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.telemetry.aggregates.cost import check_readings
from app.telemetry.aggregates.filling import Fill, filled
from app.telemetry.aggregates.functions import (
    COMPOSED,
    COUNT,
    DELTA,
    LEVELS,
    LOOK_BACK,
    RATE,
    SHARES,
    TIME_WEIGHTED,
    Column,
    Dips,
    columns_of,
    composed,
    finite,
    time_weighted,
)
from app.telemetry.aggregates.intervals import Interval
from db.connections.types import Connection
from db.readings import buckets as store
from db.readings.times import MICROSECOND, microseconds

Places = NDArray[np.integer[Any]]
_RAW = 1  # the bit of the readings themselves among tiers
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, eq=False)
class Grid:
    """The buckets of a range: `edges` as the calendar or the clock has them, `bounds` clipped to [start, end)."""

    interval: Interval
    zone: str
    start: datetime
    end: datetime
    edges: Sequence[datetime]

    def __len__(self) -> int:
        return len(self.edges) - 1

    @cached_property
    def bounds(self) -> list[datetime]:
        return [self.start, *self.edges[1:-1], self.end]

    @cached_property
    def seconds(self) -> Column:
        """The bounds, as seconds since 1970."""
        return self.microseconds / 1e6

    @cached_property
    def microseconds(self) -> NDArray[np.int64]:
        """The bounds, since 1970."""
        if self.step is None:
            # A double counts seconds to a quarter of a microsecond: rounded, that is exact.
            return np.rint(np.array([bound.timestamp() for bound in self.bounds]) * 1e6).astype(
                np.int64
            )
        first = microseconds(self.edges[0])
        found = first + np.arange(len(self.edges)) * (self.step // MICROSECOND)
        found[0], found[-1] = microseconds(self.start), microseconds(self.end)
        return found

    @property
    def step(self) -> timedelta | None:
        """How far apart all edges lie, where that is known without a look."""
        if self.zone != "UTC":
            return None
        return self.interval.length or timedelta(days=self.interval.days) or None

    def places(self, times: NDArray[np.int64]) -> Places:
        """In which bucket each of these times lies, in microseconds since 1970: from 0 on, -1 before the first."""
        return np.searchsorted(self.microseconds, times, side="right") - 1

    def coverage(self, places: Places) -> Column:
        """The part of each bucket's width that lies inside the range: all of it but at the edges."""
        covered = np.ones(len(places))
        for place in {0, len(self) - 1}:
            inside = self.bounds[place + 1] - self.bounds[place]
            covered[places == place] = round(
                inside / (self.edges[place + 1] - self.edges[place]), 6
            )
        return covered


@dataclass(frozen=True, slots=True)
class Wanted:
    sensor_id: UUID
    functions: tuple[str, ...]
    grid: Grid
    fill: Fill
    dips: Dips = Dips.RESET

    @property
    def is_held(self) -> bool:
        """Whether the last value before the range is carried into it."""
        return self.fill is Fill.PREVIOUS and not LEVELS.isdisjoint(self.functions)

    @property
    def columns(self) -> set[str]:
        """What of the partial aggregates it is made of."""
        return columns_of(self.functions) | ({"last"} if self.is_held else set())

    def is_measured(self, functions: Collection[str], dips: Dips | None = None) -> bool:
        """Whether some of the functions are wanted, with this view of dips if one is named."""
        return dips in (None, self.dips) and not set(functions).isdisjoint(self.functions)


@dataclass(frozen=True, slots=True)
class Answer:
    """Places of buckets from 0 on, how many readings each holds, and each function's values; tiers as bits."""

    places: Places
    counts: NDArray[np.int64]
    values: dict[str, Column]
    tiers: int

    @classmethod
    def of_nothing(cls, functions: Collection[str]) -> Answer:
        """What is said of a sensor that isn't there."""
        return cls(
            np.zeros(0, np.intp),
            np.zeros(0, np.int64),
            {name: np.zeros(0) for name in functions},
            0,
        )


@dataclass(slots=True)
class Group:
    """The series of one grid, which are asked for together."""

    grid: Grid
    members: list[Wanted] = field(default_factory=list)

    @property
    def sensors(self) -> list[UUID]:
        return list(dict.fromkeys(each.sensor_id for each in self.members))

    @property
    def looks_back(self) -> bool:
        return any(each.is_held or TIME_WEIGHTED in each.functions for each in self.members)

    def buckets(self) -> store.Buckets:
        """With a bucket before the first where values are carried on from there."""
        if self.looks_back:
            bounds = [self.grid.start - LOOK_BACK, *self.grid.bounds]
            return store.Buckets(self.sensors, bounds)
        return store.Buckets(self.sensors, self.grid.bounds, self.grid.step)

    def of(self, functions: Collection[str], dips: Dips | None = None) -> Group:
        """Those of which some of the functions are wanted."""
        chosen = [each for each in self.members if each.is_measured(functions, dips)]
        return Group(self.grid, chosen)


Found = dict[tuple[Grid, UUID], store.PartialAggregates]
Measured = dict[tuple[Grid, UUID, str], dict[int, float | None]]
"""By grid, sensor and measure: the value of each bucket from 0 on."""


async def answers(
    tx: Connection, wanted: Sequence[Wanted], *, now: datetime, readings_max: int
) -> list[Answer]:
    """One for each, in the same order; at most five statements. Raises Unprocessable where that would take too long."""
    groups: dict[Grid, Group] = {}
    for each in wanted:
        groups.setdefault(each.grid, Group(each.grid)).members.append(each)
    if not groups:
        return []
    asked = list(groups.values())
    await _check_fine_buckets(tx, asked, readings_max)
    columns = set().union(*(each.columns for each in wanted))
    partials = await store.partials(tx, [group.buckets() for group in asked], columns)
    found = {(asked[place].grid, sensor): of_it for (place, sensor), of_it in partials.items()}
    measured = await _measured(tx, asked, found, readings_max)
    return [_answer(each, found, measured, now) for each in wanted]


async def _check_fine_buckets(tx: Connection, groups: Sequence[Group], readings_max: int) -> None:
    """Buckets that whole minutes don't compose are made of the readings."""
    fine = [group for group in groups if group.grid.interval.length % _MINUTE]
    if fine:
        partials = await store.partials(
            tx,
            [store.Buckets(group.sensors, [group.grid.start, group.grid.end]) for group in fine],
            [],
        )
        shares = [min(1.0, _MINUTE / group.grid.interval.length) for group in fine]
        count = sum(
            int(of_it.counts.sum()) * shares[place] for (place, _), of_it in partials.items()
        )
        check_readings(int(count), readings_max, fine[0].grid.start, fine[0].grid.end)


async def _measured(
    tx: Connection, groups: Sequence[Group], found: Found, readings_max: int
) -> Measured:
    """What only the readings themselves can tell."""
    measured: Measured = {}
    if asked := _asked(groups, found, readings_max, SHARES):
        buckets = [store.Buckets(group.sensors, group.grid.bounds) for group in asked]
        for place, sensor, bucket, values in await store.percentiles(
            tx, buckets, list(SHARES.values())
        ):
            for name, value in zip(SHARES, values, strict=True):
                key = asked[place - 1].grid, sensor, name
                measured.setdefault(key, {})[bucket - 1] = value
    for dips in Dips:
        if asked := _asked(groups, found, readings_max, (DELTA, RATE), dips):
            buckets = [store.Buckets(group.sensors, group.grid.bounds) for group in asked]
            is_dip_ignored = dips is Dips.IGNORE
            rows = await store.increases(tx, buckets, LOOK_BACK, are_dips_ignored=is_dip_ignored)
            for place, sensor, bucket, value in rows:
                key = asked[place - 1].grid, sensor, dips
                measured.setdefault(key, {})[bucket - 1] = value
    return measured


def _asked(
    groups: Sequence[Group],
    found: Found,
    readings_max: int,
    functions: Collection[str],
    dips: Dips | None = None,
) -> list[Group]:
    """The groups' series of which some of the functions are wanted. Raises Unprocessable where they
    have too many readings."""
    asked = [part for group in groups if (part := group.of(functions, dips)).members]
    count = sum(
        int(of_it.counts[of_it.at >= group.grid.microseconds[0]].sum())
        for group in asked
        for sensor in group.sensors
        if (of_it := found.get((group.grid, sensor)))
    )
    if asked:
        check_readings(count, readings_max, asked[0].grid.start, asked[0].grid.end)
    return asked


def _answer(wanted: Wanted, found: Found, measured: Measured, now: datetime) -> Answer:
    key = (wanted.grid, wanted.sensor_id)
    partials = found.get(key)
    if partials is None:
        places: Places = np.zeros(0, np.intp)
        counts = np.zeros(0, np.int64)
        columns: dict[str, Column] = {name: np.zeros(0) for name in wanted.columns}
    else:
        places = wanted.grid.places(partials.at)
        in_order = np.argsort(places)
        places, counts = places[in_order], partials.counts[in_order]
        columns = {name: partials.columns[name][in_order] for name in wanted.columns}
    is_asked = places >= 0
    values: dict[str, Column] = {}
    for name in (name for name in wanted.functions if name != COUNT):
        if name in COMPOSED:
            values[name] = composed(name, columns)[is_asked]
        elif name == TIME_WEIGHTED:
            seconds = wanted.grid.seconds
            starts, ends = seconds[np.maximum(places, 0)], seconds[np.maximum(places, 0) + 1]
            values[name] = time_weighted(columns, starts, np.minimum(ends, now.timestamp()))[
                is_asked
            ]
        else:
            of_series = measured.get((*key, wanted.dips if name in (DELTA, RATE) else name), {})
            values[name] = _from_readings(name, wanted.grid, places[is_asked], of_series, now)
    is_measured = any((*key, name) in measured for name in (*SHARES, *Dips))
    tiers = 0 if partials is None else partials.tiers | (_RAW if is_measured else 0)
    if wanted.fill is Fill.NONE:
        return Answer(places[is_asked], counts[is_asked], values, tiers)
    last_before = columns["last"][~is_asked] if wanted.is_held else np.zeros(0)
    before = float(last_before[0]) if last_before.size else np.nan
    dense = _dense(wanted, places[is_asked], values, before=before, now=now)
    all_counts = np.zeros(len(wanted.grid), np.int64)
    all_counts[places[is_asked]] = counts[is_asked]
    return Answer(np.arange(len(wanted.grid)), all_counts, dense, tiers)


def _from_readings(
    name: str, grid: Grid, places: Places, measured: dict[int, float | None], now: datetime
) -> Column:
    """A percentile, a counter's increase, or that by the seconds of the bucket that have passed."""
    values = np.array([measured.get(place) for place in places.tolist()], np.float64)
    if name == RATE:
        starts, ends = grid.seconds[places], np.minimum(grid.seconds[places + 1], now.timestamp())
        with np.errstate(all="ignore"):
            values = np.where(ends > starts, values / (ends - starts), np.nan)
    return finite(values)


def _dense(
    wanted: Wanted, places: Places, values: dict[str, Column], *, before: float, now: datetime
) -> dict[str, Column]:
    """With every bucket of the range, the empty ones filled; `before` is the last value before
    it."""
    starts = wanted.grid.seconds[:-1]
    dense: dict[str, Column] = {}
    for name, column in values.items():
        whole = np.full(len(wanted.grid), np.nan)
        whole[places] = column
        dense[name] = filled(
            wanted.fill,
            whole,
            starts,
            now=now.timestamp(),
            before=before if name in LEVELS else np.nan,
        )
    return dense
