"""What an export tells of its sensors and their profiles. As app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import Collection
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


async def exported_sensors(connection: AnyConnection, target: Target) -> list[asyncpg.Record]:
    """Rows of (id, device_id, component_id, key, name, value_type, unit, profile_id) by id."""
    statement = _SENSORS.format(condition=sensor_condition(target.kinds))
    return await connection.fetch(statement, *target.arguments)


async def exported_profiles(
    connection: AnyConnection, profile_ids: Collection[UUID]
) -> list[asyncpg.Record]:
    """Rows of (id, kind, name, major, minor, fields as JSON text), of either kind of profile."""
    return await connection.fetch(_PROFILES, list(profile_ids))
