"""The newest readings and statistics of a range, and what a question needs to know of its sensors first.

Runs as app, inside a tenant's transaction, through the functions of schema `api`. Rows come out as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from db.connections.types import Connection


async def stats(
    connection: Connection, sensor_id: UUID, start: datetime, end: datetime
) -> dict[str, Any]:
    """One row: count, avg, min, max, sum, stddev (sample), first_at, first, last_at, last, tiers
    (bits as in buckets.py). The values are JSON text.
    """
    row = await connection.fetchrow(
        "SELECT * FROM api.reading_stats($1, $2, $3)", sensor_id, start, end
    )
    assert row is not None  # noqa: S101 - a function with OUT columns returns exactly one row
    return dict(row)


async def latest(connection: Connection, sensor_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The newest row by event time (sensor_id, ts, four values) of each sensor that is there and has one."""
    return await connection.fetch(
        "SELECT l.sensor_id, l.ts, l.value_double, l.value_bigint, l.value_bool, l.value_text "
        # No join: before the tables are analysed it is planned as a nested loop over all of both.
        "FROM api.latest l WHERE l.sensor_id = ANY ($1) AND l.sensor_id = ANY ("
        "ARRAY(SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL))",
        sensor_ids,
    )


class SensorSnapshot(NamedTuple):
    """When this transaction's snapshot was taken, and what is known of the sensor's values in it.

    `may_have_lone_integers`: some may be beyond 2^53. Whether they are is in the readings.
    """

    taken_at: datetime
    value_type: str
    may_have_lone_integers: bool


async def snapshot_of(connection: Connection, sensor_id: UUID) -> SensorSnapshot | None:
    """None when the tenant has no such sensor."""
    row = await connection.fetchrow(
        "SELECT now(), value_type, may_have_lone_integers FROM platform.sensor "
        "WHERE id = $1 AND deleted_at IS NULL",
        sensor_id,
    )
    return None if row is None else SensorSnapshot(*row)


async def sensors_there(
    connection: Connection, sensor_ids: Sequence[UUID]
) -> tuple[datetime, set[UUID]]:
    """When this transaction's snapshot was taken, and which of these sensors the tenant has."""
    row = await connection.fetchrow(
        "SELECT now(), ARRAY(SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL)",
        sensor_ids,
    )
    assert row is not None  # noqa: S101 - a select without FROM returns exactly one row
    return row[0], set(row[1])
