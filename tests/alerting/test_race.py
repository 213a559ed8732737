"""Writers that are killed in the middle of a transaction, clocks, repairs and new rules, all at
once: afterwards the alerts are the definition's."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import msgspec

from db.connections.background import TaskOwner
from db.connections.types import Pool
from db.readings.times import microseconds
from tests.alerting.race_writer import RacePlan
from tests.make.alert_cases import random_definition
from tests.make.alert_history import SECOND
from tests.make.alerting import AlertStand, StandingRule, open_days
from tests.make.database import DatabaseUrls

RACE_SECONDS = float(os.environ.get("ALERT_RACE_SECONDS", "6"))
SENSORS = 12
RULES_EACH = 2


class _Race:
    def __init__(self, stand: AlertStand, plans: list[RacePlan]) -> None:
        self.stand, self.plans = stand, plans
        self.rng = random.Random(1)
        self.rules: list[tuple[StandingRule, UUID]] = []
        self.deadlocks = 0
        self.killed: list[subprocess.Popen[bytes]] = []

    def now(self) -> int:
        return self.plans[0].event_now()

    async def run(self) -> None:
        async with self._writers() as writers, TaskOwner("race") as owner:
            tasks = [
                owner.start(self._again_and_again(work))
                for work in (self._tick, self._tick, self._repair, self._repair, self._begin_rule)
            ]
            deadline = time.monotonic() + RACE_SECONDS
            while time.monotonic() < deadline:
                which = self.rng.randrange(len(writers))
                assert writers[which].stdout is not None
                assert await asyncio.to_thread(writers[which].stdout.readline) == b"ready\n"
                await asyncio.sleep(self.rng.uniform(0.2, 2.0))
                self._kill(writers[which])
                writers[which] = self._spawn(which)
            for task in tasks:
                task.cancel()

    @asynccontextmanager
    async def _writers(self) -> AsyncIterator[list[subprocess.Popen[bytes]]]:
        writers = [self._spawn(which) for which in range(len(self.plans))]
        try:
            yield writers
        finally:
            for writer in writers:
                self._kill(writer)

    def _spawn(self, which: int) -> subprocess.Popen[bytes]:
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.alerting.race_writer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert writer.stdin is not None
        writer.stdin.write(msgspec.json.encode(self.plans[which]))
        writer.stdin.close()
        return writer

    def _kill(self, writer: subprocess.Popen[bytes]) -> None:
        writer.kill()
        assert writer.stdout is not None
        self.deadlocks += writer.stdout.read().count(b"deadlock")
        writer.stdout.close()
        writer.wait()
        self.killed.append(writer)

    async def _again_and_again(self, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except asyncpg.DeadlockDetectedError:
                self.deadlocks += 1
            await asyncio.sleep(0.02)

    async def _tick(self) -> None:
        await self.stand.tick(self.now())

    async def _repair(self) -> None:
        await self.stand.repair(self.now())

    async def _begin_rule(self) -> None:
        if len(self.rules) == SENSORS * RULES_EACH:
            return
        definition = random_definition(self.rng)
        while definition.schedule is not None or definition.operator in ("IS_TRUE", "IS_FALSE"):
            definition = random_definition(self.rng)
        sensor_id = self.stand.sensors[len(self.rules) % SENSORS]
        self.rules.append((await self.stand.watch(definition, sensor_id, self.now()), sensor_id))


async def test_nothing_that_is_killed_or_late_leaves_an_alert_that_is_not_the_definitions(
    urls: DatabaseUrls, pool: Pool, admin: asyncpg.Pool
) -> None:
    stand = await AlertStand.new(pool, admin)
    for _ in range(SENSORS):
        await stand.add_sensor()
    began = int(time.time()) * SECOND
    await open_days(pool, [began], days=3)
    plans = [
        RacePlan(
            url=urls.ingest,
            org_id=stand.org_id,
            device_id=stand.device_id,
            sensors=stand.sensors,
            began_at=began,
            which=which,
        )
        for which in range(2)
    ]
    race = _Race(stand, plans)
    await race.run()
    stand.chunk = 500
    now = race.now() + 100_000 * SECOND
    await stand.settle(now)
    for sensor_id in stand.sensors:
        rows = await admin.fetch(
            "SELECT ts, value_double FROM tsd.reading WHERE sensor_id = $1", sensor_id
        )
        stand.stored[sensor_id] = {microseconds(row[0]): row[1] for row in rows}
    alerts = 0
    for rule, sensor_id in race.rules:
        expected = stand.expected(rule, sensor_id, now)
        assert await stand.alerts(rule, sensor_id) == expected, rule
        alerts += len(expected)
    readings = sum(map(len, stand.stored.values()))
    print(f"{readings} readings, {alerts} alerts, {len(race.killed)} killed")
    assert race.deadlocks == 0
    assert len(race.killed) > 2
    assert readings > 100
    assert alerts > 5
    assert await _told_twice(admin, stand) == 0


async def _told_twice(admin: asyncpg.Pool, stand: AlertStand) -> int:
    """Alerts that were said to have ended and to have ended once more, with nothing between."""
    count: int = await admin.fetchval(
        "SELECT count(*) FROM (SELECT cause, lag(cause) OVER (PARTITION BY alert_id "
        "ORDER BY number) AS before FROM platform.alert_outbox WHERE org_id = $1) told "
        "WHERE cause = before AND cause <> 'SEVERITY'",
        stand.org_id,
    )
    return count
