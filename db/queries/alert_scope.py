"""Which sensors, or devices, a rule would watch, as app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection
from db.queries import target_sql
from db.queries.rule_sources import SourceReference, columns_of, resolved_sources
from db.queries.targets import Target


class MeantSensor(NamedTuple):
    """Or a device. `zone` is that of the site where the device is; one of `source_ids` is None
    where the rule needs a sensor that isn't there."""

    id: UUID
    value_type: str
    zone: str
    source_ids: list[UUID]

    @property
    def has_sources(self) -> bool:
        return None not in self.source_ids


async def meant_devices(
    connection: AnyConnection, target: Target, *, at_most: int
) -> list[MeantSensor]:
    """The target's devices by id, as a rule about devices takes them."""
    place = len(target.arguments) + 1
    statement = (
        "SELECT d.id, '', coalesce(site.timezone, 'UTC'), '{}'::uuid[] "  # noqa: S608 - no values
        f"FROM ({target_sql.distinct_devices(target.kinds)}) AS meant "
        "JOIN platform.device d USING (id) LEFT JOIN platform.site site ON site.id = d.site_id "
        f"ORDER BY d.id LIMIT ${place}"
    )
    rows = await connection.fetch(statement, *target.arguments, at_most)
    return [MeantSensor(*row) for row in rows]


async def meant_sensors(
    connection: AnyConnection,
    target: Target,
    *,
    key: str | None,
    sources: Sequence[SourceReference],
    at_most: int,
) -> list[MeantSensor]:
    """The target's sensors by id, those with this key where one is given."""
    place = len(target.arguments) + 1
    statement = (
        "SELECT s.id, s.value_type, coalesce(site.timezone, 'UTC'), "  # noqa: S608 - no values
        f"{resolved_sources(place + 2)} FROM platform.sensor s "
        "JOIN platform.device d ON d.id = s.device_id "
        "LEFT JOIN platform.site site ON site.id = d.site_id "
        f"WHERE {target_sql.sensor_condition(target.kinds)} "
        f"AND (${place}::text IS NULL OR s.key = ${place}) ORDER BY s.id LIMIT ${place + 1}"
    )
    rows = await connection.fetch(statement, *target.arguments, key, at_most, *columns_of(sources))
    return [MeantSensor(row[0], row[1], row[2], row[3] or []) for row in rows]
