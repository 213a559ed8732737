"""The hot SQL: one function for each question about readings. Rows come out as they are.

Asking runs as app, inside a tenant's transaction, through the functions of schema `api`. Storing is db/writing.py's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from db.types import Connection, Pool


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A refused element. The same one again only counts up `occurrences`."""

    id: UUID
    org_id: UUID
    device_id: UUID | None
    reason: str
    message: str
    payload: bytes
    payload_hash: bytes
    payload_index: int
    occurrences: int = 1


async def quarantine(connection: Connection, rows: Sequence[QuarantineRow]) -> None:
    """Keep refused elements; one that is here already is counted."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (row.org_id, row.payload_hash, row.payload_index))
    await connection.execute(
        "INSERT INTO platform.quarantine_entry AS q "
        "(id, org_id, device_id, reason, message, payload, payload_hash, payload_index, occurrences) "
        "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], "
        "$8::integer[], $9::integer[]) "
        "ON CONFLICT (org_id, device_id, payload_hash, payload_index) DO UPDATE "
        "SET occurrences = q.occurrences + excluded.occurrences, last_received_at = now(), "
        "reason = excluded.reason, message = excluded.message",
        [row.id for row in ordered],
        [row.org_id for row in ordered],
        [row.device_id for row in ordered],
        [row.reason for row in ordered],
        [row.message for row in ordered],
        [row.payload for row in ordered],
        [row.payload_hash for row in ordered],
        [row.payload_index for row in ordered],
        [row.occurrences for row in ordered],
    )


async def ensure_partitions(pool: Pool, days: Iterable[date]) -> None:
    """Make the day partitions that are missing, in transactions of their own: never inside a batch's."""
    wanted = list(days)
    while True:
        # Who waited for another's lock may still not see what that one made.
        with contextlib.suppress(asyncpg.DuplicateTableError):
            await pool.execute("SELECT tsd.ensure_partitions($1::date[])", wanted)
            return


async def stats(connection: Connection, sensor_id: UUID, start: datetime, end: datetime) -> dict[str, Any]:
    """One row: n, avg, min, max, sum, stddev (sample), first_at, first, last_at, last, tiers (bits as above).

    The values are JSON text.
    """
    row = await connection.fetchrow("SELECT * FROM api.reading_stats($1, $2, $3)", sensor_id, start, end)
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


async def snapshot_of(connection: Connection, sensor_id: UUID) -> tuple[datetime, str] | None:
    """When this transaction's snapshot was taken, and the type of the sensor's values; None when the tenant has no such
    sensor."""
    row = await connection.fetchrow(
        "SELECT now(), value_type FROM platform.sensor WHERE id = $1 AND deleted_at IS NULL", sensor_id
    )
    return None if row is None else (row[0], row[1])


async def sensors_there(connection: Connection, sensor_ids: Sequence[UUID]) -> tuple[datetime, set[UUID]]:
    """When this transaction's snapshot was taken, and which of these sensors the tenant has."""
    row = await connection.fetchrow(
        "SELECT now(), ARRAY(SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL)",
        sensor_ids,
    )
    assert row is not None  # noqa: S101 - a select without FROM returns exactly one row
    return row[0], set(row[1])


async def sensors_of_devices(
    connection: Connection, device_ids: Sequence[UUID], *, after: UUID | None, limit: int
) -> list[UUID]:
    """The first of these devices' sensors by id, after that one."""
    rows = await connection.fetch(
        "SELECT id FROM platform.sensor WHERE device_id = ANY ($1) AND deleted_at IS NULL "
        "AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        device_ids,
        after,
        limit,
    )
    return [row["id"] for row in rows]
