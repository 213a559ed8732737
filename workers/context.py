"""What every job and every scheduled task is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.core.keys import Keys
from app.core.objects import ObjectStore, open_objects
from app.settings import Settings
from db.connections.pools import open_ingest_pool, open_owner_pool
from db.connections.sessions import Database, open_database
from db.connections.types import Pool


@dataclass(frozen=True)
class WorkerContext:
    settings: Settings
    database: Database
    """As role `app`: a job works in its tenant's transactions, behind the same wall as a request.
    """
    pool: Pool
    """As iot_ingest, for what serves all tenants: the state of jobs, partitions. Never a tenant's
    data."""
    owner_pool: Pool
    """As iot_owner: rollups, retention, the maintenance of the readings' tables."""
    objects: ObjectStore
    keys: Keys


@asynccontextmanager
async def open_worker_context(settings: Settings, owner_url: str) -> AsyncIterator[WorkerContext]:
    keys = Keys.of(settings.security)
    async with (
        open_database(
            settings.database.url,
            pool_size=settings.database.pool_size,
            statement_timeout_seconds=settings.database.statement_timeout_seconds,
        ) as database,
        open_ingest_pool(settings.database.ingest_url, pool_size=4) as pool,
        open_owner_pool(owner_url, lock_timeout_seconds=60) as owner_pool,
        open_objects(settings, keys) as objects,
    ):
        yield WorkerContext(settings, database, pool, owner_pool, objects, keys)
