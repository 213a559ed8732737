"""The journal: asked for by people and programs, and what they note themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unprocessable
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.journal.events.schemas import EventCreate, EventRead, EventSeverity
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import Component, Device, Event, Sensor, Site

# By what was written down when: the number of the transaction, which no clock disturbs.
SORTS = {"occurredAt": Event.occurred_at, "recordedAt": Event.written_in}

DETAILS_MAX_BYTES = 16 * 1024
AHEAD_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """All that is given must hold."""

    types: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    site_id: UUID | None = None
    device_id: UUID | None = None
    component_id: UUID | None = None
    sensor_id: UUID | None = None
    actor: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    recorded_from: datetime | None = None
    text: str | None = None

    def of(self, statement: Select[Event]) -> Select[Event]:
        if self.types:
            statement = statement.where(Event.type.in_(self.types))
        if self.severities:
            statement = statement.where(Event.severity.in_(self.severities))
        for name in ("site_id", "device_id", "component_id", "sensor_id", "actor"):
            if (value := getattr(self, name)) is not None:
                statement = statement.where(getattr(Event, name) == value)
        if self.text:
            statement = statement.where(Event.title.icontains(self.text, autoescape=True))
        return self._between(statement)

    def _between(self, statement: Select[Event]) -> Select[Event]:
        if self.start is not None:
            statement = statement.where(Event.occurred_at >= self.start)
        if self.end is not None:
            statement = statement.where(Event.occurred_at < self.end)
        if self.recorded_from is not None:
            statement = statement.where(Event.recorded_at >= self.recorded_from)
        return statement


async def page(reader: Reader, page_request: PageRequest, wanted: EventFilter) -> Page[EventRead]:
    statement = wanted.of(select(Event))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Event.id)
    return found.page([read(row) for row in found.rows])


async def get(reader: Reader, event_id: UUID) -> EventRead:
    return read(await resource.get(reader, Event, event_id))


async def create(tx: AsyncSession, actor: Actor, body: EventCreate) -> EventRead:
    """Raises NotFound for what isn't there, Unprocessable for what doesn't belong together, is too
    large or lies ahead."""
    if len(msgspec.json.encode(body.details)) > DETAILS_MAX_BYTES:
        raise Unprocessable(f"details may have {DETAILS_MAX_BYTES // 1024} KiB")
    place = await _placed(SessionReader(tx), body)
    event_id = record_event(
        tx,
        body.type,
        body.title,
        actor=actor.principal,
        severity=body.severity.value,
        details=body.details,
        occurred_at=_occurred_at(body),
        site_id=place.site_id,
        device_id=place.device_id,
        component_id=place.component_id,
        sensor_id=place.sensor_id,
    )
    await tx.flush()
    return await get(SessionReader(tx), event_id)


def _occurred_at(body: EventCreate) -> datetime | None:
    if body.occurred_at is None:
        return None
    occurred_at = instant(body.occurred_at, "occurredAt")
    if occurred_at > datetime.now(UTC) + timedelta(seconds=AHEAD_SECONDS):
        raise Unprocessable(f"occurredAt lies more than {AHEAD_SECONDS} s ahead")
    return occurred_at


class _Place:
    """Where something happened, from the narrowest that was named to the widest."""

    def __init__(self, body: EventCreate) -> None:
        self.site_id = body.site_id
        self.device_id = body.device_id
        self.component_id = body.component_id
        self.sensor_id = body.sensor_id

    def add(self, name: str, value: UUID | None, *, of: str) -> None:
        """`value` is what `of` says of it. Raises Unprocessable where the body says otherwise."""
        if getattr(self, name) is None:
            setattr(self, name, value)
        elif getattr(self, name) != value:
            raise Unprocessable(f"the {name.removesuffix('_id')} is not the {of}'s")


async def _placed(reader: Reader, body: EventCreate) -> _Place:
    place = _Place(body)
    if place.sensor_id is not None:
        sensor = await resource.get(reader, Sensor, place.sensor_id)
        place.add("component_id", sensor.component_id, of="sensor")
        place.add("device_id", sensor.device_id, of="sensor")
    if place.component_id is not None:
        component = await resource.get(reader, Component, place.component_id)
        place.add("device_id", component.device_id, of="component")
    if place.device_id is not None:
        device = await resource.get(reader, Device, place.device_id)
        place.site_id = place.site_id or device.site_id
    if place.site_id is not None:
        await resource.get(reader, Site, place.site_id)
    return place


def read(row: Event) -> EventRead:
    return EventRead(
        id=row.id,
        type=row.type,
        severity=EventSeverity(row.severity),
        title=row.title,
        details=row.details,
        site_id=row.site_id,
        device_id=row.device_id,
        component_id=row.component_id,
        sensor_id=row.sensor_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        actor=row.actor,
    )
