"""The database's clock, without asking it for each reading."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import structlog

from db.connections.background import Loop, Turns, in_background
from db.connections.types import Pool

log = structlog.get_logger()

RESYNCHRONISE_SECONDS = 60


class DatabaseClock:
    """Called, it gives the database's time: several ingest processes then refuse the same readings.

    Between two synchronisations it runs on this machine's monotonic clock, so that setting the wall clock here
    changes nothing.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.monotonic() + self._offset, UTC)

    async def synchronise(self, pool: Pool) -> None:
        before = time.monotonic()
        now = await pool.fetchval("SELECT clock_timestamp()")
        self._offset = now.timestamp() - (before + time.monotonic()) / 2

    @contextlib.asynccontextmanager
    async def running(self, pool: Pool) -> AsyncIterator[None]:
        """Keep synchronised while the block runs."""
        await self.synchronise(pool)

        async def keep(turns: Turns) -> None:
            while True:
                await asyncio.sleep(RESYNCHRONISE_SECONDS)
                try:
                    await self.synchronise(pool)
                except Exception as error:
                    log.warning("the database's clock can't be read", error=type(error).__name__)
                else:
                    turns.next()

        async with in_background(Loop("clock", keep, 3 * RESYNCHRONISE_SECONDS)):
            yield
