"""Advisory locks that say which process plays a part of which there may be only one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import structlog

from db.connections.types import Connection, Pool

log = structlog.get_logger()

# Two numbers make a key: ours, and one for each part.
_OURS = 0x686F6C64
BROKER = 1
# Held by transactions: shared by writers of readings, and whole by who moves the rollups' threshold (tsd.begin_write).
WRITES = 2
REFRESH = 3

RETRY_SECONDS = 0.2


@contextlib.asynccontextmanager
async def holding(url: str, part: int) -> AsyncIterator[None]:
    """Wait until nobody else plays this part, and play it while the block runs.

    The lock lives as long as a connection; when the database was away it is taken again.
    """
    held = asyncio.Event()
    task = asyncio.create_task(_hold(url, part, held))
    try:
        await held.wait()
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _hold(url: str, part: int, held: asyncio.Event) -> None:
    while True:
        try:
            connection = await asyncpg.connect(
                url, timeout=5, server_settings={"application_name": "holdfast lock"}
            )
        except Exception as error:  # of whatever kind: the part must be taken up again
            log.warning("the lock waits for the database", part=part, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
            continue
        lost = asyncio.Event()
        connection.add_termination_listener(lambda *_, lost=lost: lost.set())
        try:
            await connection.execute("SELECT pg_advisory_lock($1, $2)", _OURS, part)
            held.set()
            await lost.wait()
        except Exception as error:
            log.warning("the lock waits for the database", part=part, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        finally:
            connection.terminate()


@contextlib.asynccontextmanager
async def trying(connection: Connection, part: int) -> AsyncIterator[bool]:
    """Play this part while the block runs, over several transactions of the connection; False where another does."""
    is_ours = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _OURS, part))
    try:
        yield is_ours
    finally:
        if is_ours and not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1, $2)", _OURS, part)


async def is_held(pool: Pool, part: int) -> bool:
    return bool(
        await pool.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = $1::bigint::oid AND objid = $2::bigint::oid "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            _OURS,
            part,
        )
    )
