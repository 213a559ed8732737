"""Readings: sending them in, and asking for them. Three hops: controller, here, one SQL function in db/readings.py."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.core.actor import Actor
from app.core.errors import Malformed, NotFound, TooLarge, Unavailable, Unprocessable
from app.core.platform import Platform
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.telemetry.readings import tiers
from app.telemetry.readings.intervals import BUCKET_ORIGIN
from app.telemetry.readings.schemas import (
    AggregatedReadings,
    Bucket,
    ItemErrorRead,
    LatestReading,
    LatestReadings,
    RawReadings,
    ReadingRead,
    ReadingStats,
    ReadingWindow,
    ReceiptRead,
)
from db import readings as store
from db.types import Connection
from ingest.messages import Message, NotReadings, TooManyElements, Via, decode

BUCKETS_MAX = 10_000
FUNCTIONS = ("avg", "min", "max", "sum", "count")
# Bodies that wait for the database, in all requests together. Beyond it a client is asked to come back.
WAITING_BYTES_MAX = 256 * 1024 * 1024
COMMIT_WAIT_SECONDS = 25


async def take_in(platform: Platform, actor: Actor, body: bytes, *, many: bool) -> ReceiptRead:
    """Store what the body holds and say, after the commit, what became of each reading."""
    received_at = time.perf_counter()
    if body.lstrip()[:1] != (b"[" if many else b"{"):
        raise Malformed(f"the body must be a JSON {'array of readings' if many else 'object: one reading'}")
    try:
        elements = decode(body, elements_max=platform.settings.batch_max_readings)
    except TooManyElements as error:
        raise TooLarge(str(error)) from None
    except NotReadings as error:
        raise Malformed(f"the body is not JSON: {error}") from None
    if platform.inbox.waiting_bytes > WAITING_BYTES_MAX:
        raise Unavailable(
            "more readings are waiting to be stored than fit; send these again", retry_after_seconds=5
        )
    message = Message(actor.org_id, None, Via.HTTP, body, received_at, elements)
    try:
        receipt = await asyncio.wait_for(platform.inbox.submit(message), COMMIT_WAIT_SECONDS)
    except TimeoutError:
        raise Unavailable(
            "the database did not answer in time, so these readings may or may not be stored; send them again: "
            "what was stored is recognised",
            retry_after_seconds=5,
        ) from None
    return ReceiptRead(
        receipt.accepted,
        receipt.duplicates,
        receipt.quarantined,
        [ItemErrorRead(error.index, error.code, error.message) for error in receipt.errors],
    )


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
