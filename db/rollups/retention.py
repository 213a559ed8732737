"""Keeping the readings' tables in order, as iot_owner: retention, deletion, packed keys, and how things stand.

Everything here may be stopped at any moment and run again, by any number of workers.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from db.connections.types import Connection, Pool
from db.readings.backend import Backend, backend, extension

DELETED_AT_ONCE = 20_000  # readings in a transaction: a fraction of a second
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00Z")
_TIERS = ("tsd.rollup_1m", "tsd.rollup_15m", "tsd.rollup_1h", "tsd.rollup_1d")


async def delete_readings(
    pool: Pool,
    org_id: UUID,
    start: datetime,
    end: datetime,
    *,
    sensor_id: UUID | None = None,
    is_retention: bool = False,
) -> int:
    """Delete the readings in [start, end) of an organization, or of one sensor, from everywhere; how many.

    Rollups, statistics and the latest values agree after each of its transactions. Where readings are past the
    platform's retention already, the rollups that touch the range are deleted whole.
    Alerts that rested on them are refuted, but for what retention takes.
    """
    deleted = 0
    for day in await _days(pool, start, end):
        low = max(start, _midnight(day))
        high = min(end, _midnight(day) + timedelta(days=1))
        while count := await pool.fetchval(
            "SELECT tsd.delete_readings($1, $2, $3, $4, $5, $6)",
            org_id,
            sensor_id,
            low,
            high,
            DELETED_AT_ONCE,
            is_retention,
        ):
            deleted += count
    await pool.execute("SELECT tsd.mend_latest($1, $2, $3, $4)", org_id, sensor_id, start, end)
    await pool.execute("SELECT tsd.delete_rollups($1, $2, $3, $4)", org_id, sensor_id, start, end)
    return deleted


async def delete_days_before(pool: Pool, org_id: UUID, before: date) -> int:
    """Delete an organization's readings of the days (UTC) before this one; how many."""
    return await delete_readings(pool, org_id, BEGINNING, _midnight(before), is_retention=True)


async def drop_old_days(pool: Pool, *, before: date) -> list[date]:
    """Drop the partitions of the days before this one, once their rollups are finished; which were dropped.

    DETACH … CONCURRENTLY keeps nobody from reading or writing, and is finished here where it was cut short.
    """
    is_partitioned = await backend(pool) is Backend.PLAIN
    if is_partitioned:
        await _forget_detached(pool)
    old = [day for day in await _days(pool, BEGINNING, _midnight(before)) if day < before]
    if not old or not await pool.fetchval("SELECT tsd.retire_readings($1)", before):
        return []
    if is_partitioned:
        for day in old:
            await pool.execute(
                f"ALTER TABLE tsd.reading DETACH PARTITION {_table(day)} CONCURRENTLY"
            )
            await pool.execute(f"DROP TABLE {_table(day)}")
    else:
        await _drop_chunks(pool, "tsd.reading", _midnight(before))
    await _expire(pool, "tsd.reading_metadata", "ts", _midnight(before))
    return old


async def drop_old_rollups(pool: Pool, *, before: date) -> int:
    """Delete the buckets of every tier that are older; how many. Of a continuous aggregate, whole chunks of them."""
    if await backend(pool) is not Backend.TIMESCALE:
        return sum([await _expire(pool, table, "bucket", _midnight(before)) for table in _TIERS])
    minutes, *aggregates = _TIERS
    dropped = [await _drop_chunks(pool, aggregate, _midnight(before)) for aggregate in aggregates]
    return await _expire(pool, minutes, "bucket", _midnight(before)) + sum(dropped)


async def reindex_closed_days(pool: Pool, *, before: date) -> list[date]:
    """Build the keys of days that are over anew, without locking them: 43 % smaller. Which were done.

    On partitions alone: what TimescaleDB turns into columns has no such key.
    """
    if await backend(pool) is not Backend.PLAIN:
        return []
    for row in await pool.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
        "WHERE c.relnamespace = 'tsd_chunks'::regnamespace AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)\\d*$'"
    ):  # left behind where this was cut short
        await pool.execute(f"DROP INDEX {row['name']}")
    days = await pool.fetch(
        "SELECT day FROM tsd.partition LEFT JOIN tsd.packed_day d USING (day) "
        "WHERE d.day IS NULL AND day < $1 AND NOT is_leaving ORDER BY day",
        before,
    )
    for (day,) in days:
        await pool.execute(f"REINDEX INDEX CONCURRENTLY {_table(day)}_pkey")
        await pool.execute(
            "INSERT INTO tsd.packed_day (day) VALUES ($1) ON CONFLICT DO NOTHING", day
        )
    await pool.execute(
        "DELETE FROM tsd.packed_day WHERE day NOT IN (SELECT day FROM tsd.partition)"
    )
    return [row["day"] for row in days]


async def health(connection: Connection | Pool) -> dict[str, Any]:
    """How the time-series core is doing, asked as `app` (see tsd.health); no word about any tenant."""
    found: dict[str, Any] = msgspec.json.decode(
        await connection.fetchval("SELECT api.timeseries_health()::text")
    )
    return found


async def tenants_over_retention(connection: Connection | Pool) -> int:
    """How many organizations still have readings more than a day older than they want. Not for every minute."""
    return int(await connection.fetchval("SELECT api.tenants_over_retention()"))


async def _forget_detached(pool: Pool) -> None:
    """Finish what was detached or dropped half, before whoever reads it can meet it."""
    for row in await pool.fetch("SELECT name::text AS name FROM tsd.partition WHERE is_leaving"):
        await pool.execute(f"ALTER TABLE tsd.reading DETACH PARTITION {row['name']} FINALIZE")
    loose = await pool.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class c "
        "WHERE c.relnamespace = 'tsd_chunks'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition "
        "AND to_date(substring(c.relname FROM '[0-9]{8}$'), 'YYYYMMDD') "
        "  < (SELECT raw_from FROM tsd.retention_mark)"
    )
    for row in loose:
        await pool.execute(f"DROP TABLE {row['name']}")


async def _drop_chunks(pool: Pool, hypertable: str, before: datetime) -> int:
    """Of a hypertable or continuous aggregate, the chunks that lie wholly before; how many."""
    drop_chunks = f"{await extension(pool)}.drop_chunks"
    dropped = await pool.fetch(
        f"SELECT {drop_chunks}($1::text::regclass, older_than => $2::timestamptz)",
        hypertable,
        before,
    )
    return len(dropped)


async def _days(pool: Pool, start: datetime, end: datetime) -> list[date]:
    """The days with a partition that overlap [start, end), oldest first."""
    rows = await pool.fetch(
        "SELECT day FROM tsd.partition WHERE NOT is_leaving AND day >= ($1::timestamptz AT TIME ZONE 'UTC')::date "
        "AND day < $2::timestamptz AT TIME ZONE 'UTC' ORDER BY day",
        start,
        end,
    )
    return [row["day"] for row in rows]


async def _expire(pool: Pool, table: str, column: str, before: datetime) -> int:
    expired = 0
    while count := await pool.fetchval(
        "SELECT tsd.expire($1::text::regclass, $2, $3, $4)", table, column, before, DELETED_AT_ONCE
    ):
        expired += count
    return expired


def _table(day: date) -> str:
    return f"tsd_chunks.reading_{day:%Y%m%d}"


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00Z")
