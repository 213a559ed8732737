"""The loops of calculated series: a turn each second, at once again while there is more to do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter, Histogram
from redis.asyncio import Redis

from app.settings import Settings
from db.connections.background import Loop, Turns
from db.connections.types import Pool
from ingest.calculations.clock import CalculationClock
from ingest.calculations.membership import Declarations, synchronize
from ingest.live.counts import StoredCounts
from ingest.live.publisher import LivePublisher

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
LONGEST_TURN_SECONDS = 300

turn_seconds = Histogram(
    "holdfast_calculation_turn_seconds",
    "Seconds of a turn that calculated something, or looked for inputs.",
    ["loop"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
)
done = Counter(
    "holdfast_calculations_done",
    "Calculated sensors with something to do: a moment, late readings, inputs to be found.",
    ["loop"],
)
failures = Counter(
    "holdfast_calculation_failures", "Turns of calculations that ended with an error.", ["loop"]
)

Turn = Callable[[datetime], Awaitable[int]]


@contextlib.asynccontextmanager
async def calculation_loops(settings: Settings, pool: Pool) -> AsyncIterator[list[Loop]]:
    """`pool` is iot_ingest's. Who watches live readings sees what is calculated, too."""
    limits = settings.limits
    declarations = Declarations(limits.sensors_per_device, limits.calculated_values_per_day)

    async def look(now: datetime) -> int:
        return await declarations.follow(pool, now) + await synchronize(pool, now)

    async with Redis.from_url(settings.storage.redis_url) as redis:
        live = LivePublisher(redis, log_bytes_max=settings.live.log_bytes)
        counts = StoredCounts(redis)
        clock = CalculationClock(pool, (live.on_stored, counts.on_stored))
        async with live.running(), counts.running():
            yield [
                Loop(f"calculations {name}", partial(_run, name, pool, turn), LONGEST_TURN_SECONDS)
                for name, turn in (("clock", clock.tick), ("inputs", look))
            ]


async def _run(name: str, pool: Pool, turn: Turn, turns: Turns) -> None:
    while True:
        count = 0
        try:
            now: datetime = await pool.fetchval("SELECT now()")
            began = asyncio.get_running_loop().time()
            count = await turn(now)
        # Of whatever kind: what is due stays so until it is done.
        except Exception as error:
            failures.labels(name).inc()
            log.warning("calculations wait", loop=name, error=type(error).__name__, exc_info=error)
        else:
            turns.next()
            if count:
                turn_seconds.labels(name).observe(asyncio.get_running_loop().time() - began)
                done.labels(name).inc(count)
        if not count:
            await asyncio.sleep(PAUSE_SECONDS)
