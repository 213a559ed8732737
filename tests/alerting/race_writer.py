"""A process that stores readings until it is killed: `python -m tests.alerting.race_writer`, with
the plan of the race on its standard input."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from uuid import UUID

import asyncpg
import msgspec

from db.connections.pools import open_ingest_pool
from tests.make.alert_history import SECOND
from tests.make.alerting import AlertStand, Newest

# Event time runs so many times as fast.
PACE = 60


class RacePlan(msgspec.Struct, frozen=True, kw_only=True):
    """`began_at` is when the race did, in microseconds, of both kinds of time."""

    url: str
    org_id: UUID
    device_id: UUID
    sensors: list[UUID]
    began_at: int
    which: int

    def event_now(self) -> int:
        return self.began_at + int((time.time() * SECOND - self.began_at) * PACE)


async def write(plan: RacePlan) -> None:
    """All writers write about every sensor, each at seconds of its own, so each is late for the
    others."""
    rng = random.Random(time.time_ns())
    newest: Newest = {}
    async with open_ingest_pool(plan.url, pool_size=1) as pool:
        stand = AlertStand(pool, pool, plan.org_id, plan.device_id)
        stand.stored = {id_: {} for id_ in plan.sensors}
        print("ready", flush=True)
        while True:
            readings = {}
            for _ in range(rng.randint(1, 40)):
                ago = rng.choice([0, 0, 0, 1, 2, 5, 30, 300]) * SECOND
                at = (plan.event_now() - ago) // SECOND * SECOND + plan.which * 7
                readings[rng.choice(plan.sensors), at] = float(rng.randint(0, 10))
            items = [(id_, at, value) for (id_, at), value in readings.items()]
            try:
                await stand.arrive(items, newest)
            except asyncpg.DeadlockDetectedError:
                print("deadlock", flush=True)
            await asyncio.sleep(rng.random() * 0.01)


if __name__ == "__main__":
    asyncio.run(write(msgspec.json.decode(sys.stdin.buffer.read(), type=RacePlan)))
