"""Which sensors a rule would watch, as app, inside a tenant's transaction."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection
from db.queries import target_sql
from db.queries.targets import Target


class MeantSensor(NamedTuple):
    """`zone` is that of the site where its device is."""

    id: UUID
    value_type: str
    zone: str


async def meant_sensors(
    connection: AnyConnection, target: Target, *, key: str | None, at_most: int
) -> list[MeantSensor]:
    """The target's sensors by id, those with this key where one is given."""
    place = len(target.arguments) + 1
    statement = (
        "SELECT s.id, s.value_type, coalesce(site.timezone, 'UTC') "  # noqa: S608 - no values
        "FROM platform.sensor s JOIN platform.device d ON d.id = s.device_id "
        "LEFT JOIN platform.site site ON site.id = d.site_id "
        f"WHERE {target_sql.sensor_condition(target.kinds)} "
        f"AND (${place}::text IS NULL OR s.key = ${place}) ORDER BY s.id LIMIT ${place + 1}"
    )
    rows = await connection.fetch(statement, *target.arguments, key, at_most)
    return [MeantSensor(*row) for row in rows]
