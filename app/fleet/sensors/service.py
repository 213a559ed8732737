"""Sensors: created as they are first reported or before, listed with their latest value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, column, func, literal, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.bulk import Operation
from app.core.errors import Conflict, Malformed, NotFound
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.search import IndexedCondition, Search, any_of, find, word_conditions
from app.fleet.sensors.schemas import SensorCreate, SensorRead, SensorUpdate, ValueType
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Component, Device, Sensor, SensorWord, Site

_VALUES = ("value_double", "value_bigint", "value_bool", "value_text")
_latest = table(
    "latest",
    *map(column, ("sensor_id", "ts", *_VALUES)),
    schema="api",
)

SORTS = {"createdAt": Sensor.created_at, "name": Sensor.name, "key": Sensor.key}


@dataclass(frozen=True)
class SensorFilter:
    """Every condition given must hold; of `value_types` any."""

    device_id: UUID | None = None
    component_id: UUID | None = None
    site_id: UUID | None = None
    value_types: Sequence[ValueType] = ()
    text: str | None = None


async def page(reader: Reader, wanted: SensorFilter, page_request: PageRequest) -> Page[SensorRead]:
    """Raises NotFound for a device, component or site that isn't there."""
    own = [condition async for condition in _conditions(reader, wanted)]
    found = await find(
        reader, Search(Sensor, own, list(_indexed(wanted))), page_request, sorts=SORTS
    )
    return found.page(await _read(reader, found.rows))


async def _conditions(reader: Reader, wanted: SensorFilter) -> AsyncIterator[ColumnElement[bool]]:
    if wanted.device_id is not None:
        await resource.get(reader, Device, wanted.device_id)
        yield Sensor.device_id == wanted.device_id
    if wanted.component_id is not None:
        await resource.get(reader, Component, wanted.component_id)
        yield Sensor.component_id == wanted.component_id
    if wanted.site_id is not None:
        await resource.get(reader, Site, wanted.site_id)
    if wanted.value_types:
        yield any_of(Sensor.value_type, wanted.value_types)


def _indexed(wanted: SensorFilter) -> Iterator[IndexedCondition]:
    if wanted.site_id is not None:
        here = Device.site_id == wanted.site_id, Device.deleted_at.is_(None)
        yield IndexedCondition(Sensor.device_id, Device.id, here)
    yield from word_conditions(
        Sensor.id, SensorWord.sensor_id, SensorWord.word, [Sensor.key, Sensor.name], wanted.text
    )


async def get(reader: Reader, sensor_id: UUID) -> SensorRead:
    return (await _read(reader, [await resource.get(reader, Sensor, sensor_id)]))[0]


async def create(tx: AsyncSession, org_id: UUID, body: SensorCreate, *, limit: int) -> SensorRead:
    """Add a sensor before its first reading.

    Raises NotFound for the device or component, Malformed for the key, Conflict when the key is taken (the
    database's) or the device has `limit` sensors already.
    """
    if not body.key.isprintable() or body.key != body.key.strip():
        raise Malformed("a sensor's key has printable characters, and no space at its ends")
    # Locked: a device that is being deleted must not keep a sensor, and two must not pass the limit together.
    await resource.get_to_change(tx, Device, body.device_id)
    if body.component_id is not None:
        component = await resource.get(SessionReader(tx), Component, body.component_id)
        if component.device_id != body.device_id:
            raise NotFound(f"no component {body.component_id}")
    taken = await tx.scalar(
        select(func.count()).where(Sensor.device_id == body.device_id, Sensor.deleted_at.is_(None))
    )
    if (taken or 0) >= limit:
        raise Conflict(f"a device may have {limit} sensors", code="SENSOR_LIMIT")
    sensor = Sensor(
        org_id=org_id,
        id=new_id(),
        device_id=body.device_id,
        component_id=body.component_id,
        key=body.key,
        name=body.name or body.key,
        value_type=body.value_type,
        unit=body.unit,
    )
    await resource.add(tx, sensor)
    return (await _read(SessionReader(tx), [sensor]))[0]


async def change(
    tx: AsyncSession, sensor_id: UUID, body: SensorUpdate, if_match: str | None
) -> SensorRead:
    sensor = await resource.get_to_change(tx, Sensor, sensor_id, if_match)
    await resource.change(tx, sensor, resource.patched_fields(body))
    return (await _read(SessionReader(tx), [sensor]))[0]


async def remove(tx: AsyncSession, sensor_id: UUID, if_match: str | None) -> None:
    """Delete the sensor. Its readings stay until their retention ends; reported again, its key is a new sensor."""
    sensor = await resource.get_to_change(tx, Sensor, sensor_id, if_match)
    sensor.deleted_at = datetime.now(UTC)
    await tx.flush()


async def in_bulk(
    tx: AsyncSession, org_id: UUID, operation: Operation, *, limit: int
) -> tuple[int, UUID]:
    """One operation of a bulk request: the status that it would have alone, and the sensor."""
    match operation.op:
        case "create":
            return 201, (await create(tx, org_id, operation.body(SensorCreate), limit=limit)).id
        case "patch":
            await change(tx, operation.target(), operation.body(SensorUpdate), None)
            return 200, operation.target()
        case "delete":
            await remove(tx, operation.target(), None)
            return 204, operation.target()
        case "tag":
            raise Malformed("sensors have no tags; tag their device")


async def _read(reader: Reader, sensors: Sequence[Sensor]) -> list[SensorRead]:
    ids = [sensor.id for sensor in sensors]
    statement = select(_latest).where(_latest.c.sensor_id == any_(literal(ids, ARRAY(Uuid))))
    latest = {row["sensor_id"]: row for row in await reader.records(statement)}
    return [_shape(sensor, latest.get(sensor.id)) for sensor in sensors]


def _shape(sensor: Sensor, latest: Any) -> SensorRead:
    values = () if latest is None else tuple(latest[name] for name in _VALUES)
    return SensorRead(
        id=sensor.id,
        device_id=sensor.device_id,
        component_id=sensor.component_id,
        key=sensor.key,
        name=sensor.name,
        value_type=sensor.value_type,
        unit=sensor.unit,
        labels=sensor.labels,
        latest_value=next((value for value in values if value is not None), None),
        latest_at=None if latest is None else latest["ts"],
        created_at=sensor.created_at,
        updated_at=sensor.updated_at,
    )
