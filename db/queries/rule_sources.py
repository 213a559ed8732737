"""The sensors beside a watched one of which a rule calculates: which they are, as SQL for
statements that have the watched one as `s`; and, as iot_ingest, what is calculated of which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection
from db.queries.alerting import SensorRef, columns


class SourceReference(NamedTuple):
    """By its id; or of the same device: with that key, or with the watched one's key in that
    component."""

    sensor_id: UUID | None
    field: str | None
    component: str | None


def resolved_sources(first: int) -> str:
    """An array of ids in the order of the references, NULL where there is none; the arguments
    $first to $first+2 are `columns_of` them. Of several with a key, that of the same component
    comes first, then that of the device itself."""
    return f"""(
  SELECT array_agg(coalesce(named.id, near.id) ORDER BY n.place)
  FROM unnest(${first}::uuid[], ${first + 1}::text[], ${first + 2}::text[]) WITH ORDINALITY
    AS n (sensor_id, field, component, place)
  LEFT JOIN platform.sensor named ON named.org_id = s.org_id AND named.id = n.sensor_id
    AND named.deleted_at IS NULL AND named.value_type <> 'TEXT'
  LEFT JOIN LATERAL (
    SELECT o.id FROM platform.sensor o
    LEFT JOIN platform.component oc ON (oc.org_id, oc.id) = (o.org_id, o.component_id)
    WHERE n.sensor_id IS NULL AND o.org_id = s.org_id AND o.device_id = s.device_id
      AND o.key = coalesce(n.field, s.key) AND o.value_type <> 'TEXT'
      AND o.deleted_at IS NULL AND oc.deleted_at IS NULL
      AND (n.component IS NULL OR oc.key = n.component)
    ORDER BY o.component_id IS NOT DISTINCT FROM s.component_id DESC, o.component_id IS NULL DESC,
      o.id LIMIT 1
  ) near ON true
)"""  # noqa: S608 - no values


def columns_of(references: Sequence[SourceReference]) -> list[list[UUID | None] | list[str | None]]:
    return [
        [each.sensor_id for each in references],
        [each.field for each in references],
        [each.component for each in references],
    ]


class SettledRow(NamedTuple):
    """Of a sensor of which another is calculated: up to when that is decided."""

    org_id: UUID
    sensor_id: UUID
    settled_to: datetime


async def sources_of(connection: Connection, sensors: Sequence[SensorRef]) -> set[SensorRef]:
    """The sensors of which these are calculated."""
    rows = await connection.fetch(
        "SELECT DISTINCT p.org_id, source.id FROM unnest($1::uuid[], $2::uuid[]) "
        "AS k (org_id, sensor_id) CROSS JOIN LATERAL (SELECT sources, org_id "
        "FROM platform.alert_pair p WHERE (p.org_id, p.sensor_id) = (k.org_id, k.sensor_id) "
        "OFFSET 0) p CROSS JOIN unnest(p.sources) AS source (id)",
        *columns(sensors),
    )
    return {(row[0], row[1]) for row in rows}


async def calculated_of(
    connection: Connection, sources: Sequence[SensorRef]
) -> list[tuple[SensorRef, SensorRef]]:
    """What is calculated of these: a source, and the other sensor that a rule watches."""
    if not sources:
        return []
    rows = await connection.fetch(
        "SELECT DISTINCT p.org_id, k.sensor_id, p.sensor_id "
        "FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id) "
        "JOIN platform.alert_pair p ON p.sources <> '{}' AND p.sources @> ARRAY[k.sensor_id] "
        "AND p.org_id = k.org_id WHERE p.sensor_id <> k.sensor_id AND p.state IS NOT NULL",
        *columns(sources),
    )
    return [((row[0], row[1]), (row[0], row[2])) for row in rows]


async def settle(connection: Connection, rows: Sequence[SettledRow]) -> None:
    """As alerting.set_bands: from now on it is noted what comes late."""
    await connection.execute(
        "UPDATE tsd.latest l SET settled_to = greatest(l.settled_to, u.settled_to), "
        "quiet_from = coalesce(l.quiet_from, '-infinity'), "
        "quiet_to = coalesce(l.quiet_to, 'infinity') "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) "
        "AS u (org_id, sensor_id, settled_to) "
        "WHERE (l.org_id, l.sensor_id) = (u.org_id, u.sensor_id)",
        *columns(rows),
    )
