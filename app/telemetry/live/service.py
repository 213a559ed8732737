"""One live stream from its beginning to its end. Start here.

What is promised. A reading that is committed while a client is connected, or while it is away for less than
RESUME_SECONDS, comes exactly once, each sensor's in the order in which the process that stored them committed them;
one that is committed around the moment of a snapshot may be in it and come after it (sensor and time name it).
Where that can't be kept, the client gets a `reset` and the newest readings: never silence. Between the commit and
the log a process may be killed; within LEASE_SECONDS and a few more the others notice, and everyone gets a reset.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator
from uuid import UUID

import structlog

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.live_events import EndTold, LiveEvent
from app.permissions import Permission
from app.telemetry.live import metrics
from app.telemetry.live.events import Batch, in_batches
from app.telemetry.live.feed import Feed, Group
from app.telemetry.live.hub import ANSWER_SECONDS, Hub
from app.telemetry.live.listener import (
    PERMISSION,
    Changed,
    End,
    Item,
    Listener,
    Paused,
    Reset,
)
from app.telemetry.live.schemas import PausedTold, ResetTold, SelectionTold, SnapshotTold
from app.telemetry.readings.service import latest_of
from db.queries.targets import Target, count_sensors, missing, resolve, stream_sensors
from ingest.live.log import Entry, Gap

log = structlog.get_logger()

SNAPSHOT_ITEMS = 1_000
REPLAYED_ENTRIES = 100
_ID_BYTES = 16
_ID = re.compile(r"\d{1,20}-\d{1,20}")


async def open_stream(
    hub: Hub,
    actor: Actor,
    credential: str,
    target: Target,
    *,
    permission: Permission = PERMISSION,
) -> Listener:
    """A listener to what the target comes to. Raises NotFound, TooManyRequests, Unavailable."""
    hub.admit(actor)
    target = target.for_customer(actor.customer_id)
    async with hub.database.reading_transaction(actor.tenant) as tx:
        resolution = await resolve(tx, target)
    if len(resolution.missing) == len(target.ids) and not target.is_everything:
        raise NotFound("nothing of what was selected is there")
    return Listener(actor, credential, target, resolution, permission=permission)


async def events(
    hub: Hub, listener: Listener, last_event_id: str | None
) -> AsyncGenerator[LiveEvent, None]:
    """Everything that the client is told, in order; ends after the event `end`."""
    try:
        async with hub.joined(listener) as (feed, group):
            async for event in _beginning(hub, listener, feed, group, last_event_id):
                yield event
            ends_at = time.monotonic() + hub.limits.lifetime_seconds
            while True:
                if time.monotonic() > ends_at:
                    listener.end("LIFETIME")
                item = await listener.take(hub.limits.heartbeat_seconds)
                if isinstance(item, End):
                    if item.reason != "LEFT":
                        yield LiveEvent.of("end", EndTold(item.reason))
                    return
                async for event in _told(hub, listener, feed, item):
                    yield event
    except Exception as error:
        # A client that comes back resumes: nothing is lost by ending here.
        log.warning("a live stream ends", error=repr(error)[:200])
        yield LiveEvent.of("end", EndTold("UNAVAILABLE"))


async def _told(
    hub: Hub, listener: Listener, feed: Feed, item: Item | None
) -> AsyncIterator[LiveEvent]:
    match item:
        case None:
            yield LiveEvent("heartbeat", b"{}", None if feed.is_paused else feed.position)
        case Batch():
            yield item.event
        case Paused():
            yield LiveEvent.of("paused", PausedTold())
        case Reset():
            async for event in _reset(hub, listener, item):
                yield event
        case Changed():
            yield await _selected(hub, listener)
            async for event in _snapshot(hub, listener, item.id):
                yield event


async def _beginning(
    hub: Hub, listener: Listener, feed: Feed, group: Group, last_event_id: str | None
) -> AsyncIterator[LiveEvent]:
    yield await _selected(hub, listener)
    if listener.joined_at is None:  # it was told that live push pauses
        return
    parts = (
        _snapshot(hub, listener, listener.joined_at)
        if last_event_id is None
        else _replay(hub, listener, feed, group, last_event_id, listener.joined_at)
    )
    async for event in parts:
        yield event


async def _replay(
    hub: Hub, listener: Listener, feed: Feed, group: Group, position: str, until: str
) -> AsyncIterator[LiveEvent]:
    """What the log holds after the position, up to where the listener joined; a reset where it isn't there."""
    while position != until:
        entries = await _following(hub, listener.org_id, position)
        if entries is None:
            async for event in _reset(hub, listener, Reset(until, "TOO_OLD")):
                yield event
            return
        entries = [entry for entry in entries if _order(entry.id) <= _order(until)]
        items = list(in_batches(entries))
        if strangers := feed.strangers(items):
            await hub.learn(feed, strangers)
        for item in items:
            if isinstance(item, Gap):
                async for event in _reset(hub, listener, Reset(item.id, item.reason)):
                    yield event
            elif picked := group.pick(item, feed.devices_of(item)):
                yield picked.event
        if not entries:
            return
        position = entries[-1].id


async def _following(hub: Hub, org_id: UUID, position: str) -> list[Entry | Gap] | None:
    if not _ID.fullmatch(position) or max(_order(position)) >= 2**64:
        return None
    async with asyncio.timeout(ANSWER_SECONDS):
        (entries,) = await hub.log.read({org_id: position}, count=REPLAYED_ENTRIES)
    return entries


def _order(id_: str) -> tuple[int, int]:
    milliseconds, _, number = id_.partition("-")
    return int(milliseconds), int(number)


async def _reset(hub: Hub, listener: Listener, reset: Reset) -> AsyncIterator[LiveEvent]:
    metrics.resets.labels(reset.reason).inc()
    yield LiveEvent.of("reset", ResetTold(reset.reason))
    async for event in _snapshot(hub, listener, reset.id):
        yield event


async def _snapshot(hub: Hub, listener: Listener, position: str) -> AsyncIterator[LiveEvent]:
    """The newest reading of each sensor. Only the last event has the id: who leaves before gets it all again.

    Each part has a transaction of its own, held while the database answers and not while the client reads. What is
    committed meanwhile comes after the snapshot, from the position on.
    """
    ids = await _sensor_ids(hub, listener)
    for at in range(0, max(len(ids), 1), SNAPSHOT_ITEMS * _ID_BYTES):
        part = ids[at : at + SNAPSHOT_ITEMS * _ID_BYTES]
        is_last = at + len(part) >= len(ids)
        async with hub.snapshots, hub.database.reading_transaction(listener.actor.tenant) as tx:
            items = await latest_of(tx, _unpacked(part))
        yield LiveEvent.of("snapshot", SnapshotTold(items, is_last), position if is_last else None)


async def _sensor_ids(hub: Hub, listener: Listener) -> bytes:
    """Packed: a slow client keeps those of a large fleet for a while."""
    packed = bytearray()
    async with hub.snapshots, hub.database.reading_transaction(listener.actor.tenant) as tx:
        async for ids in stream_sensors(tx, listener.target):
            packed += b"".join(id_.bytes for id_ in ids)
    return bytes(packed)


def _unpacked(ids: bytes) -> list[UUID]:
    return [UUID(bytes=ids[at : at + _ID_BYTES]) for at in range(0, len(ids), _ID_BYTES)]


async def _selected(hub: Hub, listener: Listener) -> LiveEvent:
    target, count = listener.target, None
    async with hub.snapshots, hub.database.reading_transaction(listener.actor.tenant) as tx:
        unknown = await missing(tx, target)
        if not target.is_everything:
            count = await count_sensors(tx, target)
    return LiveEvent.of("selection", SelectionTold(count, sorted(unknown)))
