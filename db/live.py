"""What live clients ask of the fleet: which sensors a selection comes to. As app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from db.types import Connection


async def existing(
    connection: Connection, sensor_ids: Collection[UUID], device_ids: Collection[UUID]
) -> set[UUID]:
    """Those of the ids that are this tenant's sensors and devices."""
    rows = await connection.fetch(
        "SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL "
        "UNION ALL SELECT id FROM platform.device WHERE id = ANY ($2) AND deleted_at IS NULL",
        list(sensor_ids),
        list(device_ids),
    )
    return {row["id"] for row in rows}


async def sensors_of(
    connection: Connection, sensor_ids: Collection[UUID], device_ids: Collection[UUID]
) -> list[UUID]:
    """The sensors named, and those of the devices named."""
    rows = await connection.fetch(
        "SELECT id FROM platform.sensor WHERE deleted_at IS NULL AND (id = ANY ($1) OR device_id = ANY ($2))",
        list(sensor_ids),
        list(device_ids),
    )
    return [row["id"] for row in rows]


async def all_sensors(connection: Connection) -> list[UUID]:
    rows = await connection.fetch("SELECT id FROM platform.sensor WHERE deleted_at IS NULL")
    return [row["id"] for row in rows]


async def devices_of(connection: Connection, sensor_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The device of each sensor that is there."""
    rows = await connection.fetch(
        "SELECT id, device_id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL",
        list(sensor_ids),
    )
    return {row["id"]: row["device_id"] for row in rows}
