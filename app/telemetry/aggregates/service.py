"""Buckets of one series or of many, statistics, and fewer points for a chart; a constant number of statements each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import numpy as np

from app.core.errors import Malformed, NotFound
from app.core.timezones import timezone
from app.core.wire import Instant, decode_cursor
from app.telemetry.aggregates import downsampling
from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.cost import (
    BUCKETS_MAX,
    check_bucket_count,
    check_paged_bucket_count,
    check_readings,
    too_many_buckets,
)
from app.telemetry.aggregates.downsampling import Chunk
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import COUNT, Dips
from app.telemetry.aggregates.intervals import AUTO, interval, shortest
from app.telemetry.aggregates.schemas import DownsampledReadings, Point, ReadingQuery, ReadingStats
from app.telemetry.aggregates.series import Answer, Grid, Wanted, answers
from app.telemetry.readings import tiers
from db.connections.types import Connection
from db.readings import latest as stored
from db.readings.buckets import Buckets, partials
from db.readings.series import series as readings_of
from db.readings.times import moment_of

_CHUNK_READINGS = 50_000


@dataclass(frozen=True, slots=True)
class Aggregated:
    """Buckets of one sensor, the moment that they show, and where the next page begins."""

    sensor_id: UUID
    grid: Grid
    answer: Answer
    now: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queried:
    """Several series in the order in which they were asked for."""

    series: list[tuple[Wanted, Answer]]
    now: datetime


async def aggregated(
    tx: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    width: str,
    points: int,
    functions: Sequence[str],
    zone: str,
    fill: Fill,
    dips: Dips = Dips.RESET,
    readings_max: int,
    limit: int = BUCKETS_MAX,
    cursor: str | None = None,
) -> Aggregated:
    """A page of buckets, whether they are empty or not. Raises NotFound for a sensor that isn't there, Unprocessable for
    a question that costs too much."""
    begin = start if cursor is None else decode_cursor(cursor, tuple[Instant])[0]
    chosen = shortest(end - start, points) if width == AUTO else interval(width)
    if not start <= begin < end:
        raise Malformed("the cursor is not one of this range's")
    check_paged_bucket_count((end - start) / chosen.about, start, end)
    found = edges(chosen, timezone(zone), begin, end, most=limit)
    next_at = found[limit] if len(found) > limit + 1 else None
    if fill in (Fill.PREVIOUS, Fill.LINEAR) and (next_at or cursor):
        raise too_many_buckets(limit, start, end, f", which fill={fill} needs all at once")
    grid = Grid(chosen, zone, begin, next_at or end, found[: limit + 1])
    now, there = await stored.sensors_there(tx, [sensor_id])
    if sensor_id not in there:
        raise NotFound(f"no sensor {sensor_id}")
    names = tuple(name for name in functions if name != COUNT)
    wanted = Wanted(sensor_id, names, grid, fill, dips)
    (answer,) = await answers(tx, [wanted], now=now, readings_max=readings_max)
    return Aggregated(sensor_id, grid, answer, now, next_at)


async def query(tx: Connection, body: ReadingQuery, *, readings_max: int) -> Queried:
    """Every series in the order asked for; one of a sensor that isn't there is like one without readings."""
    start, end = body.span()
    grids: dict[tuple[str, int], Grid] = {}
    for series in body.series:
        key = (series.interval, series.points)
        if key not in grids:
            grids[key] = _grid(*key, body.timezone, start, end)
    wanted = [
        Wanted(
            series.sensor_id,
            (series.function,),
            grids[series.interval, series.points],
            Fill(series.fill),
            Dips(series.dips),
        )
        for series in body.series
    ]
    check_bucket_count([len(each.grid) for each in wanted], start, end)
    now, there = await stored.sensors_there(tx, list({each.sensor_id for each in wanted}))
    found = iter(
        await answers(
            tx,
            [each for each in wanted if each.sensor_id in there],
            now=now,
            readings_max=readings_max,
        )
    )
    nothing = Answer.of_nothing
    return Queried(
        [
            (each, next(found) if each.sensor_id in there else nothing(each.functions))
            for each in wanted
        ],
        now,
    )


async def stats(tx: Connection, sensor_id: UUID, start: datetime, end: datetime) -> ReadingStats:
    fresh_as_of = await _snapshot_time(tx, sensor_id)
    row = await stored.stats(tx, sensor_id, start, end)
    return ReadingStats(
        sensor_id=sensor_id,
        from_=start,
        to=end,
        count=row["count"],
        min=row["min"],
        max=row["max"],
        avg=row["avg"],
        sum=row["sum"],
        stddev=row["stddev"],
        first=_json(row["first"]),
        last=_json(row["last"]),
        first_at=row["first_at"],
        last_at=row["last_at"],
        tiers=tiers.named([row["tiers"]]),
        fresh_as_of=fresh_as_of,
        truncated=False,
    )


async def downsampled(
    tx: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    points: int,
    method: Literal["LTTB", "MINMAX"],
    readings_max: int,
) -> DownsampledReadings:
    """Of the readings themselves, counted in the rollups first: how many decides what is chosen, and what it costs."""
    now = await _snapshot_time(tx, sensor_id)
    counted = await partials(tx, [Buckets([sensor_id], [start, end])], ["count"])
    check_readings(
        sum(int(of_it.counts.sum()) for of_it in counted.values()), readings_max, start, end
    )
    count = sum(int(of_it.columns["count"].sum()) for of_it in counted.values())
    chunks = _chunks(tx, sensor_id, start, end)
    if not count:  # texts, or nothing
        chosen: downsampling.Points = []
    elif count <= points:
        chosen = await downsampling.everything(chunks)
    elif method == "LTTB":
        chosen = await downsampling.largest_triangles(chunks, count, points)
    else:
        chosen = await downsampling.min_max(chunks, count, points)
    return DownsampledReadings(
        sensor_id=sensor_id,
        method=method,
        count=count,
        items=[Point(moment_of(at), value) for at, value in chosen],
        tiers=[tiers.RAW],
        fresh_as_of=now,
        truncated=False,
    )


async def _chunks(
    tx: Connection, sensor_id: UUID, start: datetime, end: datetime
) -> AsyncIterator[Chunk]:
    after = None
    while True:
        found = await readings_of(tx, sensor_id, start, end, after=after, limit=_CHUNK_READINGS)
        if len(found):
            yield Chunk(found.ts, np.asarray(found.values, np.float64))
        if len(found) < _CHUNK_READINGS:
            return
        after = found.last_at


def _grid(width: str, points: int, zone: str, start: datetime, end: datetime) -> Grid:
    chosen = shortest(end - start, points) if width == AUTO else interval(width)
    grid = Grid(
        chosen, zone, start, end, edges(chosen, timezone(zone), start, end, most=BUCKETS_MAX)
    )
    check_bucket_count([len(grid)], start, end)
    return grid


async def _snapshot_time(tx: Connection, sensor_id: UUID) -> datetime:
    """The moment that the answer shows. Raises NotFound for a sensor that this tenant doesn't have."""
    found = await stored.snapshot_of(tx, sensor_id)
    if found is None:
        raise NotFound(f"no sensor {sensor_id}")
    return found.taken_at


def _json(text: str | None) -> msgspec.Raw:
    return msgspec.Raw(text or "null")
