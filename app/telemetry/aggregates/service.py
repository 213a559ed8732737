"""Buckets of one series or of many, statistics, and fewer points for a chart; a constant number of statements each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
import numpy as np

from app.core.errors import NotFound
from app.core.timezones import timezone
from app.telemetry.aggregates import downsampling
from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.cost import BUCKETS_MAX, check_bucket_count, check_readings
from app.telemetry.aggregates.downsampling import Chunk
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import COUNT, TIME_WEIGHTED
from app.telemetry.aggregates.intervals import AUTO, interval, shortest
from app.telemetry.aggregates.schemas import (
    AggregatedReadings,
    Bucket,
    DownsampledReadings,
    Point,
    ReadingQuery,
    ReadingQueryAnswer,
    ReadingStats,
    SeriesAnswer,
    SeriesPoint,
)
from app.telemetry.aggregates.series import Answer, Grid, Wanted, answers
from app.telemetry.readings import tiers
from db import readings as store
from db.series import series as readings_of
from db.types import Connection

_CHUNK_READINGS = 50_000
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


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
    readings_max: int,
) -> AggregatedReadings:
    """Raises NotFound for a sensor that isn't there, Unprocessable for a question that costs too much."""
    grid = _grid(width, points, zone, start, end)
    now, there = await store.sensors_there(tx, [sensor_id])
    if sensor_id not in there:
        raise NotFound(f"no sensor {sensor_id}")
    wanted = Wanted(sensor_id, tuple(name for name in functions if name != COUNT), grid, fill)
    (answer,) = await answers(tx, [wanted], now=now, readings_max=readings_max)
    return AggregatedReadings(
        sensor_id=sensor_id,
        interval=grid.interval.text,
        timezone=zone,
        items=_buckets(grid, answer),
        tiers=tiers.named([answer.tiers]),
        fresh_as_of=now,
        truncated=False,
    )


async def query(tx: Connection, body: ReadingQuery, *, readings_max: int) -> ReadingQueryAnswer:
    """Every series in the order asked for; one of a sensor that isn't there is like one without readings."""
    start, end = body.span()
    grids: dict[tuple[str, int], Grid] = {}
    for series in body.series:
        key = (series.interval, series.points)
        if key not in grids:
            grids[key] = _grid(*key, body.timezone, start, end)
    wanted = [
        Wanted(series.sensor_id, (series.function,), grids[series.interval, series.points], Fill(series.fill))
        for series in body.series
    ]
    check_bucket_count([len(each.grid) for each in wanted])
    now, there = await store.sensors_there(tx, list({each.sensor_id for each in wanted}))
    found = iter(
        await answers(
            tx, [each for each in wanted if each.sensor_id in there], now=now, readings_max=readings_max
        )
    )
    return ReadingQueryAnswer(
        series=[
            SeriesAnswer(
                sensor_id=each.sensor_id,
                function=each.functions[0],
                interval=each.grid.interval.text,
                items=_points(each, answer),
                tiers=tiers.named([answer.tiers]),
            )
            for each in wanted
            for answer in [next(found) if each.sensor_id in there else Answer([], [], {}, 0)]
        ],
        fresh_as_of=now,
        truncated=False,
    )


async def stats(tx: Connection, sensor_id: UUID, start: datetime, end: datetime) -> ReadingStats:
    fresh_as_of = await _snapshot_time(tx, sensor_id)
    row = await store.stats(tx, sensor_id, start, end)
    return ReadingStats(
        sensor_id=sensor_id,
        from_=start,
        to=end,
        count=row["n"],
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
    counted = await store.parts(tx, [store.Buckets([sensor_id], [start, end])], ["n"])
    check_readings(sum(row["n_all"][0] for row in counted), readings_max, start, end)
    count = sum(row["n"][0] for row in counted)
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
        items=[Point(_1970 + timedelta(microseconds=at), value) for at, value in chosen],
        tiers=[tiers.RAW],
        fresh_as_of=now,
        truncated=False,
    )


async def _chunks(tx: Connection, sensor_id: UUID, start: datetime, end: datetime) -> AsyncIterator[Chunk]:
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
    grid = Grid(chosen, zone, start, end, edges(chosen, timezone(zone), start, end, most=BUCKETS_MAX))
    check_bucket_count([len(grid)], start, end)
    return grid


def _buckets(grid: Grid, answer: Answer) -> list[Bucket]:
    names = ["time_weighted_avg" if name == TIME_WEIGHTED else name for name in answer.values]
    rows = zip(*answer.values.values(), strict=True) if names else [()] * len(answer.places)
    bounds, whole = grid.bounds, grid.edges
    return [
        Bucket(
            from_=bounds[place],
            to=bounds[place + 1],
            count=count,
            coverage=grid.coverage(place) if place in (0, len(whole) - 2) else 1.0,
            **dict(zip(names, row, strict=True)),
        )
        for place, count, row in zip(answer.places, answer.counts, rows, strict=True)
    ]


def _points(wanted: Wanted, answer: Answer) -> list[SeriesPoint]:
    bounds = wanted.grid.bounds
    (values,) = answer.values.values() if answer.values else (answer.counts,)
    return [
        SeriesPoint(bounds[place], value, count)
        for place, value, count in zip(answer.places, values, answer.counts, strict=True)
    ]


async def _snapshot_time(tx: Connection, sensor_id: UUID) -> datetime:
    """The moment that the answer shows. Raises NotFound for a sensor that this tenant doesn't have."""
    found = await store.snapshot_of(tx, sensor_id)
    if found is None:
        raise NotFound(f"no sensor {sensor_id}")
    return found[0]


def _json(text: str | None) -> msgspec.Raw:
    return msgspec.Raw(text or "null")
