"""The hot SQL of the write path, as iot_ingest: rows that the pipeline has identified and validated
go in.

What is newer than all that its sensor has can't be a duplicate: where there is much of it, it goes
by COPY. The rest goes with one statement, tsd.store_readings. Each is sorted by key, so that
writers who deliver the same rows at once meet without a deadlock. Only where each takes for new
what the other takes for late may one of them be its victim: the inbox tries again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import numpy as np

from db.connections.transactions import commit, roll_back
from db.connections.types import Connection, Pool, mark_clean
from db.readings.columns import Flags, Integers, Positions, StorableRows, Value, arguments
from db.readings.pgcopy import encode
from db.statements import in_statements

COLUMNS = ("org_id", "sensor_id", "ts", "value_double", "value_bigint", "value_bool", "value_text")
# Below it one statement is cheaper than COPY, which takes two round trips more.
COPY_FROM_ROWS = 200
# How finely late rows are told to the rollups: nearer ones of a sensor make one range.
LATE_RANGE_MICROSECONDS = 15 * 60 * 1_000_000

# The first statement of a transaction that stores or deletes readings, READ COMMITTED, or it is
# refused: it keeps what is late from being missed (db/rollups/refresh.py).
BEGIN_WRITE = "SELECT tsd.begin_write()"
_BEGIN = f"BEGIN; {BEGIN_WRITE}"  # in one round trip
_STORE = "SELECT * FROM tsd.store_readings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"


# Of an error: alerting has to look at the readings, in the transaction that stores them.
LOOK_NEEDED = "HF001"


class StoreResult(NamedTuple):
    """Which rows were new, and by row the values that existed already at the keys of the others.

    `watched` is what the sensors that alert rules watch wait for, as tsd.store_readings tells it;
    empty where there are none.
    """

    is_new: Flags
    existing: dict[int, Value]
    watched: bytes = b""


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A transaction that stores readings; commits when the block ends without an error."""
    async with pool.acquire() as connection:
        try:
            await connection.execute(_BEGIN)
            yield connection
            await commit(connection)
        except BaseException:
            await roll_back(connection)
            raise


async def commit_something(pool: Pool) -> None:
    """As readings are committed, but none: raises where the database doesn't take any now."""
    async with transaction(pool) as connection:
        await connection.execute("SELECT pg_current_xact_id()")


async def store_alone(pool: Pool, rows: StorableRows, *, newest: Integers) -> StoreResult:
    """Store few rows in a transaction of their own, in one round trip.

    Raises asyncpg.UniqueViolationError where `store_new` does, and where another value stands at a
    row's key; and an error of SQLSTATE LOOK_NEEDED. Nothing is stored then.
    """
    # All in one way: two inserts in a transaction would not be in one order.
    is_ahead = bool((rows.ts > newest[rows.sensor]).all())
    async with pool.acquire() as connection:
        stored = await _store(connection, rows, is_ahead=is_ahead, is_alone=True)
        mark_clean(connection)
    return stored


async def store_new(
    connection: Connection, rows: StorableRows, *, newest: Integers, is_trusted: bool
) -> StoreResult:
    """Store the rows whose key is new, and the newest of each sensor.

    `newest` is the time (µs) of each sensor's newest committed reading as far as is known. Where it
    is behind the truth, asyncpg.UniqueViolationError may be raised: nothing is lost but the
    transaction, to be done again with `newest` not trusted.
    """
    if not len(rows):
        return StoreResult(np.zeros(0, bool), {})
    ahead = np.flatnonzero(rows.ts > newest[rows.sensor])
    if not is_trusted or len(ahead) < COPY_FROM_ROWS:
        stored = await _store(connection, rows)
    else:
        await _copy(connection, rows, ahead)
        stored = await _store_rest(connection, rows, ahead)
    await _describe(connection, rows, stored.is_new)
    return stored


async def _copy(connection: Connection, rows: StorableRows, chosen: Positions) -> None:
    source = encode(rows if len(chosen) == len(rows) else rows.take(chosen))
    await connection.copy_to_table(
        "reading",
        schema_name="tsd",
        columns=COLUMNS,
        source=memoryview(source),  # type: ignore[arg-type] # a buffer is sent as it is; bytes would be a path
        format="binary",
    )


async def _store_rest(connection: Connection, rows: StorableRows, copied: Positions) -> StoreResult:
    """Store the rows that were not copied, and what COPY leaves to do of the others."""
    is_copied = np.zeros(len(rows), bool)
    is_copied[copied] = True
    given = np.sort(np.concatenate([np.flatnonzero(~is_copied), _last_of_each_range(rows, copied)]))
    stored = await _store(connection, rows.take(given), is_copied[given].tolist())
    is_new = np.ones(len(rows), bool)
    is_new[given[list(stored.existing)]] = False
    existing = {int(given[at]): value for at, value in stored.existing.items()}
    return StoreResult(is_new, existing, stored.watched)


async def _store(
    connection: Connection,
    rows: StorableRows,
    is_copied: Sequence[bool] = (),
    *,
    is_ahead: bool = False,
    is_alone: bool = False,
) -> StoreResult:
    is_last = rows.sensor[1:] != rows.sensor[:-1]
    found = await connection.fetch(
        _STORE,
        *arguments(rows),
        is_copied,
        [] if is_last.all() else [*is_last.tolist(), True],
        is_ahead,
        is_alone,
    )
    watched = b""
    existing: dict[int, Value] = {}
    for at, *values, told in found:
        if at < 0:
            watched = told
        else:
            existing[at] = next(value for value in values if value is not None)
    is_new = np.ones(len(rows), bool)
    is_new[list(existing)] = False
    return StoreResult(is_new, existing, watched)


async def _describe(connection: Connection, rows: StorableRows, is_new: Flags) -> None:
    described = sorted(row for row in rows.metadata if is_new[row])
    encoded = ((row, rows.metadata[row].decode()) for row in described)
    for piece in in_statements(encoded, size_of=lambda each: len(each[1])):
        org_ids, sensor_ids, times, *_ = arguments(rows.take(np.array([row for row, _ in piece])))
        await connection.execute(
            "INSERT INTO tsd.reading_metadata (org_id, sensor_id, ts, metadata) "
            "SELECT org_id, sensor_id, to_timestamp(ts), metadata "
            "FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::text[]::jsonb[]) "
            "AS m (org_id, sensor_id, ts, metadata)",
            org_ids,
            sensor_ids,
            times,
            [text for _, text in piece],
        )


def last_of_each(rows: StorableRows) -> Positions:
    """The newest row of each sensor."""
    is_last = np.ones(len(rows), bool)
    is_last[:-1] = rows.sensor[1:] != rows.sensor[:-1]
    return np.flatnonzero(is_last)


def _last_of_each_range(rows: StorableRows, chosen: Positions) -> Positions:
    """Of the chosen rows, in order, the newest of each sensor in each quarter of an hour."""
    sensor, quarter = rows.sensor[chosen], rows.ts[chosen] // LATE_RANGE_MICROSECONDS
    is_last = np.ones(len(chosen), bool)
    is_last[:-1] = (sensor[1:] != sensor[:-1]) | (quarter[1:] != quarter[:-1])
    last: Positions = chosen[is_last]
    return last
