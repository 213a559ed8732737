"""Asking for readings. Three hops: controller, here, one SQL function in db/readings.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.core.errors import Malformed, NotFound, Unprocessable
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.telemetry.readings import tiers
from app.telemetry.readings.intervals import BUCKET_ORIGIN
from app.telemetry.readings.schemas import (
    AggregatedReadings,
    Bucket,
    LatestReading,
    LatestReadings,
    RawReadings,
    ReadingRead,
    ReadingStats,
    ReadingWindow,
)
from db import readings as store
from db.types import Connection

BUCKETS_MAX = 10_000
FUNCTIONS = ("avg", "min", "max", "sum", "count")


async def raw(
    tx: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    limit: int,
    cursor: str | None,
    descending: bool,
) -> RawReadings:
    await _snapshot_time(tx, sensor_id)
    after = None if cursor is None else decode_cursor(cursor, tuple[Instant])[0]
    items, last = await _raw_page(tx, sensor_id, start, end, after=after, limit=limit, descending=descending)
    return RawReadings(items, encode_cursor(last) if last else None, [tiers.RAW])


async def window(
    tx: Connection, sensor_id: UUID, length: timedelta, *, limit: int, cursor: str | None, descending: bool
) -> ReadingWindow:
    """The newest stretch of time. Its cursor carries the range, so that the pages don't move with the clock."""
    now = await _snapshot_time(tx, sensor_id)
    start, end, after = now - length, now, None
    if cursor is not None:
        start, end, after = decode_cursor(cursor, tuple[Instant, Instant, Instant])
    items, last = await _raw_page(tx, sensor_id, start, end, after=after, limit=limit, descending=descending)
    return ReadingWindow(start, end, items, encode_cursor(start, end, last) if last else None, [tiers.RAW])


async def latest_of_sensor(tx: Connection, sensor_id: UUID) -> LatestReading:
    await _snapshot_time(tx, sensor_id)
    found = await store.latest(tx, [sensor_id])
    if not found:
        raise NotFound(f"sensor {sensor_id} has no reading yet", code="NO_READINGS")
    return _latest(found[0])


async def latest(tx: Connection, sensor_ids: Sequence[UUID], device_id: UUID | None) -> LatestReadings:
    """The newest readings by event time; sensors that have none, or aren't there, are left out."""
    if not sensor_ids and device_id is None:
        raise Malformed("say which: sensorIds or deviceId")
    wanted = [*sensor_ids, *(await store.sensors_of_device(tx, device_id) if device_id else ())]
    return LatestReadings(await latest_of(tx, wanted))


async def latest_of(tx: Connection, sensor_ids: Sequence[UUID]) -> list[LatestReading]:
    """The newest reading of each sensor that is there and has one."""
    return [_latest(row) for row in await store.latest(tx, sensor_ids)]


async def aggregated(
    tx: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    interval: str,
    width: timedelta,
    functions: Sequence[str],
) -> AggregatedReadings:
    """Buckets of a fixed width in UTC. Raises Unprocessable for more of them than can be looked at."""
    if unknown := set(functions) - set(FUNCTIONS):
        raise Malformed(f"no such function: {', '.join(sorted(unknown))}; there are {', '.join(FUNCTIONS)}")
    if (end - start) / width > BUCKETS_MAX:
        raise Unprocessable(
            f"that would be more than {BUCKETS_MAX} buckets; ask for a longer interval or a shorter range",
            code="TOO_MANY_BUCKETS",
        )
    fresh_as_of = await _snapshot_time(tx, sensor_id)
    rows = await store.aggregated(tx, sensor_id, start, end, width=width, origin=BUCKET_ORIGIN)
    asked = [name for name in functions if name != "count"]
    return AggregatedReadings(
        sensor_id=sensor_id,
        interval=interval,
        timezone="UTC",
        items=[_bucket(row, start, end, width, asked) for row in rows],
        tiers=tiers.named(row["tiers"] for row in rows),
        fresh_as_of=fresh_as_of,
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
    )


async def _snapshot_time(tx: Connection, sensor_id: UUID) -> datetime:
    """The moment that the answer shows. Raises NotFound for a sensor that this tenant doesn't have."""
    moment = await store.snapshot_time(tx, sensor_id)
    if moment is None:
        raise NotFound(f"no sensor {sensor_id}")
    return moment


async def _raw_page(
    tx: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    after: datetime | None,
    limit: int,
    descending: bool,
) -> tuple[list[ReadingRead], datetime | None]:
    """One page, and the time of its last reading when more follow."""
    rows = await store.raw(tx, sensor_id, start, end, after=after, limit=limit + 1, descending=descending)
    items = [_reading(row) for row in rows[:limit]]
    return items, items[-1].timestamp if len(rows) > limit else None


def _reading(row: asyncpg.Record) -> ReadingRead:
    ts, double, bigint, boolean, text, metadata = row
    value = (
        double
        if double is not None
        else bigint
        if bigint is not None
        else boolean
        if boolean is not None
        else text
    )
    return ReadingRead(ts, value, msgspec.UNSET if metadata is None else msgspec.Raw(metadata))


def _latest(row: asyncpg.Record) -> LatestReading:
    sensor_id, ts, *values = row
    return LatestReading(sensor_id, ts, next(value for value in values if value is not None))


def _bucket(
    row: asyncpg.Record, start: datetime, end: datetime, width: timedelta, functions: Sequence[str]
) -> Bucket:
    bucket_from, bucket_to = max(row["bucket"], start), min(row["bucket"] + width, end)
    values: dict[str, Any] = {name: row[name] for name in functions}
    return Bucket(
        from_=bucket_from,
        to=bucket_to,
        count=row["n"],
        coverage=round((bucket_to - bucket_from) / width, 6),
        **values,
    )


def _json(text: str | None) -> msgspec.Raw:
    return msgspec.Raw(text or "null")
