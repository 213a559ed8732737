"""Sensors: created as they are first reported, listed with their latest value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, column, literal, select, table

from app.core import resource
from app.core.wire import Listing, Page
from app.fleet.sensors.schemas import SensorRead
from db.models import Device, Sensor
from db.snapshots import Snapshot

_latest = table(
    "latest",
    *map(column, ("sensor_id", "ts", "value_double", "value_bigint", "value_bool", "value_text")),
    schema="api",
)

SORTS = {"createdAt": Sensor.created_at, "name": Sensor.name, "key": Sensor.key}


async def page(snapshot: Snapshot, listing: Listing, *, device_id: UUID | None) -> Page[SensorRead]:
    statement = select(Sensor).where(Sensor.deleted_at.is_(None))
    if device_id is not None:
        await resource.get(snapshot, Device, device_id)
        statement = statement.where(Sensor.device_id == device_id)
    found = await resource.find(snapshot, statement, listing, sorts=SORTS, id_=Sensor.id)
    return found.page(await _read(snapshot, found.rows))


async def get(snapshot: Snapshot, sensor_id: UUID) -> SensorRead:
    return (await _read(snapshot, [await resource.get(snapshot, Sensor, sensor_id)]))[0]


async def _read(snapshot: Snapshot, sensors: Sequence[Sensor]) -> list[SensorRead]:
    ids = [sensor.id for sensor in sensors]
    found = await snapshot.records(
        select(_latest).where(_latest.c.sensor_id == any_(literal(ids, ARRAY(Uuid))))
    )
    latest: dict[UUID, Any] = {row["sensor_id"]: row for row in found}
    return [_shape(sensor, latest.get(sensor.id)) for sensor in sensors]


def _shape(sensor: Sensor, latest: Any) -> SensorRead:
    values = () if latest is None else tuple(latest)[2:]
    return SensorRead(
        id=sensor.id,
        device_id=sensor.device_id,
        component_id=sensor.component_id,
        key=sensor.key,
        name=sensor.name,
        value_type=sensor.value_type,
        unit=sensor.unit,
        latest_value=next((value for value in values if value is not None), None),
        latest_at=None if latest is None else latest["ts"],
        created_at=sensor.created_at,
        updated_at=sensor.updated_at,
    )
