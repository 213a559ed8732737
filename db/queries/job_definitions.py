"""Job definitions beyond what models say: which sensors one looks at, what it has read of them,
taking it away; as app, inside a tenant's transaction. And which are due, as iot_ingest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection, Pool
from db.queries import target_sql
from db.queries.alerting import columns
from db.queries.targets import Target

_DUE = (
    "SELECT org_id, id FROM platform.job_definition "
    "WHERE due_at <= now() AND enabled AND deleted_at IS NULL ORDER BY due_at LIMIT $1"
)
NUMERIC = ("DOUBLE", "BIGINT")


async def due_definitions(pool: Pool, *, at_most: int) -> list[tuple[UUID, UUID]]:
    """Organization and id, the longest due first."""
    return [(row["org_id"], row["id"]) for row in await pool.fetch(_DUE, at_most)]


class OtherPlace(NamedTuple):
    """Which series is beside one: a sensor; or of the same device, with that key, on a component of
    that key or with that sensor profile; with nothing at all the reference of its pair."""

    sensor_id: UUID | None = None
    field: str | None = None
    component: str | None = None
    sensor_profile: str | None = None


class AnalysedSensor(NamedTuple):
    """`other_id` is what it is held against, from `other_from` until before `other_to` where there
    are such."""

    id: UUID
    name: str
    device_id: UUID
    other_id: UUID | None
    other_from: datetime | None
    other_to: datetime | None


_NOTHING = "SELECT NULL::uuid AS id, NULL::timestamptz AS from_at, NULL::timestamptz AS to_at"
_NAMED = """
SELECT o.id, NULL::timestamptz AS from_at, NULL::timestamptz AS to_at FROM platform.sensor o
WHERE o.id = {of_other_0}::uuid AND o.deleted_at IS NULL AND o.value_type IN ('DOUBLE', 'BIGINT')
"""
# Of several that of the same component comes first, then that of the device itself.
_NEAR = """
SELECT o.id, NULL::timestamptz AS from_at, NULL::timestamptz AS to_at FROM platform.sensor o
LEFT JOIN platform.component c ON (c.org_id, c.id) = (o.org_id, o.component_id)
LEFT JOIN platform.sensor_profile p ON (p.org_id, p.id) = (c.org_id, c.sensor_profile_id)
WHERE o.device_id = s.device_id AND o.id <> s.id AND o.key = coalesce({of_other_0}::text, s.key)
  AND o.deleted_at IS NULL AND c.deleted_at IS NULL AND o.value_type IN ('DOUBLE', 'BIGINT')
  AND ({of_other_1}::text IS NULL OR c.key = {of_other_1})
  AND ({of_other_2}::text IS NULL OR p.name = {of_other_2})
ORDER BY o.component_id IS NOT DISTINCT FROM s.component_id DESC, o.component_id IS NULL DESC, o.id
LIMIT 1
"""
# Of several pairs the one that began last.
_PAIRED = """
SELECT o.id, r.from_at, r.to_at FROM platform.reference_pair r
JOIN platform.sensor o ON o.component_id = r.reference_component_id AND o.key = s.key
WHERE r.primary_component_id = s.component_id AND r.deleted_at IS NULL AND o.deleted_at IS NULL
  AND o.value_type IN ('DOUBLE', 'BIGINT')
ORDER BY r.from_at DESC, r.id LIMIT 1
"""


async def analysed_sensors(
    connection: AnyConnection,
    target: Target,
    key: str,
    *,
    value_types: Sequence[str],
    other: OtherPlace | None,
    at_most: int,
) -> list[AnalysedSensor]:
    """The target's sensors with that key, by id; where there is an `other`, those that have one."""
    beside, of_other = _beside(other)
    first = len(target.arguments) + 1
    numbers = {f"of_other_{place}": f"${first + 4 + place}" for place in range(len(of_other))}
    statement = (
        "SELECT s.id, s.name, s.device_id, o.id, o.from_at, o.to_at "  # noqa: S608 - no values
        f"FROM platform.sensor s LEFT JOIN LATERAL ({beside.format(**numbers)}) o ON true "
        f"WHERE {target_sql.sensor_condition(target.kinds)} AND s.key = ${first} "
        f"AND s.value_type = ANY (${first + 1}::text[]) "
        f"AND (${first + 2} OR o.id IS NOT NULL) ORDER BY s.id LIMIT ${first + 3}"
    )
    known = key, list(value_types), other is None, at_most
    rows = await connection.fetch(statement, *target.arguments, *known, *of_other)
    return [AnalysedSensor(*row) for row in rows]


def _beside(other: OtherPlace | None) -> tuple[str, Sequence[UUID | str | None]]:
    if other is None:
        return _NOTHING, ()
    if other.sensor_id is not None:
        return _NAMED, (other.sensor_id,)
    return (_NEAR, other[1:]) if any(other) else (_PAIRED, ())


class DayRow(NamedTuple):
    """What was read of a day."""

    sensor_id: UUID
    day: date
    run_id: UUID
    readings: int
    fingerprint: list[float]


async def inputs_of(
    connection: AnyConnection, definition_id: UUID, sensor_ids: Collection[UUID], since: date
) -> list[DayRow]:
    rows = await connection.fetch(
        "SELECT sensor_id, day, run_id, readings, fingerprint FROM platform.job_input "
        "WHERE definition_id = $1 AND sensor_id = ANY ($2) AND day >= $3",
        definition_id,
        list(sensor_ids),
        since,
    )
    return [DayRow(*row) for row in rows]


async def write_inputs(
    connection: AnyConnection, definition_id: UUID, rows: Sequence[DayRow]
) -> None:
    if not rows:
        return
    sensor_ids, days, run_ids, readings, fingerprints = columns(rows)
    await connection.execute(
        "INSERT INTO platform.job_input "
        "(definition_id, sensor_id, day, run_id, readings, fingerprint) "
        "SELECT $1, k.sensor_id, k.day, k.run_id, k.readings, k.fingerprint::float8[] "
        "FROM unnest($2::uuid[], $3::date[], $4::uuid[], $5::bigint[], $6::text[]) "
        "AS k (sensor_id, day, run_id, readings, fingerprint) "
        "ON CONFLICT (org_id, definition_id, sensor_id, day) DO UPDATE "
        "SET run_id = excluded.run_id, readings = excluded.readings, "
        "fingerprint = excluded.fingerprint",
        definition_id,
        sensor_ids,
        days,
        run_ids,
        readings,
        ["{" + ",".join(map(repr, each)) + "}" for each in fingerprints],
    )


async def forget_inputs(connection: AnyConnection, definition_id: UUID, before: date) -> None:
    """Of days that are never looked at again."""
    await connection.execute(
        "DELETE FROM platform.job_input WHERE definition_id = $1 AND day < $2",
        definition_id,
        before,
    )


async def forget_definitions(connection: AnyConnection, ids: Collection[UUID]) -> None:
    """Delete them: what they have found is withdrawn, and their runs end."""
    for statement in _FORGET:
        await connection.execute(statement, list(ids))


_FORGET = (
    "UPDATE platform.job_definition SET deleted_at = now() WHERE id = ANY ($1)",
    "DELETE FROM platform.job_input WHERE definition_id = ANY ($1)",
    "UPDATE platform.annotation SET withdrawn_at = now() "
    "WHERE definition_id = ANY ($1) AND withdrawn_at IS NULL",
    "UPDATE platform.job_run SET status = 'FAILED', failure = 'the definition was deleted', "
    "ended_at = now() WHERE definition_id = ANY ($1) AND status = 'RUNNING'",
)
