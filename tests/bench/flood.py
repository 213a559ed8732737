"""One organization floods, another one goes on asking now and then: how much longer does that one wait?

Once with the limits that the platform has by itself, once with low ones, where nearly all of the flood is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence

import msgspec

from tests.bench.flood_load import Outcome, Plan
from tests.bench.http_client import Connection, request
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.make.platform import RunningPlatform, running_platform

NAME, LOW_LIMITS = "flood", "flood-low-limits"
CONNECTIONS = 8
EVERY_SECONDS = 0.02
PATH = "/organizations/current"
KEY_REQUESTS_PER_SECOND = 50  # no fewer than the other organization asks


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        low = {"HOLDFAST_KEY_REQUESTS_PER_SECOND": str(KEY_REQUESTS_PER_SECOND)}
        with running_platform(low) as strict:
            yield [
                _pair(stand, stand.platform, NAME, "default limits"),
                _pair(
                    stand, strict, LOW_LIMITS, f"{KEY_REQUESTS_PER_SECOND} a second for each key"
                ),
            ]

    return Topic([NAME, LOW_LIMITS], stand.sizes.repetitions, pairs)


def _pair(stand: Stand, platform: RunningPlatform, name: str, limits: str) -> Pair:
    flooder, other = platform.new_organization(), platform.new_organization()
    plan = Plan(platform.base_url, request("GET", PATH, flooder.key), CONNECTIONS)
    alone = _every_now_and_then(stand, platform, other.key)
    return Pair(
        name,
        f"GET every {EVERY_SECONDS * 1000:.0f} ms while another organization floods, {limits}",
        "ms p95",
        _flooded(platform, plan, alone),
        "without the flood",
        alone,
        is_lower_better=True,
    )


def _every_now_and_then(stand: Stand, platform: RunningPlatform, key: str) -> Measure:
    async def measure() -> Run:
        prepared, waits = request("GET", PATH, key), []
        idle = [await Connection.open(platform.base_url) for _ in range(CONNECTIONS)]
        for connection in idle:
            await connection.exchange(prepared)

        async def ask() -> None:
            began = time.perf_counter()
            connection = idle.pop() if idle else await Connection.open(platform.base_url)
            await connection.exchange(prepared)
            waits.append(time.perf_counter() - began)
            idle.append(connection)

        due = time.perf_counter()
        async with asyncio.TaskGroup() as asked:
            for _ in range(stand.sizes.asked_under_flood):
                asked.create_task(ask())
                due += EVERY_SECONDS
                await asyncio.sleep(due - time.perf_counter())
        for connection in idle:
            connection.close()
        return Run(quantile(waits, 0.95) * 1000, {"p50_ms": quantile(waits, 0.5) * 1000})

    return measure


def _flooded(platform: RunningPlatform, plan: Plan, asking: Measure) -> Measure:
    async def measure() -> Run:
        api = platform.program("api")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.flood_load"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(msgspec.json.encode(plan) + b"\n")
            assert await process.stdout.readline() == b"ready\n"
            cpu_before = sum(api.cpu_times()[:2])
            asked = await asking()
            cpu = sum(api.cpu_times()[:2]) - cpu_before
            process.stdin.write(b"\n")
            outcome = msgspec.json.decode(await process.stdout.readline(), type=Outcome)
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        return Run(asked.value, asked.details | _seen(outcome, cpu))

    return measure


def _seen(outcome: Outcome, cpu: float) -> dict[str, float]:
    """What became of the flood."""
    allowed, refused = (outcome.statuses.get(status, 0) for status in (200, 429))
    assert allowed + refused == sum(outcome.statuses.values()), outcome.statuses
    return {
        "allowed_per_second": allowed / outcome.seconds,
        "refused_per_second": refused / outcome.seconds,
        "api_cpu_percent": 100 * cpu / outcome.seconds,
    }
