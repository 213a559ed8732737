"""What a device does, out of the inspector's log (ingest/inspector) and the log of connections."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from redis.exceptions import RedisError
from sqlalchemy import or_, select

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unavailable
from app.core.platform import Platform
from app.core.running_responses import Ending, RunningResponse
from app.core.stream_event import Heartbeat, NamedEvent
from app.fleet.inspector.schemas import (
    InspectorEnd,
    InspectorLine,
    InspectorRead,
    MissedTold,
    WatchingTold,
)
from app.permissions import Permission
from db.connections.readers import Reader
from db.models import Certificate, ConnectionRecord, Device
from ingest.inspector.log import (
    HOUR_SECONDS,
    InspectorLog,
    Ring,
    RingPosition,
    handshakes_of,
    problems_of,
    traffic_of,
)

TICK_SECONDS = 0.1
ANSWER_SECONDS = 2
CONNECTIONS_MAX = 200
_AWAY = (RedisError, OSError)  # TimeoutError is an OSError
_decoder = msgspec.json.Decoder(InspectorLine)

InspectorEvent = NamedEvent | Heartbeat


@dataclass(frozen=True)
class Inspection:
    """A device that is looked at, and who does. `address` is where it last came from."""

    device: Device
    actor: Actor
    address: str | None
    hint: str | None
    ending: Ending = field(default_factory=Ending)

    @property
    def end(self) -> Callable[[str], None]:
        return self.ending.end

    @property
    def needs(self) -> list[Permission]:
        """What it ends without."""
        return ["devices:read", "readings:read"] if self.shows_payloads else ["devices:read"]

    @property
    def shows_payloads(self) -> bool:
        return "readings:read" in self.actor.permissions

    @property
    def rings(self) -> list[Ring]:
        org_id, device_id = self.actor.org_id, self.device.id
        own = [problems_of(org_id, device_id), traffic_of(org_id, device_id)]
        return own if self.address is None else [*own, handshakes_of(self.address)]

    def line(self, text: bytes) -> InspectorLine:
        """As this one may see it."""
        line = _decoder.decode(text)
        if not self.shows_payloads:
            line.payload = None
        return line


async def begin(reader: Reader, actor: Actor, device_id: UUID) -> Inspection:
    """Raises NotFound for the device."""
    device = await resource.get(reader, Device, device_id)
    newest = (
        select(ConnectionRecord)
        .where(ConnectionRecord.device_id == device_id)
        .order_by(ConnectionRecord.connected_at.desc(), ConnectionRecord.id.desc())
        .limit(1)
    )
    connections = await reader.rows(newest)
    address = connections[0].address if connections else None
    return Inspection(device, actor, address, await _hint(reader, device_id))


async def _hint(reader: Reader, device_id: UUID) -> str | None:
    """What keeps the device from connecting, as far as its certificates tell."""
    newest = (
        select(Certificate)
        .where(Certificate.device_id == device_id)
        .order_by(Certificate.not_after.desc())
    )
    certificates = await reader.rows(newest.limit(20))
    now = datetime.now(UTC)
    if not certificates:
        return "it has no certificate yet: it has to be provisioned"
    if any(each.revoked_at is None and each.not_after > now for each in certificates):
        return None
    last = certificates[0]
    what = "has expired" if last.revoked_at is None else "is revoked"
    return f"it can't connect: its newest certificate {last.serial} {what}"


async def last_hour(log: InspectorLog, reader: Reader, inspection: Inspection) -> InspectorRead:
    """Raises Unavailable while Valkey is away."""
    now = datetime.now(UTC)
    begun_at = now - timedelta(seconds=HOUR_SECONDS)
    device = inspection.device
    async with _answering():
        since = await log.watch(inspection.actor.org_id, device.id)
        lines = await _lines(log, inspection, [RingPosition(ring) for ring in inspection.rings])
    connections = [
        line
        for line in _connection_lines(await _connections(reader, device.id, begun_at))
        if line.at >= begun_at
    ]
    told = [line for line in lines[0] if not _is_in_connections(line)]
    items = sorted([*told, *connections], key=lambda line: line.at, reverse=True)
    return InspectorRead(device.id, begun_at, max(since, begun_at), inspection.hint, items)


async def open_stream(platform: Platform, inspection: Inspection) -> list[RingPosition]:
    """Where the stream begins. Raises TooManyRequests, Unavailable."""
    platform.inspector_slots.admit(inspection.actor)
    async with _answering():
        await platform.inspector_log.watch(inspection.actor.org_id, inspection.device.id)
        return await platform.inspector_log.newest(inspection.rings)


async def events(
    platform: Platform,
    inspection: Inspection,
    positions: list[RingPosition],
    *,
    credential: str,
    seconds: int,
) -> AsyncGenerator[InspectorEvent, None]:
    """Everything that happens, for so many seconds; ends after the event `end`."""
    actor, ending, device = inspection.actor, inspection.ending, inspection.device
    with contextlib.ExitStack() as stack:
        stack.enter_context(platform.inspector_slots.taken(actor, ending.end))
        for permission in inspection.needs:
            response = RunningResponse(actor, permission, ending.end, credential)
            stack.enter_context(platform.responses.registered(response))
        told = WatchingTold(device.id, seconds, device.is_connected, inspection.hint)
        yield NamedEvent("watching", told)
        ends_at = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while ending.reason is None:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    lines, is_lost = await _lines(platform.inspector_log, inspection, positions)
            except _AWAY:
                ending.end("UNAVAILABLE")
                break
            if is_lost:
                yield NamedEvent("missed", MissedTold())
            for line in sorted(lines, key=lambda line: line.at):
                yield NamedEvent("line", line)
            now = time.monotonic()
            if lines:
                quiet_since = now
            elif now - quiet_since >= platform.settings.live.heartbeat_seconds:
                quiet_since = now
                yield Heartbeat()
            if now >= ends_at:
                ending.end("TIME")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await ending.wait()
        if ending.reason != "LEFT":
            yield NamedEvent("end", InspectorEnd(ending.reason or "TIME"))


async def _lines(
    log: InspectorLog, inspection: Inspection, positions: list[RingPosition]
) -> tuple[list[InspectorLine], bool]:
    found, is_lost = await log.read(positions)
    return [inspection.line(text) for text in found], is_lost


@contextlib.asynccontextmanager
async def _answering() -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except _AWAY:
        raise Unavailable("the inspector's log is away", retry_after_seconds=5) from None


async def _connections(reader: Reader, device_id: UUID, since: datetime) -> list[ConnectionRecord]:
    """Sessions that began or ended since then, or last."""
    ended = ConnectionRecord.disconnected_at
    statement = (
        select(ConnectionRecord)
        .where(
            ConnectionRecord.device_id == device_id,
            ConnectionRecord.broker_id.is_not(None),
            or_(ConnectionRecord.connected_at >= since, ended.is_(None), ended >= since),
        )
        .order_by(ConnectionRecord.connected_at.desc(), ConnectionRecord.id.desc())
    )
    return await reader.rows(statement.limit(CONNECTIONS_MAX))


def _connection_lines(connections: Iterable[ConnectionRecord]) -> Iterator[InspectorLine]:
    for each in connections:
        told = f"from {each.address} by {each.tls_version}, certificate {each.serial}"
        yield InspectorLine(each.connected_at, "UP", "CONNECT", None, None, None, "ACCEPTED", told)
        if each.disconnected_at is not None:
            yield InspectorLine(
                each.disconnected_at, "UP", "DISCONNECT", None, None, None, "ENDED", each.reason
            )


def _is_in_connections(line: InspectorLine) -> bool:
    return line.kind == "DISCONNECT" or (line.kind == "CONNECT" and line.outcome == "ACCEPTED")
