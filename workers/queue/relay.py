"""From the outbox to the queue: recorded jobs are handed over in turn, lost ones are taken back.

Every worker has a relay; the database sees to it that they don't disturb one another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from db.connections.background import Loop, Turns
from db.connections.notifications import JOBS_CHANGED, listening
from db.queries import jobs
from workers.context import BackRoom
from workers.queue.arq_queue import Queue
from workers.queue.job import Lane
from workers.queue.runner import Runner

log = structlog.get_logger()

# NOTIFY and the end of a job wake it at once; this is for what no commit announces: lost workers, times that have come.
POLL_SECONDS = 1.0
CALL_SECONDS = 20.0  # a Valkey that is frozen must not freeze the relay
LONGEST_TURN_SECONDS = 60


def relay_loop(room: BackRoom, lanes: Sequence[Lane], runner: Runner) -> Loop:
    """Goes on whatever is away meanwhile."""
    return Loop("relay", partial(_relay, room, lanes, runner), LONGEST_TURN_SECONDS)


async def _relay(room: BackRoom, lanes: Sequence[Lane], runner: Runner, turns: Turns) -> None:
    woken = runner.ended

    def heard(payload: str) -> None:
        woken.set()
        if payload:
            runner.look_again(UUID(payload))

    def missed() -> None:
        woken.set()
        runner.look_again()

    queue = Queue(room.settings.redis_url)
    try:
        async with listening(room.settings.ingest_database_url, JOBS_CHANGED, heard, missed):
            while True:
                woken.clear()
                try:
                    async with asyncio.timeout(CALL_SECONDS):
                        await _take_back_lost(room, lanes, queue)
                        await _hand_over(room, lanes, queue)
                    turns.next()
                except (RedisError, OSError) as error:
                    log.warning("jobs wait", error=type(error).__name__)
                except Exception as error:  # of whatever kind: nothing else would move the jobs
                    log.error("the relay failed", exc_info=error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await woken.wait()
    finally:
        await queue.close()


async def _take_back_lost(room: BackRoom, lanes: Sequence[Lane], queue: Queue) -> None:
    for lost in await jobs.take_back_lost(room.pool):
        log.warning("job taken back", job=str(lost.id))
        await queue.forget(lanes, lost)


async def _hand_over(room: BackRoom, lanes: Sequence[Lane], queue: Queue) -> None:
    await queue.check()  # while Valkey is away everything waits where it is
    for lane in lanes:
        handed = await jobs.hand_over(
            room.pool,
            [kind.name for kind in lane.kinds],
            per_organization=lane.per_organization,
            ahead=lane.ahead,
        )
        for one in handed:
            await queue.put(lane, one)
