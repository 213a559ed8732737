"""The hot SQL: one function for each question about readings. Rows come out as they are.

Asking runs as app, inside a tenant's transaction, through the functions of schema `api`. Storing is db/writing.py's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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


async def raw(
    connection: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    after: datetime | None,
    limit: int,
    descending: bool,
) -> list[asyncpg.Record]:
    """Rows (ts, value_double, value_bigint, value_bool, value_text, metadata) of one sensor in [start, end)."""
    return await connection.fetch(
        "SELECT * FROM api.raw_readings($1, $2, $3, $4, $5, $6)",
        sensor_id,
        start,
        end,
        after,
        limit,
        descending,
    )


async def aggregated(
    connection: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    width: timedelta,
    origin: datetime,
) -> list[asyncpg.Record]:
    """Rows (bucket, n, avg, min, max, sum, tiers) of the non-empty buckets of that width, counted from origin.

    `tiers` is a bit for each tier that gave something: 1 the readings, 2 minutes, 4 quarters, 8 hours, 16 days.
    """
    return await connection.fetch(
        "SELECT * FROM api.aggregated_readings($1, $2, $3, $4, $5)", sensor_id, start, end, width, origin
    )


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


async def snapshot_time(connection: Connection, sensor_id: UUID) -> datetime | None:
    """When this transaction's snapshot was taken; None when the tenant has no such sensor."""
    moment: datetime | None = await connection.fetchval(
        "SELECT now() FROM platform.sensor WHERE id = $1 AND deleted_at IS NULL", sensor_id
    )
    return moment


async def sensors_of_device(connection: Connection, device_id: UUID) -> list[UUID]:
    rows = await connection.fetch(
        "SELECT id FROM platform.sensor WHERE device_id = $1 AND deleted_at IS NULL", device_id
    )
    return [row["id"] for row in rows]
