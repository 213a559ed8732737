"""Whatever arrives when: after it has settled, the alerts in the database are those of the
definition."""

from __future__ import annotations

import os
import random
from uuid import UUID

import asyncpg
import pytest

from db.connections.types import Pool
from ingest.alerting.definition import RuleDefinition
from ingest.alerting.membership import suits
from tests.make.alert_cases import MOMENTS, random_definition, random_readings
from tests.make.alert_history import SECOND, Value
from tests.make.alerting import AlertStand, Died, Newest, StandingRule, open_days

CASES = int(os.environ.get("ALERT_ENGINE_CASES", "60"))
PARTS = 4
ZONES = ("Europe/Berlin", "Australia/Lord_Howe")
DAY = 86_400 * SECOND


@pytest.fixture(scope="module", autouse=True)
async def _days(pool: Pool) -> None:
    await open_days(pool, [at for zone in ZONES for at in MOMENTS[zone]])


@pytest.mark.parametrize("part", range(PARTS))
async def test_the_database_agrees_with_the_definition_in_any_order_of_arrival(
    pool: Pool, admin: asyncpg.Pool, part: int
) -> None:
    """Two writers with knowledge of their own, late and repeated readings, others at the same time,
    transactions that die, time and repairs by chance, rules that begin meanwhile."""
    for number in range(CASES // PARTS):
        await _Run(pool, admin, f"{part}/{number}").check()


class _Run:
    """One order of arrival."""

    def __init__(self, pool: Pool, admin: asyncpg.Pool, seed: str) -> None:
        self.pool, self.admin, self.seed = pool, admin, seed
        self.rng = random.Random(seed)
        self.rules: list[tuple[StandingRule, UUID]] = []
        self.texts: set[UUID] = set()
        self.arrivals: list[tuple[int, UUID, int, Value]] = []

    async def check(self) -> None:
        rng = self.rng
        self.stand = await AlertStand.new(self.pool, self.admin)
        self.zone = rng.choice(ZONES)
        await self._at_a_site(self.zone)
        first = rng.choice(MOMENTS[self.zone])
        for _ in range(rng.choice([1, 2, 3])):
            await self._plan_sensor(first + rng.randint(0, 60) * SECOND)
        self.arrivals.sort(key=lambda arrival: arrival[0])
        await self._arrive()
        now = max(at for *_, at, _ in self.arrivals) + 100_000 * SECOND
        await self.stand.settle(now)
        for rule, sensor_id in self.rules:
            expected = self.stand.expected(rule, sensor_id, now, self.zone)
            found = await self.stand.alerts(rule, sensor_id)
            assert found == expected, (self.seed, rule, self._story(sensor_id))

    async def _at_a_site(self, zone: str) -> None:
        await self.admin.execute(
            "WITH site AS (INSERT INTO platform.site (org_id, id, name, timezone) "
            "VALUES ($1, gen_random_uuid(), 'site', $3) RETURNING id) "
            "UPDATE platform.device SET site_id = (SELECT id FROM site) WHERE id = $2",
            self.stand.org_id,
            self.stand.device_id,
            zone,
        )

    async def _plan_sensor(self, first: int) -> None:
        rng = self.rng
        is_text = rng.random() < 0.15
        id_ = await self.stand.add_sensor("TEXT" if is_text else "DOUBLE")
        self.texts |= {id_} if is_text else set()
        for at, value in random_readings(rng, first, rng.randint(3, 50), is_text=is_text):
            delay = rng.choice([0, 0, 0, 0, 1, 3, 15, 60, 400, 4000]) * SECOND
            self.arrivals.append((at + delay, id_, at, value))
            if rng.random() < 0.05:
                again = at + delay + rng.randint(0, 100) * SECOND
                self.arrivals.append((again, id_, at, value))
            if rng.random() < 0.02:
                other = f"{value}!" if isinstance(value, str) else value + 1
                again = at + delay + rng.randint(1, 100) * SECOND
                self.arrivals.append((again, id_, at, other))

    async def _arrive(self) -> None:
        rng = self.rng
        known: tuple[Newest, Newest] = ({}, {})
        place = 0
        while place < len(self.arrivals):
            size = rng.randint(1, 6)
            part = self.arrivals[place : place + size]
            now = part[-1][0]
            readings = [(id_, at, value) for _, id_, at, value in part]
            try:
                dies = rng.random() < 0.1
                await self.stand.arrive(readings, rng.choice(known), dies=dies)
            except Died:
                continue
            place += size
            await self._meanwhile(now)

    async def _meanwhile(self, now: int) -> None:
        rng = self.rng
        if rng.random() < 0.5:
            await self.stand.tick(now)
        if rng.random() < 0.3:
            await self.stand.repair(now)
        if rng.random() < 0.25 and len(self.rules) < 5:
            id_ = rng.choice(self.stand.sensors)
            definition = self._definition(id_)
            self.rules.append((await self.stand.watch(definition, id_, now), id_))

    def _definition(self, sensor_id: UUID) -> RuleDefinition:
        """One that says something of the sensor's values."""
        while True:
            is_text = sensor_id in self.texts
            numbers = [id_ for id_ in self.stand.sensors if id_ not in {*self.texts, sensor_id}]
            definition = random_definition(self.rng, is_text=is_text, others=numbers)
            if suits(definition, "TEXT" if is_text else "DOUBLE"):
                return definition

    def _story(self, sensor_id: UUID) -> list[tuple[int, int, Value]]:
        """When what arrived, in seconds."""
        return [
            (arrived // SECOND, at // SECOND, value)
            for arrived, id_, at, value in self.arrivals
            if id_ == sensor_id
        ]
