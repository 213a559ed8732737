"""What alerting reads and writes, as iot_ingest; ingest/alerting decides what.

Lock order, everywhere: rows of tsd.latest by key, pairs, alerts, the outbox. Who holds a sensor's
row of `latest` may decide about the sensor; people's acts lock an alert alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from db.connections.types import Connection, Pool

SensorRef = tuple[UUID, UUID]
"""An organization's id and its sensor's."""
PairKey = tuple[UUID, UUID, UUID]
"""Organization, sensor, rule."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """A rule that watches a sensor, or a device by its id; JSON as it is kept."""

    org_id: UUID
    sensor_id: UUID
    rule_id: UUID
    version: int
    start_at: datetime
    zone: str
    state: str | None
    carried: str | None
    definition: str
    source_ids: Sequence[UUID] = ()

    @property
    def sources(self) -> list[SensorRef]:
        """The other sensors of which it is calculated."""
        return [(self.org_id, id_) for id_ in self.source_ids]

    @property
    def sensor(self) -> SensorRef:
        return self.org_id, self.sensor_id


@dataclass(frozen=True, slots=True)
class LatestRow:
    """The newest reading of a sensor; `number` is None for a text. `is_watched`: readings that come
    behind what is decided are noted."""

    at: datetime
    settled_to: datetime | None
    number: float | None
    text: str | None
    is_watched: bool


class BandRow(NamedTuple):
    """`settled_to` None: as it was, or later. `low` None: no rule watches any more; where others
    are calculated of it, it is still noted what comes late."""

    org_id: UUID
    sensor_id: UUID
    low: float | None
    high: float | None
    gap_seconds: float | None
    settled_to: datetime | None


class StateRow(NamedTuple):
    org_id: UUID
    sensor_id: UUID
    rule_id: UUID
    state: str | None
    due_at: datetime | None


class TransitionRow(NamedTuple):
    org_id: UUID
    sensor_id: UUID
    rule_id: UUID
    at: datetime
    state: str


class AlertRow(NamedTuple):
    """An episode as it is now."""

    org_id: UUID
    id: UUID
    sensor_id: UUID
    rule_id: UUID
    version: int
    severity: str
    value: float | None
    steps: str
    started_at: datetime
    fired_at: datetime
    ended_at: datetime | None
    end_reason: str | None


class LateRow(NamedTuple):
    """`is_of_source`: not its own readings are late, but those of one of which it is calculated."""

    org_id: UUID
    sensor_id: UUID
    from_at: datetime
    to_at: datetime
    is_of_source: bool = False


def columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """As a statement takes them."""
    return list(map(list, zip(*rows, strict=True)))


_PAIRS = """
SELECT p.org_id, p.sensor_id, p.rule_id, p.version, p.start_at, p.zone, p.state::text AS state,
  p.carried::text AS carried, v.definition::text AS definition, p.sources
FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id)
CROSS JOIN LATERAL (
  SELECT * FROM platform.alert_pair p
  WHERE (p.org_id, p.sensor_id) = (k.org_id, k.sensor_id) OFFSET 0
) p
JOIN platform.alert_rule_version v
  ON (v.org_id, v.rule_id, v.version) = (p.org_id, p.rule_id, p.version)
"""


async def pairs_of(
    connection: Connection, sensors: Sequence[SensorRef]
) -> dict[SensorRef, list[PairRow]]:
    """Who watches each of them."""
    found: dict[SensorRef, list[PairRow]] = {}
    if sensors:
        for row in await connection.fetch(_PAIRS, *columns(sensors)):
            pair = PairRow(*row)
            found.setdefault(pair.sensor, []).append(pair)
    return found


_LOCK = """
SELECT l.org_id, l.sensor_id, l.ts, l.settled_to,
  coalesce(l.value_double, l.value_bigint, l.value_bool::integer)::float8, l.value_text,
  l.quiet_from IS NOT NULL
FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id)
JOIN tsd.latest l ON (l.org_id, l.sensor_id) = (k.org_id, k.sensor_id)
ORDER BY l.org_id, l.sensor_id FOR UPDATE OF l
"""


async def lock_sensors(
    connection: Connection, sensors: Sequence[SensorRef]
) -> dict[SensorRef, LatestRow]:
    """Those of them that have a reading. Nobody stores one of theirs until the transaction ends."""
    if not sensors:
        return {}
    rows = await connection.fetch(_LOCK, *columns(sensors))
    return {(row[0], row[1]): LatestRow(*row[2:]) for row in rows}


_READ = """
SELECT (
  SELECT string_agg(timestamptz_send(r.ts) || float8send(r.number), '' ORDER BY r.ts) FROM (
    SELECT ts, coalesce(value_double, value_bigint, value_bool::integer, 0)::float8 AS number
    FROM tsd.reading
    WHERE (org_id, sensor_id) = (k.org_id, k.sensor_id) AND ts >= k.from_at AND ts < k.to_at
    ORDER BY ts LIMIT $5
  ) r
)
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
  WITH ORDINALITY AS k (org_id, sensor_id, from_at, to_at, place)
ORDER BY k.place
"""


class ReadingSpan(NamedTuple):
    """Of a sensor's readings those in [from_at, to_at)."""

    org_id: UUID
    sensor_id: UUID
    from_at: datetime
    to_at: datetime


async def read_values(
    connection: Connection, spans: Sequence[ReadingSpan], *, at_most: int
) -> list[bytes]:
    """Of each span the first readings in order, 16 bytes each: the time in PostgreSQL's binary form
    and the value as a double."""
    rows = await connection.fetch(_READ, *columns(spans), at_most)
    return [row[0] or b"" for row in rows]


async def read_texts(
    connection: Connection, span: ReadingSpan, *, at_most: int
) -> list[asyncpg.Record]:
    """The first readings (ts, value_text) in it, in order."""
    return await connection.fetch(
        "SELECT ts, value_text FROM tsd.reading WHERE (org_id, sensor_id) = ($1, $2) "
        "AND ts >= $3 AND ts < $4 ORDER BY ts LIMIT $5",
        *span,
        at_most,
    )


async def newest_before(
    connection: Connection, sensor: SensorRef, at: datetime, *, or_at: bool
) -> datetime | None:
    """The time of the newest reading before `at`, or at it."""
    found: datetime | None = await connection.fetchval(
        "SELECT ts FROM tsd.reading WHERE (org_id, sensor_id) = ($1, $2) "
        "AND (ts < $3 OR $4 AND ts = $3) AND ts <= $3 ORDER BY ts DESC LIMIT 1",
        *sensor,
        at,
        or_at,
    )
    return found


# ---- what was decided ----------------------------------------------------------------------------


async def set_states(connection: Connection, rows: Sequence[StateRow]) -> None:
    await connection.execute(
        "UPDATE platform.alert_pair p SET state = u.state::jsonb, due_at = u.due_at "
        "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) "
        "AS u (org_id, sensor_id, rule_id, state, due_at) "
        "WHERE (p.org_id, p.sensor_id, p.rule_id) = (u.org_id, u.sensor_id, u.rule_id)",
        *columns(rows),
    )


_SET_BANDS = """
UPDATE tsd.latest l SET quiet_gap = u.gap, settled_to = greatest(l.settled_to, u.settled_to),
  quiet_from = CASE WHEN o.is_source THEN '-infinity' ELSE u.low END,
  quiet_to = CASE WHEN o.is_source THEN 'infinity' ELSE u.high END
FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[], $5::float8[],
  $6::timestamptz[]) AS u (org_id, sensor_id, low, high, gap, settled_to)
CROSS JOIN LATERAL (SELECT u.low IS NULL AND EXISTS (
  SELECT FROM platform.alert_pair p
  WHERE p.sources <> '{}' AND p.sources @> ARRAY[u.sensor_id] AND p.org_id = u.org_id
) OR u.low IS NULL AND EXISTS (
  SELECT FROM platform.calculation_input i
  WHERE i.org_id = u.org_id AND i.input_id = u.sensor_id
) AS is_source) o
WHERE (l.org_id, l.sensor_id) = (u.org_id, u.sensor_id)
"""


async def set_bands(connection: Connection, rows: Sequence[BandRow]) -> None:
    """Of sensors whose row of `latest` the transaction has locked."""
    await connection.execute(_SET_BANDS, *columns(rows))


async def add_transitions(connection: Connection, rows: Sequence[TransitionRow]) -> None:
    await connection.execute(
        "INSERT INTO platform.alert_transition (org_id, sensor_id, rule_id, at, state) "
        "SELECT org_id, sensor_id, rule_id, at, state::jsonb "
        "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) "
        "AS u (org_id, sensor_id, rule_id, at, state) "
        "ON CONFLICT (org_id, sensor_id, rule_id, at) DO UPDATE SET state = excluded.state",
        *columns(rows),
    )


async def add_late(connection: Connection, rows: Sequence[LateRow]) -> None:
    await connection.execute(
        "INSERT INTO tsd.alert_late (org_id, sensor_id, from_at, to_at, is_of_source) SELECT * "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::boolean[])",
        *columns(rows),
    )


_ADD_ALERTS = """
INSERT INTO platform.alert (org_id, id, rule_id, rule_version, rule_name, sensor_id, component_id,
  device_id, site_id, severity, value, steps, started_at, fired_at, ended_at, end_reason, status,
  resolved_at, resolved_by)
SELECT u.org_id, u.id, u.rule_id, u.version, r.name, s.id, s.component_id, d.id, d.site_id,
  u.severity, u.value, u.steps::jsonb, u.started_at, u.fired_at, u.ended_at,
  u.end_reason, CASE WHEN o.is_over THEN 'RESOLVED' ELSE 'ACTIVE' END,
  CASE WHEN o.is_over THEN now() END, CASE WHEN o.is_over THEN 'platform' END
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::text[],
  $7::float8[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
  $12::text[]) AS u (org_id, id, sensor_id, rule_id, version, severity, value, steps, started_at,
  fired_at, ended_at, end_reason)
JOIN platform.alert_rule r ON (r.org_id, r.id) = (u.org_id, u.rule_id)
LEFT JOIN platform.sensor s ON (s.org_id, s.id) = (u.org_id, u.sensor_id)
JOIN platform.device d ON d.org_id = u.org_id AND d.id = coalesce(s.device_id, u.sensor_id)
CROSS JOIN LATERAL (SELECT u.ended_at IS NOT NULL AND r.auto_resolve AS is_over) o
"""


async def add_alerts(connection: Connection, rows: Sequence[AlertRow]) -> None:
    """Of sensors, or devices, that are there."""
    await connection.execute(_ADD_ALERTS, *columns(rows))


# Its end resolves it, where the rule says so; a rise in severity asks for attention again.
_SET_ALERTS = """
UPDATE platform.alert a SET
  rule_version = u.version, severity = u.severity, value = u.value, steps = u.steps::jsonb,
  started_at = u.started_at, fired_at = u.fired_at, ended_at = u.ended_at,
  end_reason = u.end_reason, changed_at = now(),
  status = CASE WHEN o.ends THEN 'RESOLVED' WHEN o.asks THEN 'ACTIVE' ELSE a.status END,
  resolved_at = CASE WHEN o.ends THEN now() WHEN o.asks THEN NULL ELSE a.resolved_at END,
  resolved_by = CASE WHEN o.ends THEN 'platform' WHEN o.asks THEN NULL ELSE a.resolved_by END,
  reopen_at = CASE WHEN u.ended_at IS NULL THEN a.reopen_at END
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::text[],
  $7::float8[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
  $12::text[]) AS u (org_id, id, sensor_id, rule_id, version, severity, value, steps, started_at,
  fired_at, ended_at, end_reason)
JOIN platform.alert_rule r ON (r.org_id, r.id) = (u.org_id, u.rule_id)
JOIN platform.alert was ON (was.org_id, was.id) = (u.org_id, u.id)
CROSS JOIN LATERAL (SELECT
  u.ended_at IS NOT NULL AND r.auto_resolve AND was.status <> 'RESOLVED' AS ends,
  u.ended_at IS NULL AND (
    (was.status = 'ACKNOWLEDGED' AND array_position($13::text[], u.severity)
      > array_position($13::text[], was.severity))
    OR (was.status = 'RESOLVED' AND was.resolved_by = 'platform')) AS asks) o
WHERE (a.org_id, a.id) = (u.org_id, u.id)
"""


async def set_alerts(
    connection: Connection, rows: Sequence[AlertRow], severities: Sequence[str]
) -> None:
    """`severities` in rising order."""
    await connection.execute(_SET_ALERTS, *columns(rows), severities)


async def refute_alerts(connection: Connection, ids: Sequence[tuple[UUID, UUID]]) -> None:
    """By organization and id."""
    await connection.execute(
        "UPDATE platform.alert a SET refuted_at = now(), changed_at = now(), reopen_at = NULL "
        "FROM unnest($1::uuid[], $2::uuid[]) AS u (org_id, id) "
        "WHERE (a.org_id, a.id) = (u.org_id, u.id)",
        *columns(ids),
    )


_OPEN = """
SELECT a.org_id, a.id, a.subject_id, a.rule_id, a.rule_version, a.severity, a.value, a.steps::text,
  a.started_at, a.fired_at, a.ended_at, a.end_reason
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (org_id, sensor_id, rule_id)
JOIN platform.alert a ON (a.org_id, a.subject_id, a.rule_id) = (k.org_id, k.sensor_id, k.rule_id)
WHERE a.ended_at IS NULL AND a.refuted_at IS NULL
"""


async def open_alerts(
    connection: Connection, pairs: Sequence[tuple[UUID, UUID, UUID]]
) -> dict[tuple[UUID, UUID, UUID], AlertRow]:
    """Of each pair the one that is open, by organization, sensor and rule."""
    if not pairs:
        return {}
    rows = [AlertRow(*row) for row in await connection.fetch(_OPEN, *columns(pairs))]
    return {(row.org_id, row.sensor_id, row.rule_id): row for row in rows}


# ---- time ----------------------------------------------------------------------------------------

# Where a reading has come since, a silence's time moves on, without a lock. LIMIT inside and
# OFFSET 0: else all of `latest` may be hashed for a few pairs.
_MOVE_SILENCES = """
UPDATE platform.alert_pair p SET due_at = moved.due_at FROM (
  SELECT d.org_id, d.sensor_id, d.rule_id, l.ts + make_interval(secs => d.silence_seconds) AS due_at
  FROM (
    SELECT * FROM platform.alert_pair
    WHERE due_at <= $1 AND silence_seconds IS NOT NULL ORDER BY due_at LIMIT $2
  ) d CROSS JOIN LATERAL (
    SELECT ts FROM tsd.latest l WHERE (l.org_id, l.sensor_id) = (d.org_id, d.sensor_id)
      AND l.quiet_from <= l.quiet_to OFFSET 0
  ) l
) moved
WHERE (p.org_id, p.sensor_id, p.rule_id) = (moved.org_id, moved.sensor_id, moved.rule_id)
  AND p.due_at <= $1 AND moved.due_at > $1
"""


async def move_silences(pool: Pool, now: datetime, *, at_most: int) -> int:
    """How many of those that were due are not any more."""
    done = await pool.execute(_MOVE_SILENCES, now, at_most)
    return int(done.split()[-1])


async def postpone(pool: Pool, sensor: SensorRef, until: datetime) -> None:
    """Its pairs can't be decided, and others wait."""
    await pool.execute(
        "UPDATE platform.alert_pair SET due_at = $3 "
        "WHERE (org_id, sensor_id) = ($1, $2) AND due_at < $3",
        *sensor,
        until,
    )


async def due_sensors(pool: Pool, now: datetime, *, at_most: int) -> list[SensorRef]:
    """Of the pairs that have been due for longest; sorted."""
    rows = await pool.fetch(
        "SELECT org_id, sensor_id FROM platform.alert_pair "
        "WHERE due_at <= $1 AND state IS NOT NULL AND NOT is_of_device ORDER BY due_at LIMIT $2",
        now,
        at_most,
    )
    return sorted({(row[0], row[1]) for row in rows})


class ReopenedAlert(NamedTuple):
    org_id: UUID
    id: UUID
    severity: str


async def reopen_alerts(connection: Connection, now: datetime) -> list[ReopenedAlert]:
    """Those that a person resolved while they held, and that still do."""
    rows = await connection.fetch(
        "UPDATE platform.alert SET status = 'ACTIVE', resolved_at = NULL, resolved_by = NULL, "
        "reopen_at = NULL, changed_at = now() WHERE reopen_at <= $1 AND ended_at IS NULL "
        "AND refuted_at IS NULL RETURNING org_id, id, severity",
        now,
    )
    return [ReopenedAlert(*row) for row in rows]
