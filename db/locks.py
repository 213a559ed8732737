"""Advisory locks that say which process plays a part of which there may be only one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg

from db.types import Pool

# Two numbers make a key: ours, and one for each part.
_OURS = 0x686F6C64
BROKER = 1


@contextlib.asynccontextmanager
async def holding(url: str, part: int) -> AsyncIterator[None]:
    """Wait until nobody else plays this part, and play it. The lock lives as long as this process's connection."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "holdfast lock"})
    try:
        await connection.execute("SELECT pg_advisory_lock($1, $2)", _OURS, part, timeout=None)
        yield
    finally:
        connection.terminate()


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
