"""Late readings that alerting has to take in, and what was decided before: where it begins anew,
and the alerts that may be others; as iot_ingest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from db.connections.types import Connection, Pool
from db.queries.alerting import AlertRow, PairKey, SensorRef, TransitionRow, columns


async def late_sensors(pool: Pool, *, at_most: int) -> list[SensorRef]:
    """Those of the oldest entries."""
    rows = await pool.fetch(
        "SELECT DISTINCT org_id, sensor_id FROM "
        "(SELECT * FROM tsd.alert_late ORDER BY id LIMIT $1) AS l",
        at_most,
    )
    return sorted((row[0], row[1]) for row in rows)


async def postpone(pool: Pool, sensor: SensorRef) -> None:
    """Its entries are the newest from now on: they can't be taken in, and others wait."""
    await pool.execute(
        "WITH gone AS (DELETE FROM tsd.alert_late WHERE (org_id, sensor_id) = ($1, $2) "
        "RETURNING *) "
        "INSERT INTO tsd.alert_late (org_id, sensor_id, from_at, to_at, is_of_source) "
        "SELECT org_id, sensor_id, min(from_at), max(to_at), is_of_source FROM gone "
        "GROUP BY 1, 2, 5",
        *sensor,
    )


class LateTimes(NamedTuple):
    """From when to when a sensor is to be decided anew; and from when to when for readings of its
    own, where there are any."""

    first: datetime
    last: datetime
    own_first: datetime | None
    own_last: datetime | None


async def take_late(
    connection: Connection, sensors: Sequence[SensorRef]
) -> dict[SensorRef, LateTimes]:
    """They are no longer noted."""
    rows = await connection.fetch(
        "WITH gone AS (DELETE FROM tsd.alert_late d "
        "USING unnest($1::uuid[], $2::uuid[]) AS k (org_id, sensor_id) "
        "WHERE (d.org_id, d.sensor_id) = (k.org_id, k.sensor_id) RETURNING d.*) "
        "SELECT org_id, sensor_id, min(from_at), max(to_at), "
        "min(from_at) FILTER (WHERE NOT is_of_source), max(to_at) FILTER (WHERE NOT is_of_source) "
        "FROM gone GROUP BY 1, 2",
        *columns(sensors),
    )
    return {(row[0], row[1]): LateTimes(*row[2:]) for row in rows}


async def transition_before(
    connection: Connection, pair: PairKey, at: datetime
) -> TransitionRow | None:
    row = await connection.fetchrow(
        "SELECT org_id, sensor_id, rule_id, at, state::text FROM platform.alert_transition "
        "WHERE (org_id, sensor_id, rule_id) = ($1, $2, $3) AND at < $4 ORDER BY at DESC LIMIT 1",
        *pair,
        at,
    )
    return None if row is None else TransitionRow(*row)


async def transitions_from(
    connection: Connection, pair: PairKey, at: datetime
) -> list[tuple[datetime, str]]:
    rows = await connection.fetch(
        "SELECT at, state::text FROM platform.alert_transition "
        "WHERE (org_id, sensor_id, rule_id) = ($1, $2, $3) AND at >= $4 ORDER BY at",
        *pair,
        at,
    )
    return [(row[0], row[1]) for row in rows]


async def forget_transitions(
    connection: Connection, pair: PairKey, first: datetime, last: datetime | None
) -> None:
    """In [first, last], or without `last` from `first` on."""
    await connection.execute(
        "DELETE FROM platform.alert_transition WHERE (org_id, sensor_id, rule_id) = ($1, $2, $3) "
        "AND at >= $4 AND at <= coalesce($5::timestamptz, 'infinity')",
        *pair,
        first,
        last,
    )


async def alerts_between(
    connection: Connection, pair: PairKey, version: int, first: datetime, last: datetime | None
) -> list[AlertRow]:
    """Of that version, those that overlap the time and are not refuted, in order."""
    rows = await connection.fetch(
        "SELECT org_id, id, subject_id, rule_id, rule_version, severity, value, steps::text, "
        "started_at, fired_at, ended_at, end_reason FROM platform.alert "
        "WHERE (org_id, subject_id, rule_id) = ($1, $2, $3) AND rule_version = $4 "
        "AND refuted_at IS NULL AND (ended_at IS NULL OR ended_at >= $5) "
        "AND fired_at <= coalesce($6::timestamptz, 'infinity') ORDER BY fired_at",
        *pair,
        version,
        first,
        last,
    )
    return [AlertRow(*row) for row in rows]


async def forget_old_transitions(pool: Pool, before: datetime, *, at_most: int) -> int:
    """Delete the oldest of those before then, but of each pair the last one, from which late
    readings begin; how many."""
    rows = await pool.fetch(
        "DELETE FROM platform.alert_transition WHERE (org_id, sensor_id, rule_id, at) IN ("
        "  SELECT t.org_id, t.sensor_id, t.rule_id, t.at FROM platform.alert_transition t "
        "  WHERE t.at < $1 AND EXISTS ("
        "    SELECT FROM platform.alert_transition later WHERE later.org_id = t.org_id "
        "    AND later.sensor_id = t.sensor_id AND later.rule_id = t.rule_id "
        "    AND later.at > t.at AND later.at < $1) "
        "  ORDER BY t.at LIMIT $2) RETURNING 1",
        before,
        at_most,
    )
    return len(rows)
