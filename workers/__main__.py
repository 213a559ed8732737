"""`python -m workers`: the worker process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

import msgspec
from arq import cron
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from app.core.logs import configure_logs
from app.settings import Settings
from app.standalone.lifeline import watch_lifeline
from db.engine import open_ingest_pool
from workers.partitions import make_partitions

JOB_SECONDS = 60


async def run(settings: Settings) -> None:
    """Work until SIGTERM, which arq answers by handing unfinished jobs back."""
    async with open_ingest_pool(settings.ingest_database_url, pool_size=2) as pool:
        worker = Worker(
            cron_jobs=[
                cron(
                    cast(WorkerCoroutine, make_partitions), minute=7, run_at_startup=True, timeout=JOB_SECONDS
                )
            ],
            redis_settings=redis_settings(settings.redis_url),
            ctx={"pool": pool, "settings": settings},
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
