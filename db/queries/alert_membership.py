"""Which rules watch which sensors, as iot_ingest: what a rule's target comes to, and the pairs that
are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from db.connections.types import Connection, Pool
from db.queries.alerting import PairKey, SensorRef
from db.queries.rule_sources import SourceReference, columns_of, resolved_sources


class DueRule(NamedTuple):
    """A rule that membership has to look at. Without a `version` it watches nothing."""

    org_id: UUID
    id: UUID
    version: int
    is_watching: bool
    end_reason: str
    target: Mapping[str, Any]
    field: str | None
    definition: str
    start_at: datetime
    synced_version: int | None


class WantedSensor(NamedTuple):
    """Or a device, by its id."""

    sensor_id: UUID
    value_type: str
    zone: str
    created_at: datetime
    source_ids: list[UUID]
    is_device: bool = False


class StandingPair(NamedTuple):
    sensor_id: UUID
    version: int
    zone: str
    source_ids: list[UUID]


_DUE = """
SELECT r.org_id, r.id, r.version, r.enabled AND r.deleted_at IS NULL AS is_watching,
  CASE WHEN r.deleted_at IS NOT NULL THEN 'RULE_DELETED'
       WHEN NOT r.enabled THEN 'RULE_DISABLED' ELSE 'OUT_OF_SCOPE' END AS end_reason,
  v.target::text AS target, v.field, v.definition::text AS definition, v.start_at,
  r.synced_version
FROM platform.alert_rule r
JOIN platform.alert_rule_version v ON (v.org_id, v.rule_id, v.version) = (r.org_id, r.id, r.version)
WHERE r.sync_due_at <= $1 ORDER BY r.sync_due_at LIMIT $2
"""


async def due_rules(pool: Pool, now: datetime, *, at_most: int) -> list[DueRule]:
    rows = await pool.fetch(_DUE, now, at_most)
    return [DueRule(**{**dict(row), "target": msgspec.json.decode(row["target"])}) for row in rows]


async def end_sync(pool: Pool, rule: DueRule, now: datetime) -> None:
    """It was looked at; unless it has changed since."""
    await pool.execute(
        "UPDATE platform.alert_rule SET synced_version = $3, sync_due_at = NULL "
        "WHERE (org_id, id) = ($1, $2) AND version = $3 AND sync_due_at <= $4",
        rule.org_id,
        rule.id,
        rule.version,
        now,
    )


async def postpone(pool: Pool, rule: DueRule, until: datetime) -> None:
    await pool.execute(
        "UPDATE platform.alert_rule SET sync_due_at = $3 WHERE (org_id, id) = ($1, $2)",
        rule.org_id,
        rule.id,
        until,
    )


async def sync_later(pool: Pool, org_id: UUID | None) -> None:
    """The rules of an organization, or all, may mean other sensors now."""
    await pool.execute(
        "UPDATE platform.alert_rule SET sync_due_at = now() WHERE deleted_at IS NULL "
        "AND enabled AND ($1::uuid IS NULL OR org_id = $1) "
        "AND (sync_due_at IS NULL OR sync_due_at > now())",
        org_id,
    )


# By the words of the wire: of the organization $1, whether what it names, $2, means the sensor `s`
# of the device `d` and the component `c`. A profile is one version of it by id, or all by name.
IN_TARGET = {
    "ORGANIZATION": "$2::text IS NOT DISTINCT FROM $2::text",
    "SITE": "d.site_id = $2::text::uuid",
    "DEVICE": "d.id = $2::text::uuid",
    "COMPONENT": "s.component_id = $2::text::uuid",
    "SENSOR": "s.id = $2::text::uuid",
    "DEVICE_GROUP": "EXISTS (SELECT FROM platform.device_group g WHERE g.org_id = $1 "
    "AND g.id = $2::text::uuid AND g.deleted_at IS NULL "
    "AND CASE WHEN g.match = 'ALL' THEN d.tags @> g.tags ELSE d.tags && g.tags END)",
    "DEVICE_PROFILE": "d.device_profile_id IN (SELECT p.id FROM platform.device_profile p "
    "WHERE p.org_id = $1 AND $2::text IN (p.id::text, p.name))",
    "SENSOR_PROFILE": "c.sensor_profile_id IN (SELECT p.id FROM platform.sensor_profile p "
    "WHERE p.org_id = $1 AND $2::text IN (p.id::text, p.name))",
}

_WANTED = """
SELECT s.id, s.value_type, coalesce(site.timezone, 'UTC'), s.created_at, {sources}
FROM platform.sensor s
JOIN platform.device d ON (d.org_id, d.id) = (s.org_id, s.device_id)
LEFT JOIN platform.component c ON (c.org_id, c.id) = (s.org_id, s.component_id)
LEFT JOIN platform.site site ON (site.org_id, site.id) = (d.org_id, d.site_id)
WHERE s.org_id = $1 AND s.deleted_at IS NULL AND d.deleted_at IS NULL
  AND c.deleted_at IS NULL AND ($3::text IS NULL OR s.key = $3) AND {is_meant}
"""


async def wanted_sensors(
    pool: Pool, rule: DueRule, sources: Sequence[SourceReference]
) -> list[WantedSensor]:
    """All that the rule's target and field mean now, of which all sources are there."""
    type_ = str(rule.target["type"])
    named = rule.target.get("id") or rule.target.get("name")
    statement = _WANTED.format(is_meant=IN_TARGET[type_], sources=resolved_sources(4))
    rows = await pool.fetch(
        statement,
        rule.org_id,
        None if named is None else str(named),
        rule.field,
        *columns_of(sources),
    )
    found = [WantedSensor(row[0], row[1], row[2], row[3], row[4] or []) for row in rows]
    return [sensor for sensor in found if None not in sensor.source_ids]


_WANTED_DEVICES = """
SELECT d.id, coalesce(site.timezone, 'UTC'), d.created_at
FROM platform.device d
LEFT JOIN platform.site site ON (site.org_id, site.id) = (d.org_id, d.site_id)
WHERE d.org_id = $1 AND d.deleted_at IS NULL AND {is_meant}
"""


async def wanted_devices(pool: Pool, rule: DueRule) -> list[WantedSensor]:
    """All that the rule's target, which is no sensor's, means now."""
    named = rule.target.get("id") or rule.target.get("name")
    rows = await pool.fetch(
        _WANTED_DEVICES.format(is_meant=IN_TARGET[str(rule.target["type"])]),
        rule.org_id,
        None if named is None else str(named),
    )
    return [WantedSensor(row[0], "", row[1], row[2], [], is_device=True) for row in rows]


async def standing_pairs(pool: Pool, rule: DueRule) -> list[StandingPair]:
    rows = await pool.fetch(
        "SELECT sensor_id, version, zone, sources FROM platform.alert_pair "
        "WHERE (org_id, rule_id) = ($1, $2)",
        rule.org_id,
        rule.id,
    )
    return [StandingPair(*row) for row in rows]


async def pairs_in(pool: Pool, org_id: UUID) -> int:
    """How many an organization has."""
    count: int = await pool.fetchval(
        "SELECT count(*) FROM platform.alert_pair WHERE org_id = $1", org_id
    )
    return count


async def crowded(
    connection: Connection, sensors: Sequence[SensorRef], rule_id: UUID, *, at_most: int
) -> set[SensorRef]:
    """Those that so many other rules watch already."""
    rows = await connection.fetch(
        "SELECT p.org_id, p.sensor_id FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id) "
        "JOIN platform.alert_pair p ON (p.org_id, p.sensor_id) = (k.org_id, k.sensor_id) "
        "WHERE p.rule_id <> $3 GROUP BY 1, 2 HAVING count(*) >= $4",
        *map(list, zip(*sensors, strict=True)),
        rule_id,
        at_most,
    )
    return {(row[0], row[1]) for row in rows}


class NewPair(NamedTuple):
    org_id: UUID
    sensor_id: UUID
    rule_id: UUID
    version: int
    start_at: datetime
    zone: str
    carried: str | None
    state: str | None
    due_at: datetime | None
    silence_seconds: int | None
    source_ids: Sequence[UUID]
    is_of_device: bool


async def put_pairs(connection: Connection, rows: Sequence[NewPair]) -> None:
    """In the place of an earlier version's, where there is one."""
    await connection.execute(
        "INSERT INTO platform.alert_pair (org_id, sensor_id, rule_id, version, start_at, zone, "
        "carried, state, due_at, silence_seconds, sources, is_of_device) "
        "SELECT org_id, sensor_id, rule_id, version, start_at, zone, carried::jsonb, state::jsonb, "
        "due_at, silence_seconds, sources::uuid[], is_of_device FROM unnest($1::uuid[], "
        "$2::uuid[], $3::uuid[], $4::integer[], $5::timestamptz[], $6::text[], $7::text[], "
        "$8::text[], $9::timestamptz[], $10::integer[], $11::text[], $12::boolean[]) AS u "
        "(org_id, sensor_id, rule_id, version, start_at, zone, carried, state, due_at, "
        "silence_seconds, sources, is_of_device) "
        "ON CONFLICT (org_id, sensor_id, rule_id) DO UPDATE SET version = excluded.version, "
        "start_at = excluded.start_at, zone = excluded.zone, carried = excluded.carried, "
        "state = excluded.state, due_at = excluded.due_at, "
        "silence_seconds = excluded.silence_seconds, sources = excluded.sources, "
        "is_of_device = excluded.is_of_device",
        *map(list, zip(*[_arguments(row) for row in rows], strict=True)),
    )


def _arguments(row: NewPair) -> tuple[Any, ...]:
    """The sources as a text: unnest would take arrays of arrays apart."""
    sources = "{" + ",".join(map(str, row.source_ids)) + "}"
    return (*row[:-2], sources, row.is_of_device)


async def delete_pairs(connection: Connection, keys: Sequence[PairKey]) -> None:
    """With what late readings would begin from."""
    columns = list(map(list, zip(*keys, strict=True)))
    for table in ("alert_transition", "alert_pair"):
        await connection.execute(
            f"DELETE FROM platform.{table} p "  # noqa: S608 - a name of ours
            "USING unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (org_id, sensor_id, rule_id) "
            "WHERE (p.org_id, p.sensor_id, p.rule_id) = (k.org_id, k.sensor_id, k.rule_id)",
            *columns,
        )


async def due_without_state(pool: Pool, now: datetime, *, at_most: int) -> list[PairKey]:
    """Pairs that wait for their sensor's first reading, and are to be looked at."""
    rows = await pool.fetch(
        "SELECT org_id, sensor_id, rule_id FROM platform.alert_pair "
        "WHERE state IS NULL AND due_at <= $1 AND NOT is_of_device ORDER BY due_at LIMIT $2",
        now,
        at_most,
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def look_later(connection: Connection, keys: Sequence[PairKey], at: datetime) -> None:
    """There is no reading yet."""
    columns = list(map(list, zip(*keys, strict=True)))
    await connection.execute(
        "UPDATE platform.alert_pair p SET due_at = $4 "
        "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (org_id, sensor_id, rule_id) "
        "WHERE (p.org_id, p.sensor_id, p.rule_id) = (k.org_id, k.sensor_id, k.rule_id) "
        "AND p.state IS NULL",
        *columns,
        at,
    )
