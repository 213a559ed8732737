"""What keeps rollups exact, from the writers' side and from the refresh job's.

Each tier has two marks (tsd.rollup_watermark). The invalidation threshold moves first, under the
exclusive lock, so that every writer that is still open knows it; the watermark moves in the
transaction that writes the buckets. Rows at or beyond the threshold write nothing but themselves.
Rows behind it leave an entry in tsd.invalidation, committed with them, and readers leave the buckets
that an entry touches aside until a repair has written them anew. A writer begins with tsd.begin_write;
tsd.store_readings logs what is late, in the same transaction.

The job is three steps, each safe to run at any time, by any number of workers, and to be killed in:
`move_invalidation_threshold`, `materialise`, `repair`. Between any two of them every answer is exact;
the job makes answers faster, not truer. On continuous aggregates (db/rollups/continuous.py) the last
two are several transactions, not one.

          materialised                 watermark     threshold                     now
    ──────────────────────────────────────┼─────────────┼───────────────────────────┼──
    late here: an entry in invalidation   │  late here: │  new rows, rollups know
    readers: the tier, but for the        │  an entry   │  nothing of them yet
    buckets of an entry                   │  readers: the readings themselves

What was left, and why
- Upserting rollups beside every COPY: exact, too, at 0.4 of the rate instead of 1.4.
- One mark: a writer that is still open when it moves would be missed, or every reader waits for it.
- Marking whole sensors stale: a device that is late by a minute would have a year made anew.
- TimescaleDB's own real-time aggregates: they hide what is late until a refresh; here the readings
  are asked for what a tier can't answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from db.connections.types import Connection
from db.readings.backend import Backend, backend
from db.rollups import continuous

# Whole: a tier's table, the one that it is made from, its width. Quarters are made from the readings.
_COARSE = (
    ("tsd.rollup_1h", "tsd.rollup_15m", timedelta(hours=1)),
    ("tsd.rollup_1d", "tsd.rollup_1h", timedelta(days=1)),
)


class Span(NamedTuple):
    """A stretch of time that is materialised at once; empty when everything settled is."""

    start: datetime
    end: datetime


async def move_invalidation_threshold(connection: Connection, *, settle: timedelta) -> bool:
    """Step 1, a transaction: writers log from now on what lies further behind than `settle`. Whether
    the threshold moved.

    Waits for open writers, and makes new ones wait: give the connection a short lock_timeout.
    """
    return bool(
        await connection.fetchval(
            "SELECT tsd.move_invalidation_threshold(clock_timestamp() - $1::interval)", settle
        )
    )


async def materialise(connection: Connection, *, longest: timedelta) -> Span | None:
    """Step 2, a transaction: write the buckets of at most `longest` of what has settled.

    The span that was written; None when there was nothing to do or another worker is at it.
    """
    if await backend(connection) is Backend.TIMESCALE:
        span = await continuous.materialise(connection, longest=longest)
        return None if span is None else Span(*span)
    async with connection.transaction():
        if not await begin_refresh(connection):
            return None
        span = await next_span(connection, longest)
        if span.start < span.end:
            await write_quarters(connection, span)
        return span if await finish_span(connection, span) else None


async def repair(connection: Connection, *, buckets: int) -> int:
    """Step 3, a transaction: write anew about so many stale buckets of 15 minutes and what is made from them.

    How many entries of the log that settled; 0 when there are none or another worker is at it.
    """
    if await backend(connection) is Backend.TIMESCALE:
        return await continuous.repair(connection, buckets=buckets)
    async with connection.transaction():
        if not await begin_refresh(connection):
            return 0
        ids = await next_invalidations(connection, buckets)
        if ids:
            await repair_quarters(connection, ids)
            await repair_coarse(connection, ids)
            await forget_invalidations(connection, ids)
        return len(ids)


async def begin_refresh(connection: Connection) -> bool:
    """Take the job's lock to the transaction's end; False when another worker has it."""
    return bool(await connection.fetchval("SELECT tsd.begin_refresh()"))


async def next_span(connection: Connection, longest: timedelta) -> Span:
    row = await connection.fetchrow("SELECT span_from, span_to FROM tsd.next_span($1)", longest)
    assert row is not None  # noqa: S101 - a function with OUT columns returns exactly one row
    return Span(*row)


async def write_quarters(connection: Connection, span: Span) -> int:
    """Write the buckets of 15 minutes, and of one where readings are dense. How many readings they hold."""
    return int(await connection.fetchval("SELECT tsd.write_quarters($1, $2)", *span))


async def finish_span(connection: Connection, span: Span) -> bool:
    """Write the hours and days that the span completes and move the marks. Whether they moved."""
    return bool(await connection.fetchval("SELECT tsd.finish_span($1)", span.end))


async def next_invalidations(connection: Connection, buckets: int) -> list[int]:
    """The oldest entries of the log, by id, for about so many buckets of 15 minutes; at least one if there is any."""
    return list(await connection.fetchval("SELECT tsd.next_invalidations($1)", buckets))


async def repair_quarters(connection: Connection, ids: Sequence[int]) -> None:
    await connection.execute("SELECT tsd.repair_quarters($1::bigint[])", ids)


async def repair_coarse(connection: Connection, ids: Sequence[int]) -> None:
    for table, source, width in _COARSE:
        await connection.execute(
            "SELECT tsd.repair_buckets($1::bigint[], $2::text::regclass, $3::text::regclass, $4)",
            ids,
            table,
            source,
            width,
        )


async def forget_invalidations(connection: Connection, ids: Sequence[int]) -> None:
    """The entries have been read and repaired; those that came meanwhile stay."""
    await connection.execute("SELECT tsd.forget_invalidations($1::bigint[])", ids)
