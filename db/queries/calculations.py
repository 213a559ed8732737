"""What calculated series read and write, as iot_ingest; ingest/calculations decides what.

Lock order: rows of platform.calculation by key, then those of tsd.latest. Whoever notes late
readings holds rows of `latest`, and only refers to calculations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection, Pool
from db.queries.alerting import SensorRef, columns


class DueCalculation(NamedTuple):
    """`kept_from`: since when readings of its organization are surely kept."""

    org_id: UUID
    sensor_id: UUID
    device_id: UUID
    key: str
    version: int
    definition: str
    from_at: datetime
    calculated_to: datetime
    kept_from: datetime
    is_gone: bool

    @property
    def sensor(self) -> SensorRef:
        return self.org_id, self.sensor_id


# Whatever failed waits. What is late comes first by its age, too.
_DUE = """
SELECT c.org_id, c.sensor_id, s.device_id, s.key, c.version, c.definition::text, c.from_at,
  c.calculated_to,
  greatest(m.raw_from, $1 - coalesce(o.retention_days, 36500) * interval '1 day'),
  s.deleted_at IS NOT NULL
FROM (
  (SELECT org_id, sensor_id FROM platform.calculation
   WHERE due_at <= $1 AND failed_until IS NULL ORDER BY due_at LIMIT $2)
  UNION
  (SELECT l.org_id, l.sensor_id FROM
    (SELECT org_id, sensor_id FROM platform.calculation_late ORDER BY id LIMIT $2) l)
  UNION
  (SELECT org_id, sensor_id FROM platform.calculation
   WHERE due_at <= $1 AND failed_until <= $1 ORDER BY due_at LIMIT $2)
) d
JOIN platform.calculation c USING (org_id, sensor_id)
JOIN platform.sensor s ON (s.org_id, s.id) = (c.org_id, c.sensor_id)
JOIN platform.organization o ON o.id = c.org_id
CROSS JOIN tsd.retention_mark m
WHERE c.failed_until IS NULL OR c.failed_until <= $1
ORDER BY c.org_id, c.sensor_id
"""


async def due(pool: Pool, now: datetime, *, at_most: int) -> list[DueCalculation]:
    """Those that time or late readings concern, by key."""
    return [DueCalculation(*row) for row in await pool.fetch(_DUE, now, at_most)]


async def forget(pool: Pool, sensors: Sequence[SensorRef]) -> None:
    """Of sensors that are deleted: nothing is calculated any more."""
    await pool.execute(
        "DELETE FROM platform.calculation c USING unnest($1::uuid[], $2::uuid[]) "
        "AS k (org_id, sensor_id) WHERE (c.org_id, c.sensor_id) = (k.org_id, k.sensor_id)",
        *columns(sensors),
    )


class InputRow(NamedTuple):
    """A sensor that stands for a name within [from_at, to_at). `at` is its newest reading's time,
    if it has one; `is_watched`: it is noted what comes behind that, or behind what is settled, and
    the calculation was told of what came before."""

    org_id: UUID
    sensor_id: UUID
    name: str
    input_id: UUID
    from_at: datetime
    to_at: datetime
    at: datetime | None
    is_watched: bool


_INPUTS = """
SELECT i.org_id, i.sensor_id, i.name, i.input_id, greatest(i.from_at, '1970-01-01Z'),
  least(i.to_at, '9000-01-01Z'), l.ts, i.is_seen AND l.quiet_from IS NOT NULL
FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id)
JOIN platform.calculation_input i
  ON (i.org_id, i.sensor_id) = (k.org_id, k.sensor_id)
LEFT JOIN tsd.latest l ON (l.org_id, l.sensor_id) = (i.org_id, i.input_id)
ORDER BY i.org_id, i.sensor_id, i.name, i.input_id, i.from_at
"""


async def inputs(pool: Pool, sensors: Sequence[SensorRef]) -> dict[SensorRef, list[InputRow]]:
    found: dict[SensorRef, list[InputRow]] = {sensor: [] for sensor in sensors}
    for row in await pool.fetch(_INPUTS, *columns(sensors)):
        found[row[0], row[1]].append(InputRow(*row))
    return found


class LateEntry(NamedTuple):
    id: int
    org_id: UUID
    sensor_id: UUID
    from_at: datetime
    to_at: datetime


async def late_entries(
    pool: Pool, sensors: Sequence[SensorRef]
) -> dict[SensorRef, list[LateEntry]]:
    rows = await pool.fetch(
        "SELECT l.id, l.org_id, l.sensor_id, l.from_at, l.to_at "
        "FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id) "
        "JOIN platform.calculation_late l "
        "ON (l.org_id, l.sensor_id) = (k.org_id, k.sensor_id) ORDER BY l.id",
        *columns(sensors),
    )
    found: dict[SensorRef, list[LateEntry]] = {sensor: [] for sensor in sensors}
    for row in rows:
        found[row[1], row[2]].append(LateEntry(*row))
    return found


class NewLate(NamedTuple):
    """Of a calculated sensor: readings of its inputs in [from_at, to_at]."""

    org_id: UUID
    sensor_id: UUID
    from_at: datetime
    to_at: datetime


async def add_late(connection: Connection | Pool, spans: Sequence[NewLate]) -> None:
    await connection.execute(
        "INSERT INTO platform.calculation_late (org_id, sensor_id, from_at, to_at) SELECT * "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])",
        *columns(spans),
    )


async def note_late(connection: Connection, inputs: Sequence[NewLate]) -> None:
    """What is calculated of these sensors has those readings late."""
    if inputs:
        await connection.execute(
            "INSERT INTO platform.calculation_late (org_id, sensor_id, from_at, to_at) "
            "SELECT DISTINCT i.org_id, i.sensor_id, k.from_at, k.to_at "
            "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) "
            "AS k (org_id, input_id, from_at, to_at) JOIN platform.calculation_input i "
            "ON (i.org_id, i.input_id) = (k.org_id, k.input_id)",
            *columns(inputs),
        )


class CalculationSpan(NamedTuple):
    """Of a sensor the first readings in [from_at, to_at], `at_most` so many, and the newest in
    [held_from, from_at)."""

    org_id: UUID
    sensor_id: UUID
    held_from: datetime
    from_at: datetime
    to_at: datetime
    at_most: int


# Each half has the whole key and both ends of the time, so that only its days are looked at.
_READ = """
SELECT (
  SELECT string_agg(timestamptz_send(r.ts) || float8send(r.number), '' ORDER BY r.ts) FROM (
    (SELECT ts, coalesce(value_double, value_bigint, value_bool::integer, 0)::float8 AS number
     FROM tsd.reading WHERE (org_id, sensor_id) = (k.org_id, k.sensor_id)
       AND ts >= k.held_from AND ts < k.from_at ORDER BY ts DESC LIMIT 1)
    UNION ALL
    (SELECT ts, coalesce(value_double, value_bigint, value_bool::integer, 0)::float8
     FROM tsd.reading WHERE (org_id, sensor_id) = (k.org_id, k.sensor_id)
       AND ts >= k.from_at AND ts <= k.to_at ORDER BY ts LIMIT k.at_most)
  ) r
)
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],
  $6::integer[]) WITH ORDINALITY
  AS k (org_id, sensor_id, held_from, from_at, to_at, at_most, place)
ORDER BY k.place
"""


async def read_spans(
    connection: Connection | Pool, spans: Sequence[CalculationSpan]
) -> list[bytes]:
    """As alerting.read_values: of each the first readings, and the one that was held."""
    if not spans:
        return []
    return [row[0] or b"" for row in await connection.fetch(_READ, *columns(spans))]


_SEE = """
WITH seen AS (
  UPDATE platform.calculation_input i SET is_seen = true
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (org_id, sensor_id, input_id)
  WHERE (i.org_id, i.sensor_id, i.input_id) = (k.org_id, k.sensor_id, k.input_id)
  RETURNING i.org_id, i.sensor_id, i.input_id, i.from_at
)
INSERT INTO platform.calculation_late (org_id, sensor_id, from_at, to_at)
SELECT DISTINCT s.org_id, s.sensor_id, greatest(f.ts, s.from_at), greatest(l.ts, s.from_at)
FROM seen s
JOIN platform.calculation c ON (c.org_id, c.sensor_id) = (s.org_id, s.sensor_id)
  AND c.calculated_to > c.from_at
JOIN tsd.latest l ON (l.org_id, l.sensor_id) = (s.org_id, s.input_id)
CROSS JOIN LATERAL (
  SELECT r.ts FROM tsd.reading r WHERE (r.org_id, r.sensor_id) = (s.org_id, s.input_id)
  ORDER BY r.ts LIMIT 1
) f
"""


async def see(connection: Connection | Pool, inputs: Sequence[InputRow]) -> None:
    """They are watched now: whatever they had before is late for what was calculated already."""
    if inputs:
        keys = {(each.org_id, each.sensor_id, each.input_id) for each in inputs}
        await connection.execute(_SEE, *columns(sorted(keys)))


# ---- what was calculated -------------------------------------------------------------------------


async def lock(
    connection: Connection, sensors: Sequence[SensorRef]
) -> dict[SensorRef, tuple[int, datetime]]:
    """Version, and up to when it was calculated, of those that nobody else works on."""
    rows = await connection.fetch(
        "SELECT c.org_id, c.sensor_id, c.version, c.calculated_to "
        "FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id) "
        "JOIN platform.calculation c ON (c.org_id, c.sensor_id) = (k.org_id, k.sensor_id) "
        "ORDER BY c.org_id, c.sensor_id FOR NO KEY UPDATE OF c SKIP LOCKED",
        *columns(sensors),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def take_late(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Those of the entries that were there still; they are no longer noted."""
    rows = await connection.fetch(
        "DELETE FROM platform.calculation_late WHERE id = ANY ($1) RETURNING id", list(ids)
    )
    return {row["id"] for row in rows}


async def delete_values(
    connection: Connection, org_id: UUID, values: Sequence[tuple[UUID, datetime]]
) -> None:
    """Of calculated sensors of one organization, by sensor and time."""
    await connection.execute("SELECT tsd.delete_calculated($1, $2, $3)", org_id, *columns(values))


class StandRow(NamedTuple):
    """How far a calculation has come. `is_newest`: whether its newest moment has a value was found
    out; without a `gap_at` it has."""

    org_id: UUID
    sensor_id: UUID
    calculated_to: datetime
    due_at: datetime
    is_newest: bool
    gap_at: datetime | None
    gap_reason: str | None


async def stand(connection: Connection, rows: Sequence[StandRow]) -> None:
    await connection.execute(
        "UPDATE platform.calculation c SET calculated_to = u.calculated_to, due_at = u.due_at, "
        "gap_at = CASE WHEN u.is_newest THEN u.gap_at ELSE c.gap_at END, "
        "gap_reason = CASE WHEN u.is_newest THEN u.gap_reason ELSE c.gap_reason END, "
        "failed_until = NULL "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], "
        "$5::boolean[], $6::timestamptz[], $7::text[]) "
        "AS u (org_id, sensor_id, calculated_to, due_at, is_newest, gap_at, gap_reason) "
        "WHERE (c.org_id, c.sensor_id) = (u.org_id, u.sensor_id)",
        *columns(rows),
    )


async def wait(pool: Pool, rows: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Nothing is to be done before then."""
    if rows:
        await pool.execute(
            "UPDATE platform.calculation c SET due_at = u.due_at "
            "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (org_id, sensor_id, "
            "due_at) WHERE (c.org_id, c.sensor_id) = (u.org_id, u.sensor_id)",
            *columns(rows),
        )


async def postpone(pool: Pool, sensor: SensorRef, until: datetime, reason: str) -> None:
    """It can't be calculated now, and others wait."""
    await pool.execute(
        "UPDATE platform.calculation SET failed_until = $3, gap_at = calculated_to, "
        "gap_reason = $4 WHERE (org_id, sensor_id) = ($1, $2)",
        *sensor,
        until,
        reason,
    )


class WatchRow(NamedTuple):
    """Of an input: up to when that is settled."""

    org_id: UUID
    sensor_id: UUID
    settled_to: datetime


async def watch(pool: Pool, rows: Sequence[WatchRow]) -> None:
    """From now on it is noted what comes of these behind what is settled."""
    if rows:
        await pool.execute(_WATCH, *columns(rows))


# Locked in the order of whoever else locks several.
_WATCH = """
WITH locked AS MATERIALIZED (
  SELECT l.org_id, l.sensor_id, u.settled_to
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS u (org_id, sensor_id, settled_to)
  JOIN tsd.latest l ON (l.org_id, l.sensor_id) = (u.org_id, u.sensor_id)
  ORDER BY l.org_id, l.sensor_id FOR UPDATE OF l
)
UPDATE tsd.latest l SET settled_to = greatest(l.settled_to, u.settled_to),
  quiet_from = coalesce(l.quiet_from, '-infinity'), quiet_to = coalesce(l.quiet_to, 'infinity')
FROM locked u WHERE (l.org_id, l.sensor_id) = (u.org_id, u.sensor_id)
"""
