"""From the outbox to the queue: jobs that are due are queued in turn, those that were lost anew.

Every worker has a relay; the database sees to it that they don't disturb one another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from db.connections.background import Loop, Turns
from db.connections.notifications import JOBS_CHANGED, listening
from db.queries import jobs
from workers.context import WorkerContext
from workers.queue.arq_queue import QueueClient
from workers.queue.job import WorkerQueue
from workers.queue.runner import Runner

log = structlog.get_logger()

# NOTIFY and the end of a job wake it at once; this is for what no commit announces: lost workers,
# times that have come.
POLL_SECONDS = 1.0
CALL_SECONDS = 20.0  # a Valkey that is frozen must not freeze the relay
LONGEST_TURN_SECONDS = 60


Arrivals = Mapping[WorkerQueue, asyncio.Event]
"""Of each queue that this process takes jobs of: set when there are any."""


def relay_loop(context: WorkerContext, arrivals: Arrivals, runner: Runner) -> Loop:
    """Goes on whatever is away meanwhile."""
    return Loop("relay", partial(_relay, context, arrivals, runner), LONGEST_TURN_SECONDS)


async def _relay(context: WorkerContext, arrivals: Arrivals, runner: Runner, turns: Turns) -> None:
    woken = runner.ended

    def heard(payload: str) -> None:
        woken.set()
        if payload:
            runner.look_again(UUID(payload))

    def missed() -> None:
        woken.set()
        runner.look_again()

    client = QueueClient(context.settings.storage.redis_url)
    try:
        async with listening(context.settings.database.ingest_url, JOBS_CHANGED, heard, missed):
            while True:
                woken.clear()
                try:
                    async with asyncio.timeout(CALL_SECONDS):
                        await _requeue_expired(context, tuple(arrivals), client)
                        await _enqueue_due(context, arrivals, client)
                    turns.next()
                except (RedisError, OSError) as error:
                    log.warning("jobs wait", error=type(error).__name__)
                except Exception as error:  # of whatever kind: nothing else would move the jobs
                    log.error("the relay failed", exc_info=error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await woken.wait()
    finally:
        await client.close()


async def _requeue_expired(
    context: WorkerContext, queues: Sequence[WorkerQueue], client: QueueClient
) -> None:
    for lost in await jobs.requeue_expired(context.pool):
        log.warning("job queued anew", job=str(lost.id))
        await client.forget(queues, lost)


async def _enqueue_due(context: WorkerContext, arrivals: Arrivals, client: QueueClient) -> None:
    await client.check()  # while Valkey is away everything waits where it is
    for queue, arrived in arrivals.items():
        due = await jobs.enqueue_due(
            context.pool,
            [each.name for each in queue.job_types],
            per_organization=queue.per_organization,
            prefetch=queue.prefetch,
        )
        for queued in due:
            await client.put(queue, queued)
            arrived.set()
