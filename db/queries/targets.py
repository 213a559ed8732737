"""What live clients ask of the fleet: which sensors a selection comes to. As app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

import asyncpg

from db.connections.types import Connection

_EXISTING = """
SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL
UNION ALL SELECT id FROM platform.device WHERE id = ANY ($2) AND deleted_at IS NULL
UNION ALL SELECT id FROM platform.site WHERE id = ANY ($3) AND deleted_at IS NULL
UNION ALL SELECT id FROM platform.device_group WHERE id = ANY ($4) AND deleted_at IS NULL
"""

# A device is in a group that matches ANY with one of its tags, in one that matches ALL with each of them.
_DEVICES = """
SELECT d.id FROM platform.device d
WHERE d.deleted_at IS NULL AND (d.id = ANY ($1) OR d.site_id = ANY ($2))
UNION
SELECT t.device_id
FROM platform.device_group g
JOIN platform.device_tag t ON t.tag = ANY (g.tags)
JOIN platform.device d ON d.id = t.device_id AND d.deleted_at IS NULL
WHERE g.id = ANY ($3) AND g.deleted_at IS NULL
GROUP BY g.id, g.match, g.tags, t.device_id
HAVING g.match = 'ANY' OR count(DISTINCT t.tag) = (SELECT count(DISTINCT tag) FROM unnest(g.tags) tag)
"""


async def existing(
    connection: Connection,
    sensor_ids: Collection[UUID],
    device_ids: Collection[UUID],
    site_ids: Collection[UUID],
    group_ids: Collection[UUID],
) -> set[UUID]:
    """Those of the ids that are this tenant's."""
    return _ids(
        await connection.fetch(
            _EXISTING, list(sensor_ids), list(device_ids), list(site_ids), list(group_ids)
        )
    )


async def devices(
    connection: Connection,
    device_ids: Collection[UUID],
    site_ids: Collection[UUID],
    group_ids: Collection[UUID],
) -> set[UUID]:
    """The devices named, those at the sites, and those in the groups."""
    return _ids(await connection.fetch(_DEVICES, list(device_ids), list(site_ids), list(group_ids)))


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


def _ids(rows: Iterable[asyncpg.Record]) -> set[UUID]:
    return {row[0] for row in rows}
