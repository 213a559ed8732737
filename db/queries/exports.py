"""What an export tells of its sensors and their profiles. As app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from db.connections.types import AnyConnection
from db.queries.target_sql import sensor_condition
from db.queries.targets import Target

# The profile is the component's, or for a sensor on the device itself the device's.
_SENSORS = """
SELECT s.id, s.device_id, s.component_id, s.key, s.name, s.value_type, s.unit,
  CASE WHEN s.component_id IS NULL THEN d.device_profile_id ELSE c.sensor_profile_id END
FROM platform.sensor s
LEFT JOIN platform.device d ON d.org_id = s.org_id AND d.id = s.device_id
LEFT JOIN platform.component c ON c.org_id = s.org_id AND c.id = s.component_id
WHERE {condition} ORDER BY s.id
"""

_PROFILES = """
SELECT id, 'sensor-profile', name, major, minor, fields::text
FROM platform.sensor_profile WHERE id = ANY ($1)
UNION ALL
SELECT id, 'device-profile', name, major, minor, fields::text
FROM platform.device_profile WHERE id = ANY ($1)
"""


# What overlaps the range, and is about the target or anything in it. Whole, in one pass over what
# the tenant has: as for readings, how long that takes is up to who asks for so much.
_ANNOTATIONS = """
SELECT a.id, a.class_id, c.name, a.scope_type, a.scope_id, a.from_at, a.to_at, a.source,
  a.field_values::text, a.note, a.confidence, a.created_by, a.created_at
FROM platform.annotation a
JOIN platform.annotation_class c ON (c.org_id, c.id) = (a.org_id, a.class_id)
WHERE a.withdrawn_at IS NULL AND a.from_at < $2 AND (a.from_at >= $1 OR a.to_at > $1)
  AND ({condition})
ORDER BY a.from_at, a.id
"""
_ABOUT = {
    "ORGANIZATION": "true",
    "DEVICE_GROUP": "a.device_id = ANY ($3)",
    "SITE": "a.scope_id = $3 OR a.device_id IN "
    "(SELECT d.id FROM platform.device d WHERE d.site_id = $3 AND d.deleted_at IS NULL)",
    "DEVICE": "a.device_id = $3",
    "COMPONENT": "a.scope_id = $3 OR a.scope_id IN "
    "(SELECT s.id FROM platform.sensor s WHERE s.component_id = $3)",
    "SENSOR": "a.scope_id = $3",
}
ANNOTATIONS_AT_ONCE = 5_000


async def exported_annotations(
    connection: AnyConnection,
    scope_type: str,
    scope_id: UUID,
    device_ids: Collection[UUID],
    start: datetime,
    end: datetime,
) -> AsyncIterator[list[asyncpg.Record]]:
    """Some thousands at a time, by their beginning. `device_ids`: those in the group."""
    about: list[UUID | list[UUID]] = [scope_id]
    if scope_type == "DEVICE_GROUP":
        about = [list(device_ids)]
    elif scope_type == "ORGANIZATION":
        about = []
    statement = _ANNOTATIONS.format(condition=_ABOUT[scope_type])
    cursor = await connection.cursor(statement, start, end, *about)
    while rows := await cursor.fetch(ANNOTATIONS_AT_ONCE):
        yield rows


async def exported_sensors(connection: AnyConnection, target: Target) -> list[asyncpg.Record]:
    """Rows of (id, device_id, component_id, key, name, value_type, unit, profile_id) by id."""
    statement = _SENSORS.format(condition=sensor_condition(target.kinds))
    return await connection.fetch(statement, *target.arguments)


async def exported_profiles(
    connection: AnyConnection, profile_ids: Collection[UUID]
) -> list[asyncpg.Record]:
    """Rows of (id, kind, name, major, minor, fields as JSON text), of either kind of profile."""
    return await connection.fetch(_PROFILES, list(profile_ids))
