"""The sensors that the write path knows: loaded, created, widened, as iot_ingest over all
tenants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection


class SensorRow(NamedTuple):
    """A sensor, and the time of its newest reading, if it has one."""

    id: UUID
    org_id: UUID
    device_id: UUID
    component_id: UUID | None
    key: str
    value_type: str
    is_widenable: bool
    may_have_lone_integers: bool
    newest_at: datetime | None
    is_calculated: bool


class SensorInsert(NamedTuple):
    org_id: UUID
    id: UUID
    device_id: UUID
    component_id: UUID | None
    key: str
    value_type: str
    unit: str | None
    is_widenable: bool
    labels: str
    """As JSON."""


async def owners_of_sensors(connection: Connection, sensor_ids: Iterable[UUID]) -> set[UUID]:
    """The devices that these sensors belong to."""
    rows = await connection.fetch(
        "SELECT DISTINCT device_id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL",
        list(sensor_ids),
    )
    return {row["device_id"] for row in rows}


async def sensors_of_devices(connection: Connection, device_ids: Sequence[UUID]) -> list[SensorRow]:
    """All sensors of these devices and of their components."""
    rows = await connection.fetch(
        "SELECT s.id, s.org_id, s.device_id, s.component_id, s.key, s.value_type, "
        "s.is_widenable, s.may_have_lone_integers, l.ts, c.sensor_id IS NOT NULL "
        "FROM platform.sensor s "
        "LEFT JOIN tsd.latest l ON l.org_id = s.org_id AND l.sensor_id = s.id "
        "LEFT JOIN platform.calculation c ON c.org_id = s.org_id AND c.sensor_id = s.id "
        "WHERE s.device_id = ANY ($1) AND s.deleted_at IS NULL",
        device_ids,
    )
    return [SensorRow(*row) for row in rows]


async def insert_sensors(connection: Connection, sensors: Sequence[SensorInsert]) -> None:
    """In the order given; one whose key another writer has taken meanwhile is left to that one."""
    await connection.execute(
        "INSERT INTO platform.sensor "
        "(org_id, id, device_id, component_id, key, name, value_type, unit, is_widenable, "
        "labels) "
        "SELECT org_id, id, device_id, component_id, key, key, value_type, unit, is_widenable, "
        "labels "
        "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], "
        "$7::text[], $8::boolean[], $9::jsonb[]) "
        "AS s (org_id, id, device_id, component_id, key, value_type, unit, is_widenable, labels) "
        "ON CONFLICT DO NOTHING",
        *map(list, zip(*sensors, strict=True)),
    )


async def widen_sensors(connection: Connection, sensor_ids: Iterable[UUID]) -> None:
    """Make DOUBLE ones of those that may still be widened. Stored readings keep their integers."""
    await connection.execute(
        "UPDATE platform.sensor SET value_type = 'DOUBLE', is_widenable = false "
        "WHERE id = ANY ($1) AND is_widenable",
        sorted(sensor_ids),
    )


async def mark_lone_integers(connection: Connection, sensor_ids: Iterable[UUID]) -> None:
    """These sensors are about to hold integers that may be no double, in this transaction."""
    await connection.execute(
        # Locked in one order: other batches mark sensors, too.
        "UPDATE platform.sensor SET may_have_lone_integers = true WHERE id IN ("
        "SELECT id FROM platform.sensor WHERE id = ANY ($1) AND NOT may_have_lone_integers "
        "ORDER BY id FOR NO KEY UPDATE)",
        list(sensor_ids),
    )
