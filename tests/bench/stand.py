"""The test stand: a platform of the bench's own, its database from behind, and the fleet that sends."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from db.rollups import refresh as rollups
from tests.bench.fleet import BEGIN_BEFORE, Tenant, Timeline
from tests.bench.sizes import Sizes
from tests.make.platform import RunningPlatform
from tests.make.rollups import TIERS


class ReadingsLost(Exception):
    """The database holds another number of readings than was acknowledged."""


@dataclass
class Stand:
    platform: RunningPlatform
    sizes: Sizes
    tenants: list[Tenant]
    timeline: Timeline
    admin: asyncpg.Connection[asyncpg.Record]
    """As superuser: empties tables, asks for processes."""
    ingest: asyncpg.Connection[asyncpg.Record]
    """As iot_ingest, the role that writes readings."""

    async def clear(self) -> None:
        """Take all readings away, and leave no dirty pages behind that the next run would pay for."""
        # One by one: a continuous aggregate is emptied by itself.
        for name in ("reading", "reading_metadata", "latest", "invalidation", *TIERS):
            await self.admin.execute(f"TRUNCATE tsd.{name}")
        await self.admin.execute(
            "UPDATE tsd.rollup_watermark SET invalidation_threshold = DEFAULT, watermark = DEFAULT"
        )
        await self.admin.execute("CHECKPOINT")

    async def check_stored(self, acknowledged: int) -> None:
        """Raises ReadingsLost unless exactly what was acknowledged since `clear` is there."""
        stored = await self.admin.fetchval("SELECT count(*) FROM tsd.reading")
        if stored != acknowledged:
            raise ReadingsLost(f"{acknowledged} readings were acknowledged, {stored} are stored")


@contextlib.asynccontextmanager
async def opened(
    platform: RunningPlatform, sizes: Sizes, tenants: list[Tenant]
) -> AsyncIterator[Stand]:
    urls = platform.secret_urls()
    admin = await asyncpg.connect(urls["admin_database_url"])
    ingest = await asyncpg.connect(urls["ingest_database_url"], server_settings={"timezone": "UTC"})
    try:
        stand = Stand(platform, sizes, tenants, Timeline.begin(), admin, ingest)
        begin = stand.timeline.now
        days = [(begin + timedelta(days=number)).date() for number in range(BEGIN_BEFORE.days + 2)]
        await ingest.execute("SELECT tsd.ensure_partitions($1::date[])", days)
        yield stand
    finally:
        await admin.close()
        await ingest.close()


@contextlib.asynccontextmanager
async def caught_up(stand: Stand) -> AsyncIterator[None]:
    """While the block runs everything is materialised, and the worker rests: marks of the bench are far behind."""
    worker = stand.platform.program("worker")
    owner = await asyncpg.connect(stand.platform.secret_urls()["owner_database_url"])
    try:
        worker.suspend()
        await rollups.move_invalidation_threshold(owner, settle=timedelta(minutes=1))
        while await rollups.materialise(owner, longest=timedelta(days=1)):
            pass
        await stand.admin.execute("VACUUM (ANALYZE)")
        yield
    finally:
        await owner.close()
        worker.resume()
