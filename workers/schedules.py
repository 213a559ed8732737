"""What recurs. Each tick happens once, however many workers there are; a worker that dies in it is followed by
another when the clock's time-out has passed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

import structlog

from db.connections.background import Loop, Turns
from db.queries import jobs
from workers.context import BackRoom
from workers.exports.cleanup import sweep_orphans
from workers.retention.cleanup import end_unfinished_uploads, forget_finished_jobs
from workers.retention.health import keep_health
from workers.retention.partitions import make_partitions
from workers.retention.readings import keep_house

log = structlog.get_logger()

LOOK_SECONDS = 1.0
AFTER_FAILURE_SECONDS = 30.0
LONGEST_LOOK_SECONDS = 60.0


@dataclass(frozen=True)
class Clock:
    """`run` may run again at once after a failure, so it must not mind; its time-out is short."""

    name: str
    every_seconds: float
    run: Callable[[BackRoom], Awaitable[None]]
    time_out_seconds: float = 60
    at: time | None = None  # of the day, UTC, where that matters


CLOCKS = (
    Clock("partitions", 3600, make_partitions),
    Clock("device health", 3600, keep_health),
    Clock("house", 86_400, keep_house, time_out_seconds=4 * 3600, at=time(2, 17)),
    Clock("finished jobs", 3600, forget_finished_jobs),
    Clock("unfinished uploads", 3600, end_unfinished_uploads),
    Clock("orphaned exports", 3600, sweep_orphans, time_out_seconds=600),
)


def clock_loops(room: BackRoom, clocks: Sequence[Clock] = CLOCKS) -> list[Loop]:
    """One for each clock: they don't wait for one another."""
    return [
        Loop(
            f"clock of {clock.name}",
            partial(_run, room, clock),
            clock.time_out_seconds + LONGEST_LOOK_SECONDS,
        )
        for clock in clocks
    ]


async def _run(room: BackRoom, clock: Clock, turns: Turns) -> None:
    while True:
        try:
            await _tick(room, clock)
        except Exception as error:  # of whatever kind: the database may be away
            log.warning("clock waits", clock=clock.name, error=type(error).__name__)
        else:
            turns.next()
        await asyncio.sleep(LOOK_SECONDS)


async def _tick(room: BackRoom, clock: Clock) -> None:
    fence = await jobs.start_clock(room.pool, clock.name, lease_seconds=clock.time_out_seconds + 5)
    if fence is None:
        return
    succeeded = False
    try:
        async with asyncio.timeout(clock.time_out_seconds):
            await clock.run(room)
        succeeded = True
    except Exception as error:
        log.error("clock failed", clock=clock.name, exc_info=error)
    next_in = _until_next(clock) if succeeded else min(clock.every_seconds, AFTER_FAILURE_SECONDS)
    await jobs.end_clock(room.pool, clock.name, fence, next_in_seconds=next_in, succeeded=succeeded)


def _until_next(clock: Clock) -> float:
    if clock.at is None:
        return clock.every_seconds
    now = datetime.now(UTC)
    due = datetime.combine(now.date(), clock.at, UTC)
    return ((due if due > now else due + timedelta(days=1)) - now).total_seconds()
