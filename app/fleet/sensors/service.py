"""Sensors: created as they are first reported or before, listed with their latest value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    any_,
    column,
    exists,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.bulk import Operation
from app.core.errors import Conflict, Fault, Malformed, NotFound
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.search import IndexedCondition, Search, any_of, find, word_conditions
from app.fleet.sensors import calculations
from app.fleet.sensors.calculation_schemas import CalculationRead
from app.fleet.sensors.schemas import SensorCreate, SensorRead, SensorUpdate, ValueType
from app.settings.limits import LimitSettings
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Calculation, Component, Device, Sensor, SensorWord, Site

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
    is_calculated: bool | None = None
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
    if wanted.is_calculated is False:
        yield ~exists().where(Calculation.sensor_id == Sensor.id)


def _indexed(wanted: SensorFilter) -> Iterator[IndexedCondition]:
    if wanted.site_id is not None:
        here = Device.site_id == wanted.site_id, Device.deleted_at.is_(None)
        yield IndexedCondition(Sensor.device_id, Device.id, here)
    if wanted.is_calculated:
        yield IndexedCondition(Sensor.id, Calculation.sensor_id, ())
    yield from word_conditions(
        Sensor.id, SensorWord.sensor_id, SensorWord.word, [Sensor.key, Sensor.name], wanted.text
    )


async def get(reader: Reader, sensor_id: UUID) -> SensorRead:
    return (await _read(reader, [await resource.get(reader, Sensor, sensor_id)]))[0]


async def create(
    tx: AsyncSession, actor: Actor, body: SensorCreate, limits: LimitSettings
) -> SensorRead:
    """Add a sensor before its first reading, or one that is calculated.

    Raises NotFound for the device, component or an input, Malformed for the key, Unprocessable for
    what can't be calculated, Conflict when the key is taken (the database's) or the device has as
    many sensors as it may.
    """
    if not body.key.isprintable() or body.key != body.key.strip():
        raise Malformed("a sensor's key has printable characters, and no space at its ends")
    value_type = _value_type(body)
    device_id = await _device_id(tx, body)
    taken = await tx.scalar(
        select(func.count()).where(Sensor.device_id == device_id, Sensor.deleted_at.is_(None))
    )
    if (taken or 0) >= limits.sensors_per_device:
        message = f"a device may have {limits.sensors_per_device} sensors"
        raise Conflict(message, code="SENSOR_LIMIT")
    sensor = Sensor(
        org_id=actor.org_id,
        id=new_id(),
        device_id=device_id,
        component_id=body.component_id,
        key=body.key,
        name=body.name or body.key,
        value_type=value_type,
        unit=body.unit,
    )
    await resource.add(tx, sensor)
    if body.calculation is not None:
        await calculations.begin(
            tx, actor, sensor, body.calculation, values_per_day=limits.calculated_values_per_day
        )
    return (await _read(SessionReader(tx), [sensor]))[0]


def _value_type(body: SensorCreate) -> ValueType:
    """Raises Malformed for one that is missing, or can't be calculated."""
    if body.calculation is None and body.value_type is None:
        missing = [Fault("$.valueType", "MISSING", "the type of its values is missing")]
        raise Malformed("a sensor that reports itself has a valueType", errors=missing)
    if body.calculation is not None and body.value_type not in (None, ValueType.DOUBLE):
        wrong = [Fault("$.valueType", "WRONG_TYPE", "what is calculated is a DOUBLE")]
        raise Malformed("what is calculated is a DOUBLE", errors=wrong)
    return body.value_type or ValueType.DOUBLE


async def _device_id(tx: AsyncSession, body: SensorCreate) -> UUID:
    """Locked: a device that is being deleted must not keep a sensor, and two must not pass the
    limit together."""
    device_id = body.device_id
    if body.component_id is not None:
        component = await resource.get(SessionReader(tx), Component, body.component_id)
        if device_id not in (None, component.device_id):
            raise NotFound(f"no component {body.component_id}")
        device_id = component.device_id
    if device_id is None:
        missing = [Fault("$.deviceId", "MISSING", "it is on a device or on a component")]
        raise Malformed("a sensor is on a device or on a component", errors=missing)
    await resource.get_to_change(tx, Device, device_id)
    return device_id


async def change(
    tx: AsyncSession,
    actor: Actor,
    sensor_id: UUID,
    body: SensorUpdate,
    limits: LimitSettings,
    *,
    if_match: str | None,
) -> SensorRead:
    """Raises what the change of a calculation does."""
    sensor = await resource.get_to_change(tx, Sensor, sensor_id, if_match)
    fields = resource.patched_fields(body)
    fields.pop("calculation", None)
    await resource.change(tx, sensor, fields)
    if body.calculation is not msgspec.UNSET:
        await calculations.change(
            tx, actor, sensor, body.calculation, values_per_day=limits.calculated_values_per_day
        )
        sensor.updated_at = datetime.now(UTC)
        await tx.flush()
        await tx.refresh(sensor)
    return (await _read(SessionReader(tx), [sensor]))[0]


async def remove(tx: AsyncSession, sensor_id: UUID, if_match: str | None) -> None:
    """Delete the sensor. Its readings stay until their retention ends; reported again, its key is a new sensor."""
    sensor = await resource.get_to_change(tx, Sensor, sensor_id, if_match)
    sensor.deleted_at = datetime.now(UTC)
    await tx.flush()
    await calculations.end(tx, sensor_id)


async def in_bulk(
    tx: AsyncSession, actor: Actor, operation: Operation, limits: LimitSettings
) -> tuple[int, UUID]:
    """One operation of a bulk request: the status that it would have alone, and the sensor."""
    match operation.op:
        case "create":
            return 201, (await create(tx, actor, operation.body(SensorCreate), limits)).id
        case "patch":
            target, update = operation.target(), operation.body(SensorUpdate)
            await change(tx, actor, target, update, limits, if_match=None)
            return 200, target
        case "delete":
            await remove(tx, operation.target(), None)
            return 204, operation.target()
        case "tag":
            raise Malformed("sensors have no tags; tag their device")


async def _read(reader: Reader, sensors: Sequence[Sensor]) -> list[SensorRead]:
    ids = [sensor.id for sensor in sensors]
    statement = select(_latest).where(_latest.c.sensor_id == any_(literal(ids, ARRAY(Uuid))))
    latest = {row["sensor_id"]: row for row in await reader.records(statement)}
    found = await calculations.read_all(reader, ids)
    return [_shape(sensor, latest.get(sensor.id), found.get(sensor.id)) for sensor in sensors]


def _shape(sensor: Sensor, latest: Any, calculation: CalculationRead | None) -> SensorRead:
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
        calculation=calculation,
        created_at=sensor.created_at,
        updated_at=sensor.updated_at,
    )
