"""What a reading takes on disk, before and after its chunk has become columns."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from db.readings.backend import Backend, backend
from tests.bench.fleet import STEP, value
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand
from tests.bench.yardstick import COLUMNS
from tests.make.chunks import columnstore_everything

NAME = "columnstore-bytes"
DAY = timedelta(days=1)
_BYTES = "SELECT public.hypertable_size('tsd.reading')"


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        if await backend(stand.admin) is not Backend.TIMESCALE:
            yield [_pair(None, None, skipped="needs --timescale, and its community licence")]
            return
        owner = await asyncpg.connect(stand.platform.secret_urls()["owner_database_url"])
        try:
            yield [_pair(_columns(stand, owner), _rows(stand, owner))]
        finally:
            await owner.close()

    return Topic([NAME], 1, pairs)  # sizes don't vary


def _pair(measure: Measure | None, limit: Measure | None, skipped: str | None = None) -> Pair:
    return Pair(
        NAME, "A reading as columns", "bytes", measure, "as a row, with its key", limit,
        is_lower_better=True, skipped=skipped,
    )  # fmt: skip


def _rows(stand: Stand, owner: asyncpg.Connection[asyncpg.Record]) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - 10 * DAY
        steps = DAY // STEP
        for _ in range(max(1, stand.sizes.yardstick_readings // steps)):
            org_id, sensor = uuid4(), uuid4()
            day = [(org_id, sensor, start + step * STEP, value()) for step in range(steps)]
            await stand.ingest.copy_records_to_table(
                "reading", schema_name="tsd", columns=COLUMNS, records=day
            )
        return await _bytes(owner)

    return measure


def _columns(stand: Stand, owner: asyncpg.Connection[asyncpg.Record]) -> Measure:
    async def measure() -> Run:
        await columnstore_everything(owner)
        return await _bytes(owner)

    return measure


async def _bytes(owner: asyncpg.Connection[asyncpg.Record]) -> Run:
    readings = await owner.fetchval("SELECT count(*) FROM tsd.reading")
    return Run(await owner.fetchval(_BYTES) / readings)
