"""Advisory locks that say which process plays a part of which there may be only one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from db.connections.background import Loop, Turns, in_background
from db.connections.lasting import LONGEST_TURN_SECONDS, keep_connected
from db.connections.types import Connection, Pool

if TYPE_CHECKING:
    from db.connections.lasting import Kept

# Two numbers make a key: ours, and one for each part.
_OURS = 0x686F6C64
BROKER = 1
# Held by transactions: shared by writers of readings, and whole by who moves the rollups' threshold (tsd.begin_write).
WRITES = 2
REFRESH = 3


@contextlib.asynccontextmanager
async def holding(url: str, part: int) -> AsyncIterator[None]:
    """Wait until nobody else plays this part, and play it while the block runs.

    The lock lives as long as a connection; when the database was away it is taken again.
    """
    held = asyncio.Event()

    async def hold(turns: Turns) -> None:
        async def take(connection: Kept) -> None:
            turns.rest()  # another may play it for as long as it likes
            await connection.execute("SELECT pg_advisory_lock($1, $2)", _OURS, part)

        await keep_connected(url, "holdfast lock", take, held.set, turns)

    async with in_background(Loop(f"lock {part}", hold, LONGEST_TURN_SECONDS)):
        await held.wait()
        yield


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
