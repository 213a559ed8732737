"""The hot SQL of the write path, as iot_ingest: rows that the pipeline has identified and validated go in.

What is newer than all that its sensor has can't be a duplicate, and goes by COPY; the rest asks the key. Both in one
order, sorted by key, so that writers who deliver the same rows at once meet without a deadlock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import numpy as np

from db import rollups
from db.columns import Flags, Integers, Positions, Rows, Value, arguments, copied, microseconds
from db.types import Connection, Pool

COLUMNS = ("org_id", "sensor_id", "ts", "value_double", "value_bigint", "value_bool", "value_text")
# Below it one INSERT is cheaper than COPY, which takes a round trip more.
COPY_FROM_ROWS = 50
# How finely late rows are told to the rollups: nearer ones of a sensor make one range.
LATE_RANGE_MICROSECONDS = 15 * 60 * 1_000_000

_ARRAYS = (
    "unnest($1::uuid[], $2::uuid[], $3::timestamp[], $4::float8[], $5::bigint[], $6::boolean[], $7::text[]) "
    "AS r (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)"
)
_INSERT = f"""
INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)
SELECT org_id, sensor_id, ts AT TIME ZONE 'UTC', value_double, value_bigint, value_bool, value_text FROM {_ARRAYS}
ORDER BY org_id, sensor_id, ts
ON CONFLICT DO NOTHING
RETURNING sensor_id, ts AT TIME ZONE 'UTC'
"""  # noqa: S608 - put together from constants
_LATEST = f"""
INSERT INTO tsd.latest AS l (org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text)
SELECT org_id, sensor_id, ts AT TIME ZONE 'UTC', value_double, value_bigint, value_bool, value_text FROM {_ARRAYS}
ORDER BY org_id, sensor_id
ON CONFLICT (org_id, sensor_id) DO UPDATE
SET ts = excluded.ts, value_double = excluded.value_double, value_bigint = excluded.value_bigint,
    value_bool = excluded.value_bool, value_text = excluded.value_text
WHERE excluded.ts > l.ts
"""  # noqa: S608


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[tuple[Connection, datetime]]:
    """A transaction that stores readings, and the time below which the rollups are to hear of them."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection, await rollups.begin_write(connection)


async def store_new(
    connection: Connection, rows: Rows, *, newest: Integers, log_below: datetime, by_copy: bool
) -> Flags:
    """Store the rows whose key is new, and the newest of each sensor; says which rows those were.

    `newest` is the time (µs) of each sensor's newest committed reading as far as is known. Where it is behind the
    truth, COPY may raise asyncpg.UniqueViolationError: nothing is lost but the transaction, to be done again
    without `by_copy`.
    """
    is_fresh = np.zeros(len(rows), bool)
    if not len(rows):
        return is_fresh
    ahead = rows.ts > newest[rows.sensor]
    if not by_copy or np.count_nonzero(ahead) < COPY_FROM_ROWS:
        ahead[:] = False
    await _copy(connection, rows, np.flatnonzero(ahead))
    is_fresh |= ahead
    asked = np.flatnonzero(~ahead)
    is_fresh[asked] = await _insert(connection, rows, asked)
    fresh = np.flatnonzero(is_fresh)
    await _describe(connection, rows, is_fresh)
    await _renew_latest(connection, rows, fresh)
    await _log_late(connection, rows, fresh, log_below)
    return is_fresh


async def stored_values(connection: Connection, rows: Rows) -> dict[int, Value]:
    """The values that already stand at these rows' keys, by row."""
    if not len(rows):
        return {}
    org_ids, sensor_ids, times, *_ = arguments(rows)
    found = await connection.fetch(
        "SELECT w.n - 1, r.value_double, r.value_bigint, r.value_bool, r.value_text "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamp[]) WITH ORDINALITY AS w (org_id, sensor_id, at, n) "
        "JOIN tsd.reading r ON r.org_id = w.org_id AND r.sensor_id = w.sensor_id AND r.ts = w.at AT TIME ZONE 'UTC'",
        org_ids,
        sensor_ids,
        times,
    )
    return {row: next(value for value in values if value is not None) for row, *values in found}


async def _copy(connection: Connection, rows: Rows, chosen: Positions) -> None:
    if not len(chosen):
        return
    source = copied(rows if len(chosen) == len(rows) else rows.take(chosen))
    await connection.copy_to_table(
        "reading",
        schema_name="tsd",
        columns=COLUMNS,
        source=memoryview(source),  # type: ignore[arg-type] # a buffer is sent as it is; bytes would be a path
        format="binary",
    )


async def _insert(connection: Connection, rows: Rows, chosen: Positions) -> Flags:
    """Store those of the chosen rows whose key is new; says which."""
    is_fresh = np.ones(len(chosen), bool)
    if not len(chosen):
        return is_fresh
    columns = arguments(rows.take(chosen))
    stored = await connection.fetch(_INSERT, *columns)
    if len(stored) < len(chosen):
        keys = {tuple(row) for row in stored}
        is_fresh[:] = [key in keys for key in zip(columns[1], columns[2], strict=True)]
    return is_fresh


async def _describe(connection: Connection, rows: Rows, is_fresh: Flags) -> None:
    described = [row for row in rows.metadata if is_fresh[row]]
    if not described:
        return
    at = np.array(sorted(described))
    org_ids, sensor_ids, times, *_ = arguments(rows.take(at))
    await connection.execute(
        "INSERT INTO tsd.reading_metadata (org_id, sensor_id, ts, metadata) "
        "SELECT org_id, sensor_id, ts AT TIME ZONE 'UTC', metadata "
        "FROM unnest($1::uuid[], $2::uuid[], $3::timestamp[], $4::text[]::jsonb[]) "
        "AS m (org_id, sensor_id, ts, metadata)",
        org_ids,
        sensor_ids,
        times,
        [rows.metadata[row] for row in at.tolist()],
    )


async def _renew_latest(connection: Connection, rows: Rows, fresh: Positions) -> None:
    """The newest of each sensor's fresh rows: its last one, since they are sorted. The database compares."""
    if len(fresh):
        await connection.execute(_LATEST, *arguments(rows.take(last_of_each(rows, fresh))))


def last_of_each(rows: Rows, chosen: Positions) -> Positions:
    """Of the chosen rows, in order, the newest of each sensor."""
    sensor = rows.sensor[chosen]
    is_last = np.ones(len(chosen), bool)
    is_last[:-1] = sensor[1:] != sensor[:-1]
    last: Positions = chosen[is_last]
    return last


async def _log_late(connection: Connection, rows: Rows, fresh: Positions, log_below: datetime) -> None:
    """What is stored behind the rollups' mark makes their buckets stale: a span for each quarter of an hour."""
    late = fresh[rows.ts[fresh] < microseconds(log_below)]
    if not len(late):
        return
    bucket = rows.ts[late] // LATE_RANGE_MICROSECONDS
    is_last = np.append((np.diff(bucket) != 0) | (np.diff(rows.sensor[late]) != 0), True)
    spans = rows.take(late[is_last])
    org_ids, sensor_ids, times, *_ = arguments(spans)
    aware = [at.replace(tzinfo=UTC) for at in times]
    await rollups.log_ranges(connection, log_below, org_ids, sensor_ids, aware, aware)
