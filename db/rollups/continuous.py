"""The refresh job's steps where the rollups are continuous aggregates; db/rollups/refresh.py calls them.

TimescaleDB refreshes in transactions of its own, so a step is several of them here, and their order makes it exact: the
mark moves, and the entries that call buckets stale go, after these are written. Who asks in between reads readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from db.connections.locks import REFRESH, trying
from db.connections.types import Connection
from db.readings.backend import extension


class Refresh(NamedTuple):
    """Whole buckets of a continuous aggregate: [start, end)."""

    aggregate: str
    start: datetime
    end: datetime


async def materialise(
    connection: Connection, *, longest: timedelta
) -> tuple[datetime, datetime] | None:
    """Step 2: refresh what has settled since, at most `longest` of it; the span, None when there was nothing to do."""
    async with trying(connection, REFRESH) as is_ours:
        if not is_ours:
            return None
        start, end = await next_span(connection, longest)
        for settled in await next_refreshes(connection, start, end):
            await refresh(connection, settled)
        await write_minutes(connection, start, end)
        return (start, end) if await move_watermarks(connection, end) else None


async def repair(connection: Connection, *, buckets: int) -> int:
    """Step 3: refresh exactly what about so many stale buckets of 15 minutes touch; how many entries that settled."""
    async with trying(connection, REFRESH) as is_ours:
        if not is_ours:
            return 0
        ids = await next_invalidations(connection, buckets)
        for stale in await stale_refreshes(connection, ids):
            await refresh(connection, stale)
            if stale.aggregate == FINEST:
                await write_minutes(connection, stale.start, stale.end)
        await forget_invalidations(connection, ids)
        return len(ids)


FINEST = "tsd.rollup_15m"


async def next_span(connection: Connection, longest: timedelta) -> tuple[datetime, datetime]:
    row = await connection.fetchrow("SELECT span_from, span_to FROM tsd.next_span($1)", longest)
    assert row is not None  # noqa: S101 - a function with OUT columns returns exactly one row
    return row["span_from"], row["span_to"]


async def next_refreshes(connection: Connection, start: datetime, end: datetime) -> list[Refresh]:
    """What the span completes of each tier, coarser ones last."""
    rows = await connection.fetch(
        "SELECT tier, start_at, end_at FROM tsd.next_refreshes($1, $2)", start, end
    )
    return [Refresh(*row) for row in rows]


async def stale_refreshes(connection: Connection, ids: Sequence[int]) -> list[Refresh]:
    """What these entries of the log make stale of each tier, coarser ones last."""
    rows = await connection.fetch(
        "SELECT tier, start_at, end_at FROM tsd.stale_refreshes($1::bigint[])", ids
    )
    return [Refresh(*row) for row in rows]


async def refresh(connection: Connection, what: Refresh) -> None:
    """Outside of a transaction. Forced: our marks and our log say what is to be written, and TimescaleDB's own log, which
    knows nothing of them, isn't asked whether it agrees."""
    procedure = f"{await extension(connection)}.refresh_continuous_aggregate"
    await connection.execute(
        f"CALL {procedure}($1::text::regclass, $2::timestamptz, $3::timestamptz, force => true)",
        what.aggregate,
        what.start,
        what.end,
    )


async def write_minutes(connection: Connection, start: datetime, end: datetime) -> None:
    """Write the minutes of the dense quarters in [start, end), which are refreshed."""
    await connection.execute("SELECT tsd.write_minutes($1, $2)", start, end)


async def move_watermarks(connection: Connection, end: datetime) -> bool:
    return bool(await connection.fetchval("SELECT tsd.move_watermarks($1)", end))


async def next_invalidations(connection: Connection, buckets: int) -> list[int]:
    return list(await connection.fetchval("SELECT tsd.next_invalidations($1)", buckets))


async def forget_invalidations(connection: Connection, ids: Sequence[int]) -> None:
    await connection.execute("SELECT tsd.forget_invalidations($1::bigint[])", ids)
