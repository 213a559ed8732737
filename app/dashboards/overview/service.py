"""How an organization is doing, by a constant number of statements."""

from __future__ import annotations

from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.actor import Actor
from app.core.paging import PageRequest
from app.dashboards.overview.schemas import (
    AlertFigures,
    FirstSteps,
    FleetFigures,
    Overview,
    QuarantineFigures,
    ReadingFigures,
)
from app.journal.events import service as events
from app.journal.events.schemas import EventRead
from db.connections.readers import Reader
from db.connections.types import Connection
from db.queries import overview as queries
from ingest.live.counts import SLOT_SECONDS, counts_of

EVENTS_SHOWN = 10
MINUTES_SHOWN = 60
_SLOTS_OF_MINUTE = 60 // SLOT_SECONDS


async def look(reader: Reader, actor: Actor, redis: Redis) -> Overview:
    may = actor.permissions
    connection = await reader.connected()
    fleet = await queries.fleet_counts(connection)
    now = datetime.now(UTC)
    return Overview(
        at=now,
        devices=FleetFigures(fleet.devices, fleet.connected, fleet.offline),
        alerts=await _alerts(connection) if "alerts:read" in may else None,
        readings=await _readings(redis, actor, now) if "readings:read" in may else None,
        quarantine=await _quarantine(connection) if "quarantine:read" in may else None,
        events=await _events(reader) if "events:read" in may else None,
        steps=None
        if actor.customer_id is not None
        else await _steps(connection, has_device=fleet.devices > 0),
    )


async def _alerts(connection: Connection) -> AlertFigures:
    found = await queries.open_alerts(connection)
    return AlertFigures(*(found.get(each, 0) for each in ("CRITICAL", "WARNING", "INFO")))


async def _quarantine(connection: Connection) -> QuarantineFigures:
    found = await queries.refused_counts(connection)
    return QuarantineFigures(found.entries, found.occurrences)


async def _events(reader: Reader) -> list[EventRead]:
    newest = PageRequest(limit=EVENTS_SHOWN, cursor=None, sort=None, include_total=False)
    return (await events.page(reader, newest, events.EventFilter())).items


async def _steps(connection: Connection, *, has_device: bool) -> FirstSteps:
    done = await queries.steps_done(connection)
    return FirstSteps(has_device, done.has_reading, done.has_rule, done.has_second_member)


async def _readings(redis: Redis, actor: Actor, now: datetime) -> ReadingFigures | None:
    """None where Valkey doesn't answer, and for a customer: they are counted of all together.

    Slots are written when they are over, or a little later: the rate is of those before."""
    if actor.customer_id is not None:
        return None
    minute = int(now.timestamp()) // 60
    first = minute - MINUTES_SHOWN + 1
    last = (minute + 1) * _SLOTS_OF_MINUTE - 1
    try:
        slots = await counts_of(redis, actor.org_id, first * _SLOTS_OF_MINUTE, last)
    except (RedisError, OSError):
        return None
    over = int(now.timestamp()) // SLOT_SECONDS - first * _SLOTS_OF_MINUTE
    lately = slots[over - _SLOTS_OF_MINUTE : over]
    return ReadingFigures(
        per_second=sum(lately) / (len(lately) * SLOT_SECONDS),
        from_=datetime.fromtimestamp(first * 60, UTC),
        interval="PT1M",
        counts=[
            sum(slots[place : place + _SLOTS_OF_MINUTE])
            for place in range(0, len(slots), _SLOTS_OF_MINUTE)
        ],
    )
