"""A loop of alerting: a turn each second, at once again while there is more to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter, Histogram

from db.connections.background import Loop, Turns
from db.connections.types import Pool

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
# As long as the database lets some statements run.
LONGEST_TURN_SECONDS = 300

turn_seconds = Histogram(
    "holdfast_alerting_turn_seconds",
    "Seconds of a turn of alerting that did something.",
    ["loop"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
)
done = Counter(
    "holdfast_alerting_done",
    "Pairs that time worked on, sensors whose late readings were taken in, rules synchronized.",
    ["loop"],
)
failures = Counter(
    "holdfast_alerting_failures", "Turns of alerting that ended with an error.", ["loop"]
)

Turn = Callable[[Pool, datetime], Awaitable[int]]
"""Does what is due by that time; how much that was."""


def alerting_loop(name: str, pool: Pool, turn: Turn) -> Loop:
    return Loop(f"alerting {name}", partial(_turn, name, pool, turn), LONGEST_TURN_SECONDS)


async def _turn(name: str, pool: Pool, turn: Turn, turns: Turns) -> None:
    while True:
        is_busy = False
        try:
            now: datetime = await pool.fetchval("SELECT now()")
            began = asyncio.get_running_loop().time()
            count = await turn(pool, now)
        # Of whatever kind: what is due stays so until it is done.
        except Exception as error:
            failures.labels(name).inc()
            log.warning("alerting waits", loop=name, error=type(error).__name__, exc_info=error)
        else:
            turns.next()
            is_busy = count > 0
            if is_busy:
                turn_seconds.labels(name).observe(asyncio.get_running_loop().time() - began)
                done.labels(name).inc(count)
        if not is_busy:
            await asyncio.sleep(PAUSE_SECONDS)
