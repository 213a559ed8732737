"""How an organization is doing, in numbers. As app, inside a tenant's transaction."""

from __future__ import annotations

from typing import NamedTuple

import asyncpg

from db.connections.types import Connection

_FLEET = """
SELECT count(*) AS devices, count(*) FILTER (WHERE is_connected) AS connected,
  count(*) FILTER (WHERE status = 'OFFLINE') AS offline
FROM platform.device WHERE deleted_at IS NULL
"""

_STEPS = """
SELECT EXISTS (SELECT FROM api.latest) AS has_reading,
  EXISTS (SELECT FROM platform.alert_rule WHERE deleted_at IS NULL) AS has_rule,
  (SELECT count(*) FROM (SELECT FROM platform.membership LIMIT 2) m) > 1 AS has_second_member
"""

_ALERTS = """
SELECT severity, count(*) FROM platform.alert
WHERE ended_at IS NULL AND refuted_at IS NULL GROUP BY severity
"""

_REFUSED = """
SELECT count(*) AS entries, coalesce(sum(occurrences), 0)::bigint AS occurrences
FROM platform.quarantine_entry WHERE received_at >= now() - interval '24 hours'
"""


class FleetCounts(NamedTuple):
    devices: int
    connected: int
    offline: int


class StepsDone(NamedTuple):
    """What whoever begins does one after the other, beside a first device."""

    has_reading: bool
    has_rule: bool
    has_second_member: bool


class RefusedCounts(NamedTuple):
    """Of the last 24 hours: entries in quarantine that began then, and how often they came."""

    entries: int
    occurrences: int


async def fleet_counts(connection: Connection) -> FleetCounts:
    return FleetCounts(*await _row(connection, _FLEET))


async def steps_done(connection: Connection) -> StepsDone:
    return StepsDone(*await _row(connection, _STEPS))


async def open_alerts(connection: Connection) -> dict[str, int]:
    """By severity, of those that hold; what has none is left out."""
    return {row["severity"]: row["count"] for row in await connection.fetch(_ALERTS)}


async def refused_counts(connection: Connection) -> RefusedCounts:
    return RefusedCounts(*await _row(connection, _REFUSED))


async def _row(connection: Connection, statement: str) -> asyncpg.Record:
    [row] = await connection.fetch(statement)
    return row
