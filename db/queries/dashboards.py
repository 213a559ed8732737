"""What a dashboard's widgets are asked about: which sensors, which devices. As app, inside a
tenant's transaction; each is one statement, however many widgets there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from db.connections.types import Connection

# A field of a profile whose values are arrays has a sensor for each element: `key.0`, `key.1`.
_RESOLVE = """
SELECT asked.place - 1 AS place, found.*
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
  WITH ORDINALITY AS asked (sensor_id, device_id, component, sensor, profile, field, place)
CROSS JOIN LATERAL (
  (SELECT s.id, s.key, s.name, s.unit, s.value_type, d.id AS device_id, d.name AS device_name,
     c.key AS component_key
   FROM platform.sensor s
   JOIN platform.device d ON d.id = s.device_id
   LEFT JOIN platform.component c ON c.id = s.component_id
   WHERE s.id = asked.sensor_id AND s.deleted_at IS NULL)
  UNION ALL
  (SELECT s.id, s.key, s.name, s.unit, s.value_type, d.id, d.name, c.key
   FROM platform.sensor s
   JOIN platform.device d ON d.id = s.device_id
   LEFT JOIN platform.component c ON c.id = s.component_id
   WHERE s.device_id = asked.device_id AND s.key = asked.sensor
     AND c.key IS NOT DISTINCT FROM asked.component AND s.deleted_at IS NULL)
  UNION ALL
  (SELECT s.id, s.key, s.name, s.unit, s.value_type, d.id, d.name, c.key
   FROM platform.sensor_profile p
   JOIN platform.component c ON c.sensor_profile_id = p.id AND c.deleted_at IS NULL
   JOIN platform.sensor s ON s.component_id = c.id AND s.deleted_at IS NULL
   JOIN platform.device d ON d.id = c.device_id
   WHERE p.name = asked.profile AND ($7::uuid[] IS NULL OR c.device_id = ANY ($7))
     AND (s.key = asked.field OR s.key ~ ('^' || asked.field || '\\.[0-9]+$'))
   ORDER BY d.name, d.id, c.key, s.key LIMIT $8)
) AS found
ORDER BY asked.place, found.device_name, found.device_id, found.component_key, found.key
"""

_DEVICES = """
SELECT d.id, d.name, d.status, d.is_connected, d.last_seen_at, d.location, d.site_id,
  d.device_profile_id, s.name AS site_name, s.latitude AS site_latitude,
  s.longitude AS site_longitude
FROM platform.device d LEFT JOIN platform.site s ON s.id = d.site_id
WHERE ($1::uuid[] IS NULL OR d.id = ANY ($1)) AND d.deleted_at IS NULL
ORDER BY d.name, d.id LIMIT $2
"""

_ZONE = """
SELECT s.timezone FROM platform.site s
WHERE s.deleted_at IS NULL AND (s.id = ANY ($1)
  OR s.id IN (SELECT d.site_id FROM platform.device d WHERE d.id = ANY ($2)))
ORDER BY s.name LIMIT 1
"""


_ALERTS = """
SELECT a.id, a.rule_name, a.severity, a.status, a.device_id, d.name AS device, a.sensor_id,
  s.name AS sensor, a.fired_at
FROM platform.alert a
JOIN platform.device d ON (d.org_id, d.id) = (a.org_id, a.device_id)
LEFT JOIN platform.sensor s ON (s.org_id, s.id) = (a.org_id, a.sensor_id)
WHERE a.ended_at IS NULL AND a.refuted_at IS NULL AND ($1::uuid[] IS NULL OR a.device_id = ANY ($1))
ORDER BY a.fired_at DESC, a.id LIMIT $2
"""


class SensorQuestion(NamedTuple):
    """One sensor by id; one of a device by its keys; or a field of a profile. What isn't meant is
    None."""

    sensor_id: UUID | None
    device_id: UUID | None
    component: str | None
    sensor: str | None
    profile: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class SensorPlace:
    """A sensor with where it is."""

    id: UUID
    key: str
    name: str
    unit: str | None
    value_type: str
    device_id: UUID
    device_name: str
    component_key: str | None


async def content_of(connection: Connection, dashboard_id: UUID) -> str | None:
    """What the dashboard says, as JSON; None where the tenant has none of this id."""
    content: str | None = await connection.fetchval(
        "SELECT content FROM platform.dashboard WHERE id = $1 AND deleted_at IS NULL", dashboard_id
    )
    return content


async def sensors_asked(
    connection: Connection,
    questions: Sequence[SensorQuestion],
    devices: Sequence[UUID] | None,
    *,
    at_most: int,
) -> list[list[SensorPlace]]:
    """The sensors that each question comes to, at most so many, by device and key. Of fields those
    of these devices alone, of None those of all."""
    found: list[list[SensorPlace]] = [[] for _ in questions]
    columns = map(list, zip(*questions, strict=True)) if questions else [[]] * 6
    for row in await connection.fetch(_RESOLVE, *columns, devices, at_most):
        place, *sensor = row
        found[place].append(SensorPlace(*sensor))
    return found


async def devices_shown(
    connection: Connection, devices: Sequence[UUID] | None, *, at_most: int
) -> list[asyncpg.Record]:
    """Where they are and how they are: id, name, status, is_connected, last_seen_at, location (as
    JSON), site_id, device_profile_id, site_name, site_latitude, site_longitude. Of None all of the
    tenant's."""
    return await connection.fetch(_DEVICES, devices, at_most)


async def alerts_shown(
    connection: Connection, devices: Sequence[UUID] | None, *, at_most: int
) -> list[asyncpg.Record]:
    """Those that hold at this moment, the last to have fired first: id, rule_name, severity,
    status, device_id, device, sensor_id, sensor, fired_at. Of None all of the tenant's."""
    return await connection.fetch(_ALERTS, devices, at_most)


async def zone_of(
    connection: Connection, site_ids: Sequence[UUID], device_ids: Sequence[UUID]
) -> str | None:
    """Of the first by name of these sites and of those where these devices are."""
    zone: str | None = await connection.fetchval(_ZONE, site_ids, device_ids)
    return zone


async def state_changes(
    connection: Connection,
    sensor_ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    *,
    look_back: timedelta,
    at_most: int,
) -> list[asyncpg.Record]:
    """Rows (sensor_id, ts, value_text): when a text changed in [start, end), at most so many of
    each sensor; first what was held at its start, with its own time."""
    return await connection.fetch(
        "SELECT * FROM api.state_changes($1, $2, $3, $4, $5)",
        sensor_ids,
        start,
        end,
        look_back,
        at_most,
    )
