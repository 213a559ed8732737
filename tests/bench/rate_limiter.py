"""What it costs to count one request against the limits of its key and its organization, in the platform's Valkey."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from redis.asyncio import Redis

from app.core.limits import Charge, Limit, RateLimiter
from tests.bench.cpu import metered
from tests.bench.results import Measure, Pair, Run, Topic, aim
from tests.bench.stand import Stand

NAME = "rate-limiter"
AIM_MS = 0.150
# Never used up: a refusal writes nothing and would be cheaper.
CHARGES = [
    Charge(Limit("key", 1_000_000), "bench"),
    Charge(Limit("organization", 1_000_000), "bench"),
]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        url = stand.platform.program("api").environ()["HOLDFAST_REDIS_URL"]
        async with Redis.from_url(url) as redis:
            title = "Counting a request against two limits"
            yield [
                Pair(
                    NAME,
                    title,
                    "ms",
                    _charge(stand, redis),
                    "aim",
                    aim(AIM_MS),
                    is_lower_better=True,
                )
            ]

    return Topic([NAME], stand.sizes.short_repetitions, pairs)


def _charge(stand: Stand, redis: Redis) -> Measure:
    limiter, count = RateLimiter(redis), stand.sizes.charges

    async def measure() -> Run:
        await limiter.charge(CHARGES)
        async with metered(stand.admin, stand.platform.program("valkey")) as spent:
            for _ in range(count):
                verdict = await limiter.charge(CHARGES)
                assert verdict.is_allowed, "it was to be measured with room left"
        own = {"own_cpu_ms": spent.client / count * 1000, "ping_ms": await _ping(redis, count)}
        return Run(spent.wall / count * 1000, spent.details(count) | own)

    return measure


async def _ping(redis: Redis, count: int) -> float:
    """The least that a question to Valkey takes through the same client."""
    began = time.perf_counter()
    for _ in range(count):
        await redis.ping()
    return (time.perf_counter() - began) / count * 1000
