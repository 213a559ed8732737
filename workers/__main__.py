"""`python -m workers`: the worker process."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import cast

import msgspec
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from app.core.logs import configure_logs
from app.settings import PREFIX, Settings, SettingsError
from app.standalone.lifeline import watch_lifeline
from db.engine import open_ingest_pool, open_owner_pool
from workers.health import keep_health
from workers.housekeeping import keep_house
from workers.partitions import make_partitions
from workers.rollups import keeping_rollups

JOB_SECONDS = 60
NIGHT_SECONDS = 4 * 3600


async def run(settings: Settings) -> None:
    """Work until SIGTERM, which arq answers by handing unfinished jobs back."""
    if settings.owner_database_url is None:
        raise SettingsError(
            f"{PREFIX}OWNER_DATABASE_URL is missing: the worker maintains the readings' tables"
        )
    async with (
        open_ingest_pool(settings.ingest_database_url, pool_size=2) as pool,
        open_owner_pool(settings.owner_database_url) as refresh_pool,
        open_owner_pool(settings.owner_database_url, lock_timeout_seconds=60) as owner_pool,
        keeping_rollups(refresh_pool, settle=timedelta(seconds=settings.rollup_settle_seconds)),
    ):
        worker = Worker(
            cron_jobs=[
                cron(
                    cast(WorkerCoroutine, make_partitions), minute=7, run_at_startup=True, timeout=JOB_SECONDS
                ),
                cron(cast(WorkerCoroutine, keep_house), hour=2, minute=17, timeout=NIGHT_SECONDS),
                cron(cast(WorkerCoroutine, keep_health), minute=17, run_at_startup=True, timeout=JOB_SECONDS),
            ],
            redis_settings=redis_settings(settings.redis_url),
            ctx={"pool": pool, "owner_pool": owner_pool, "settings": settings},
            job_timeout=JOB_SECONDS,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
        )
        try:
            with contextlib.suppress(asyncio.CancelledError):  # how arq ends after a signal
                await worker.async_run()
        finally:
            await worker.close()


def redis_settings(url: str) -> RedisSettings:
    """arq's own parser takes a Unix socket's path as the database's number."""
    if url.startswith("unix://"):
        return RedisSettings(unix_socket_path=url.removeprefix("unix://"))
    return RedisSettings.from_dsn(url)


def main() -> None:
    watch_lifeline()
    settings = Settings.from_environment()
    configure_logs(settings, "worker")
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
