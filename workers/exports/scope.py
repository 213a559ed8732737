"""Which sensors an export is of, and what is known of them and of their profiles at its moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from app.catalogue.fields import from_stored
from app.telemetry.exports.schemas import ExportScope
from db.readings.export import ArchiveConnection, Columns
from workers.exports.fields import ExportProfile
from workers.queue.job import JobFailed

_COLUMNS_OF = {
    "DOUBLE": Columns.NUMERIC,
    "BIGINT": Columns.NUMERIC,
    "BOOLEAN": Columns.BOOLEAN,
    "TEXT": Columns.TEXT,
}


@dataclass(frozen=True, slots=True)
class ExportSensor:
    id: UUID
    device_id: UUID
    component_id: UUID | None
    key: str
    name: str
    value_type: str
    unit: str | None
    profile_id: UUID | None
    """Of its component, or for a sensor on the device itself of the device."""

    @property
    def columns(self) -> Columns:
        return _COLUMNS_OF[self.value_type]


_SENSORS = """
SELECT s.id, s.device_id, s.component_id, s.key, s.name, s.value_type, s.unit,
  CASE WHEN s.component_id IS NULL THEN d.device_profile_id ELSE c.sensor_profile_id END
FROM platform.sensor s
LEFT JOIN platform.device d ON d.org_id = s.org_id AND d.id = s.device_id
LEFT JOIN platform.component c ON c.org_id = s.org_id AND c.id = s.component_id
WHERE s.deleted_at IS NULL AND {condition} ORDER BY s.id
"""
# For each scope: is it there, and which sensors are its own. Policies decide whose they can be.
_SCOPES = {
    ExportScope.ORGANIZATION: (
        "SELECT id FROM platform.organization WHERE id = $1",
        "s.org_id = $1",
    ),
    # Of devices that are there, and in the group, at this moment.
    ExportScope.SITE: (
        "SELECT id FROM platform.site WHERE id = $1 AND deleted_at IS NULL",
        "s.device_id IN (SELECT id FROM platform.device WHERE site_id = $1 AND deleted_at IS NULL)",
    ),
    ExportScope.DEVICE_GROUP: (
        "SELECT id FROM platform.device_group WHERE id = $1 AND deleted_at IS NULL",
        "s.device_id IN (SELECT d.id FROM platform.device d JOIN platform.device_group g ON g.id = $1 "
        "WHERE d.deleted_at IS NULL AND CASE g.match WHEN 'ANY' THEN d.tags && g.tags ELSE d.tags @> g.tags END)",
    ),
    ExportScope.DEVICE: (
        "SELECT id FROM platform.device WHERE id = $1 AND deleted_at IS NULL",
        "s.device_id = $1",
    ),
    ExportScope.COMPONENT: (
        "SELECT id FROM platform.component WHERE id = $1 AND deleted_at IS NULL",
        "s.component_id = $1",
    ),
    ExportScope.SENSOR: (
        "SELECT id FROM platform.sensor WHERE id = $1 AND deleted_at IS NULL",
        "s.id = $1",
    ),
}


async def sensors_of(
    connection: ArchiveConnection, scope: ExportScope, scope_id: UUID
) -> list[ExportSensor]:
    """In the order of their ids. Raises JobFailed when the scope is gone."""
    is_there, condition = _SCOPES[scope]
    if await connection.fetchval(is_there, scope_id) is None:
        raise JobFailed("what was to be exported is gone")
    rows = await connection.fetch(_SENSORS.format(condition=condition), scope_id)
    return [ExportSensor(*row) for row in rows]


_PROFILES = """
SELECT id, 'sensor-profile', name, major, minor, fields::text FROM platform.sensor_profile
WHERE id = ANY ($1)
UNION ALL
SELECT id, 'device-profile', name, major, minor, fields::text FROM platform.device_profile
WHERE id = ANY ($1)
"""


async def profiles_of(
    connection: ArchiveConnection, sensors: Sequence[ExportSensor]
) -> list[ExportProfile]:
    """Those that the sensors' components or devices are bound to."""
    wanted = {sensor.profile_id for sensor in sensors if sensor.profile_id is not None}
    rows = await connection.fetch(_PROFILES, list(wanted))
    return [
        ExportProfile(id_, kind, name, major, minor, from_stored(msgspec.json.decode(fields)))
        for id_, kind, name, major, minor, fields in rows
    ]
