"""Asking for readings. Three hops: controller, here, one SQL function in db/readings.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from app.core.errors import Malformed, NotFound
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.telemetry.readings import tiers
from app.telemetry.readings.schemas import (
    LatestReading,
    LatestReadings,
    RawReadings,
    ReadingRead,
    ReadingWindow,
)
from db import readings as store
from db.models import Device
from db.snapshots import snapshot_over
from db.types import Connection


@dataclass(frozen=True, slots=True)
class SensorsWanted:
    """These sensors, and all of these devices, of this site and of this group."""

    sensor_ids: Sequence[UUID] = ()
    device_ids: Sequence[UUID] = ()
    site_id: UUID | None = None
    group_id: UUID | None = None


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
    now = await _snapshot_time(tx, sensor_id)
    after = None if cursor is None else decode_cursor(cursor, tuple[Instant])[0]
    items, last = await _raw_page(tx, sensor_id, start, end, after=after, limit=limit, descending=descending)
    return RawReadings(items, encode_cursor(last) if last else None, [tiers.RAW], now, bool(last))


async def window(
    tx: Connection, sensor_id: UUID, length: timedelta, *, limit: int, cursor: str | None, descending: bool
) -> ReadingWindow:
    """The newest stretch of time. Its cursor carries the range, so that the pages don't move with the clock."""
    now = await _snapshot_time(tx, sensor_id)
    start, end, after = now - length, now, None
    if cursor is not None:
        start, end, after = decode_cursor(cursor, tuple[Instant, Instant, Instant])
    items, last = await _raw_page(tx, sensor_id, start, end, after=after, limit=limit, descending=descending)
    next_cursor = encode_cursor(start, end, last) if last else None
    return ReadingWindow(start, end, items, next_cursor, [tiers.RAW], now, bool(last))


async def latest_of_sensor(tx: Connection, sensor_id: UUID) -> LatestReading:
    await _snapshot_time(tx, sensor_id)
    found = await store.latest(tx, [sensor_id])
    if not found:
        raise NotFound(f"sensor {sensor_id} has no reading yet", code="NO_READINGS")
    return _latest(found[0])


async def latest(tx: Connection, wanted: SensorsWanted, *, limit: int, cursor: str | None) -> LatestReadings:
    """The newest readings by event time; sensors that have none, or aren't there, are left out.

    Pages go by the sensors' ids. Raises NotFound for a site or a group that isn't there, Malformed where nothing is
    asked.
    """
    after = None if cursor is None else decode_cursor(cursor, tuple[UUID])[0]
    asked = await _sensors(tx, wanted, after=after, limit=limit + 1)
    now, there = await store.sensors_there(tx, asked[:limit])
    return LatestReadings(
        await latest_of(tx, list(there)),
        encode_cursor(asked[limit - 1]) if len(asked) > limit else None,
        now,
        len(asked) > limit,
    )


async def latest_of(tx: Connection, sensor_ids: Sequence[UUID]) -> list[LatestReading]:
    """The newest reading of each sensor that is there and has one."""
    return [_latest(row) for row in await store.latest(tx, sensor_ids)]


async def _sensors(tx: Connection, wanted: SensorsWanted, *, after: UUID | None, limit: int) -> list[UUID]:
    devices = list(wanted.device_ids)
    for site_id, group_id in ((wanted.site_id, None), (None, wanted.group_id)):
        if site_id or group_id:
            found = await devices_wanted(snapshot_over(tx), DeviceFilter(site_id=site_id, group_id=group_id))
            rows = await snapshot_over(tx).records(found.with_only_columns(Device.id))
            devices += [row[0] for row in rows]
    if not (devices or wanted.sensor_ids or wanted.site_id or wanted.group_id):
        raise Malformed("say which: sensorIds, deviceId, siteId or groupId")
    found_ids = {sensor for sensor in wanted.sensor_ids if after is None or sensor > after}
    if devices:
        found_ids.update(await store.sensors_of_devices(tx, devices, after=after, limit=limit))
    return sorted(found_ids)[:limit]


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
