"""Asking for readings. Three hops: controller, here, one SQL function in db/readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.core.errors import Malformed, NotFound
from app.core.targets import require
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.telemetry.readings.schemas import LatestReading, LatestReadings
from db.connections.readers import ConnectionReader
from db.connections.types import Connection
from db.queries.targets import Target, sensors_of
from db.readings import latest as stored
from db.readings.latest import SensorSnapshot
from db.readings.series import Series, series


@dataclass(frozen=True, slots=True)
class Range:
    """One sensor's readings in [start, end), oldest or newest first."""

    sensor_id: UUID
    start: datetime
    end: datetime
    descending: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of readings, the type of the sensor's values, and the moment that it shows."""

    asked: Range
    series: Series
    has_more: bool
    value_type: str
    now: datetime


async def page(tx: Connection, asked: Range, *, limit: int, after: datetime | None) -> Found:
    """The first readings of the range, or those after that time. Raises NotFound for a sensor that isn't there."""
    snapshot = await _snapshot_of(tx, asked.sensor_id)
    return await _page(tx, asked, limit, after, snapshot)


async def window(
    tx: Connection,
    sensor_id: UUID,
    length: timedelta,
    *,
    limit: int,
    cursor: str | None,
    descending: bool,
) -> Found:
    """The newest stretch of time. Its cursor carries the range, so that the pages don't move with the clock."""
    snapshot = await _snapshot_of(tx, sensor_id)
    start, end, after = snapshot.taken_at - length, snapshot.taken_at, None
    if cursor is not None:
        start, end, after = decode_cursor(cursor, tuple[Instant, Instant, Instant])
    return await _page(tx, Range(sensor_id, start, end, descending), limit, after, snapshot)


async def _page(
    tx: Connection, asked: Range, limit: int, after: datetime | None, snapshot: SensorSnapshot
) -> Found:
    found = await series(
        tx,
        asked.sensor_id,
        asked.start,
        asked.end,
        after=after,
        limit=limit + 1,
        descending=asked.descending,
    )
    has_more = len(found) > limit
    return Found(asked, found.head(limit), has_more, snapshot.value_type, snapshot.taken_at)


async def latest_of_sensor(tx: Connection, sensor_id: UUID) -> LatestReading:
    await _snapshot_of(tx, sensor_id)
    found = await stored.latest(tx, [sensor_id])
    if not found:
        raise NotFound(f"sensor {sensor_id} has no reading yet", code="NO_READINGS")
    return _latest(found[0])


async def latest(
    tx: Connection, target: Target, *, limit: int, cursor: str | None
) -> LatestReadings:
    """The newest readings by event time; sensors that have none, or aren't there, are left out.

    Pages go by the sensors' ids. Raises NotFound for a site or a group that isn't there, Malformed
    where nothing is asked.
    """
    after = None if cursor is None else decode_cursor(cursor, tuple[UUID])[0]
    if target.is_empty:
        raise Malformed("say which: sensorIds, deviceId, siteId or groupId")
    if target.site_ids or target.group_ids:
        places = Target(site_ids=target.site_ids, group_ids=target.group_ids)
        await require(ConnectionReader(tx), places)
    asked = await _sensors(tx, target, after=after, limit=limit + 1)
    now, there = await stored.sensors_there(tx, asked[:limit])
    return LatestReadings(
        await latest_of(tx, list(there)),
        encode_cursor(asked[limit - 1]) if len(asked) > limit else None,
        now,
        len(asked) > limit,
    )


async def latest_of(tx: Connection, sensor_ids: Sequence[UUID]) -> list[LatestReading]:
    """The newest reading of each sensor that is there and has one."""
    return [_latest(row) for row in await stored.latest(tx, sensor_ids)]


async def _sensors(tx: Connection, target: Target, *, after: UUID | None, limit: int) -> list[UUID]:
    """A page of them; one that is named is looked at there, whether the tenant has it or not."""
    ids = {sensor for sensor in target.sensor_ids if after is None or sensor > after}
    if target.needs_devices:
        on_devices = replace(target, sensor_ids=frozenset())
        ids.update(await sensors_of(tx, on_devices, after=after, limit=limit))
    return sorted(ids)[:limit]


async def _snapshot_of(tx: Connection, sensor_id: UUID) -> SensorSnapshot:
    """Raises NotFound for a sensor that this tenant doesn't have."""
    found = await stored.snapshot_of(tx, sensor_id)
    if found is None:
        raise NotFound(f"no sensor {sensor_id}")
    return found


def _latest(row: asyncpg.Record) -> LatestReading:
    sensor_id, ts, *values = row
    return LatestReading(sensor_id, ts, next(value for value in values if value is not None))
