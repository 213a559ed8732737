"""How far the rollups are behind while readings flood in and each tenth of them makes stored buckets stale.

On a platform of its own, with the settings that people have: the other rows keep the refresh job from what they write.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tests.bench.fleet import Tenant, equip, value
from tests.bench.http_client import Connection, exchange_all, request
from tests.bench.results import Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand, opened
from tests.make.platform import running_platform

NAME = "marks"
CLIENTS = 4
READINGS_PER_REQUEST = 5_000
LATE_EACH = 10
LATE_SECONDS = (20 * 60, 2 * 3600)
SETTLE_SECONDS = 60
SAMPLE_SECONDS = 0.2

# Since when the next bucket of any tier could be there, and since when the oldest stale one waits.
_BEHIND = """
SELECT extract(epoch FROM greatest(
  interval '0',
  (SELECT max(now() - $1::interval - watermark - width) FROM tsd.rollup_watermark),
  (SELECT now() - min(logged_at) FROM tsd.invalidation)))::float8
"""


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        with running_platform({"HOLDFAST_ROLLUP_SETTLE_SECONDS": str(SETTLE_SECONDS)}) as platform:
            tenants = equip(platform, lambda: None)
            async with opened(platform, stand.sizes, tenants) as own:

                async def measure() -> Run:
                    return await _measure(own)

                title = f"Rollups behind, {CLIENTS} HTTP clients of {READINGS_PER_REQUEST:,}, a tenth late"
                yield [Pair(NAME, title, "s at most", measure, is_lower_better=True)]

    return Topic([NAME], stand.sizes.repetitions, pairs)


async def _measure(stand: Stand) -> Run:
    requests = _requests(stand)
    await _caught_up(stand)
    flood = asyncio.create_task(_send(stand, requests))
    waits = []
    while not flood.done():
        waits.append(await _behind(stand))
        await asyncio.sleep(SAMPLE_SECONDS)
    began = time.perf_counter()
    rate = await flood
    waits += await _caught_up(stand)
    details = {"flood_readings_per_second": rate, "caught_up_seconds": time.perf_counter() - began}
    return Run(max(waits), details)


async def _send(stand: Stand, requests: Sequence[bytes]) -> float:
    connections = [await Connection.open(stand.platform.base_url) for _ in range(CLIENTS)]
    began = time.perf_counter()
    answers = await exchange_all(connections, requests)
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    sent = len(requests) * READINGS_PER_REQUEST
    accepted = sum(msgspec.json.decode(answer.body)["accepted"] for answer in answers)
    if accepted != sent:
        raise ReadingsLost(f"{sent} readings were sent, {accepted} accepted")
    return sent / seconds


async def _behind(stand: Stand) -> float:
    seconds: float = await stand.admin.fetchval(_BEHIND, timedelta(seconds=SETTLE_SECONDS))
    return seconds


async def _caught_up(stand: Stand) -> list[float]:
    """Wait until nothing is stale; what was seen on the way."""
    seen = []
    while behind := await _behind(stand):
        seen.append(behind)
        await asyncio.sleep(SAMPLE_SECONDS)
    return seen


def _requests(stand: Stand) -> list[bytes]:
    """Every sensor a hundred times a second, from now on, and meanwhile what it could not send before."""
    chance, now = random.Random(), datetime.now(UTC)
    count = max(1, stand.sizes.marks_readings // READINGS_PER_REQUEST // len(stand.tenants))
    return [
        request(
            "POST", "/readings/batch", tenant.organization.key, _body(tenant, now, number, chance)
        )
        for number in range(count)
        for tenant in stand.tenants
    ]


def _body(tenant: Tenant, now: datetime, number: int, chance: random.Random) -> bytes:
    readings = []
    steps = READINGS_PER_REQUEST // len(tenant.sensors)
    for step in range(steps):
        at = now + timedelta(milliseconds=10 * (number * steps + step))
        for sensor in tenant.sensors:
            late = chance.uniform(*LATE_SECONDS) if chance.randrange(LATE_EACH) == 0 else 0
            moment = at - timedelta(seconds=late)
            readings.append(
                {"sensorId": str(sensor), "timestamp": moment.isoformat(), "value": value()}
            )
    return msgspec.json.encode(readings)
