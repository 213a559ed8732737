"""arq takes jobs out of one queue and calls the runner; when Valkey was away it goes on by
itself.

The relay of the same process wakes it; of what others have queued it hears when it looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast
from uuid import UUID

import msgspec
import structlog
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.exceptions import RedisError

from db.connections.background import Loop, Turns
from db.queries.jobs import QueuedJob
from workers.queue.arq_queue import RUN, queue_name, redis_settings
from workers.queue.job import WorkerQueue

log = structlog.get_logger()

POLL_SECONDS = 0.1
LONGEST_TURN_SECONDS = 60
RECONNECT_SECONDS = 0.5
# Beyond every job type's own time-out: arq is never the one who ends a job.
ARQ_TIME_OUT_SECONDS = 86_400

# What became of a job is in the database and in our own log; arq would tell it again, with a
# traceback.
logging.getLogger("arq").setLevel(logging.CRITICAL)


def queue_loop(
    redis_url: str,
    queue: WorkerQueue,
    run: Callable[[QueuedJob], Awaitable[None]],
    arrived: asyncio.Event,
) -> Loop:
    """At its end what still runs is cancelled, and waited for. `arrived`: there is a job."""
    consume = partial(_consume, redis_url, queue, run, arrived)
    return Loop(f"queue {queue.name}", consume, LONGEST_TURN_SECONDS)


async def _consume(
    redis_url: str,
    queue: WorkerQueue,
    run: Callable[[QueuedJob], Awaitable[None]],
    arrived: asyncio.Event,
    turns: Turns,
) -> None:
    slots = asyncio.Semaphore(queue.concurrency)
    tasks: set[asyncio.Task[Any]] = set()

    async def run_one(_arq: dict[Any, Any], org_id: str, job_id: str, fence: int) -> None:
        # A worker object that lost Valkey is replaced while its jobs go on: they still count.
        async with slots:
            await run(QueuedJob(UUID(org_id), UUID(job_id), fence))

    try:
        while True:
            worker = _worker(redis_url, queue, cast(WorkerCoroutine, run_one))
            worker.arrived, worker.turns = arrived, turns
            try:
                await worker.async_run()
            except (RedisError, OSError) as error:
                log.warning("the queue is away", queue=queue.name, error=type(error).__name__)
            finally:
                tasks.update(worker.tasks.values())
                tasks = {task for task in tasks if not task.done()}
            await asyncio.sleep(RECONNECT_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Worker(Worker):
    """arq's, which tells its turns, and pauses after each until there is a job."""

    arrived: asyncio.Event
    turns: Turns

    async def heart_beat(self) -> None:
        await super().heart_beat()
        self.turns.next()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self.arrived.wait()
        self.arrived.clear()


def _worker(redis_url: str, queue: WorkerQueue, run_one: WorkerCoroutine) -> _Worker:
    return _Worker(
        functions=[func(run_one, name=RUN, timeout=ARQ_TIME_OUT_SECONDS, max_tries=1_000_000)],
        queue_name=queue_name(queue),
        redis_settings=redis_settings(redis_url),
        handle_signals=False,
        max_jobs=queue.concurrency,
        poll_delay=0,  # heart_beat waits
        keep_result=0,
        retry_jobs=False,  # the database decides what is tried again
        log_results=False,
        job_serializer=msgspec.msgpack.encode,
        job_deserializer=msgspec.msgpack.decode,
    )
