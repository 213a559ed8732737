"""The refresh job: what has settled becomes rollups, what became stale is written anew.

Any number of workers may run it: of one step's transaction the database's lock says who works, and
the others find nothing to do.

Why it is neither a job nor a scheduled task (schedules.py), but a loop beside them. Jobs wait while
Valkey is away, and rollups need the database alone. A scheduled task ticks once for all workers:
each tick is claimed and ended in a row, and a worker that dies in one is followed by another only
when its time is up, which would be half an hour here, as long as a backlog's step may take. Rollups
turn every two seconds, all the time while there is a backlog, and must not wait for the dead. Their
lock needs no such time: it ends with the connection. What both have in common, that a loop's end
ends the process and that one which stands still is seen, is in db/connections/background.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from prometheus_client import Counter, Histogram

from db.connections.background import Loop, Turns
from db.connections.types import Pool
from db.rollups import refresh as rollups

log = structlog.get_logger()

PAUSE_SECONDS = 2.0
REPAIRED_AT_ONCE = 5_000  # buckets of 15 minutes
# A backlog is worked off in steps that take about a second each, whatever the rate was.
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=1)
STEP_SECONDS = 1.0
# As long as the database lets a statement of the owner's run, and a little.
LONGEST_TURN_SECONDS = 35 * 60

step_seconds = Histogram(
    "holdfast_rollup_step_seconds",
    "Seconds of a step of the refresh job that did something.",
    ["step"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
)
repaired = Counter(
    "holdfast_rollup_repaired_entries", "Entries of the log of late readings that were repaired."
)
failures = Counter(
    "holdfast_rollup_failures", "Rounds of the refresh job that ended with an error."
)


def rollups_loop(pool: Pool, *, settle: timedelta) -> Loop:
    """Keeps rollups fresh. `settle` is how late in-order readings may be and cost nothing."""
    return Loop("rollups", partial(_keep, pool, settle), LONGEST_TURN_SECONDS)


async def _keep(pool: Pool, settle: timedelta, turns: Turns) -> None:
    longest = SHORTEST
    while True:
        is_busy = False
        try:
            await _move_mark(pool, settle)
            longest, moved = await _materialise(pool, longest)
            is_busy = await _repair(pool) or moved
        # Of whatever kind: the next round may succeed, and answers stay exact.
        except Exception as error:
            failures.inc()
            log.warning("rollups wait", error=type(error).__name__, reason=str(error)[:300])
        else:
            turns.next()
        if not is_busy:
            await asyncio.sleep(PAUSE_SECONDS)


async def _move_mark(pool: Pool, settle: timedelta) -> None:
    """An open writer that takes long only postpones it: nobody waits behind us for longer than
    lock_timeout."""
    async with pool.acquire() as connection:
        with (
            contextlib.suppress(asyncpg.LockNotAvailableError),
            step_seconds.labels("move_log_below").time(),
        ):
            await rollups.move_invalidation_threshold(connection, settle=settle)


async def _materialise(pool: Pool, longest: timedelta) -> tuple[timedelta, bool]:
    began = time.perf_counter()
    async with pool.acquire() as connection:
        span = await rollups.materialise(connection, longest=longest)
    if span is None:
        return longest, False
    seconds = time.perf_counter() - began
    step_seconds.labels("materialise").observe(seconds)
    if seconds > 2 * STEP_SECONDS:
        longest = max(SHORTEST, longest / 2)
    elif seconds < STEP_SECONDS / 2:
        longest = min(LONGEST, longest * 2)
    return longest, True


async def _repair(pool: Pool) -> bool:
    began = time.perf_counter()
    async with pool.acquire() as connection:
        count = await rollups.repair(connection, buckets=REPAIRED_AT_ONCE)
    if count:
        step_seconds.labels("repair").observe(time.perf_counter() - began)
        repaired.inc(count)
    return count > 0
