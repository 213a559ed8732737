"""The days that readings are stored in, as iot_ingest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date

import asyncpg

from db.connections.types import Pool


async def ensure_partitions(pool: Pool, days: Iterable[date]) -> None:
    """Make the day partitions that are missing, in transactions of their own: never inside a batch's."""
    wanted = list(days)
    while True:
        # Who waited for another's lock may still not see what that one made.
        with contextlib.suppress(asyncpg.DuplicateTableError):
            await pool.execute("SELECT tsd.ensure_partitions($1::date[])", wanted)
            return
