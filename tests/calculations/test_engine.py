"""Whatever arrives when: after it has settled, what is stored of a calculated sensor is its
definition."""

from __future__ import annotations

import asyncio
import os
import random
from uuid import UUID

import asyncpg
import pytest

from db.connections.types import Pool
from db.readings.times import microseconds, moment_of
from ingest.calculations.definition import CalculationDefinition, InputSource
from ingest.calculations.spans import READINGS_MAX
from tests.make.alerting import AlertStand, Died, Newest, open_days
from tests.make.calculations import (
    SECOND,
    CalculationStand,
    Term,
    expected,
    random_calculation,
)

CASES = int(os.environ.get("CALCULATION_CASES", "10"))
PARTS = 2
BEGIN = 1_780_000_000 * SECOND


@pytest.fixture(scope="module", autouse=True)
async def _days(pool: Pool) -> None:
    await open_days(pool, [BEGIN])


@pytest.mark.parametrize("part", range(PARTS))
async def test_what_is_stored_is_the_definition_in_any_order_of_arrival(
    pool: Pool, admin: asyncpg.Pool, part: int
) -> None:
    """Late and repeated readings, transactions that die, ticks that are killed, repairs by chance,
    series that begin meanwhile and are calculated of others."""
    for number in range(CASES // PARTS):
        await _Run(pool, admin, f"{part}/{number}").check()


class _Run:
    """One order of arrival."""

    def __init__(self, pool: Pool, admin: asyncpg.Pool, seed: str) -> None:
        self.pool, self.admin, self.seed = pool, admin, seed
        self.rng = random.Random(seed)
        self.series: dict[UUID, tuple[CalculationDefinition, Term, int]] = {}

    async def check(self) -> None:
        rng = self.rng
        self.stand = await AlertStand.new(self.pool, self.admin)
        self.calculations = await CalculationStand.of(self.stand)
        sensors = [await self.stand.add_sensor() for _ in range(rng.choice([1, 2, 3]))]
        arrivals = sorted(self._arrivals(sensors))
        known: tuple[Newest, Newest] = ({}, {})
        place = 0
        while place < len(arrivals):
            part = arrivals[place : place + rng.randint(1, 6)]
            now = part[-1][0]
            readings = [(id_, at, value) for _, id_, at, value in part]
            try:
                await self.stand.arrive(readings, rng.choice(known), dies=rng.random() < 0.1)
            except Died:
                continue
            place += len(part)
            await self._meanwhile(now, sensors)
        now = arrivals[-1][0] + 10_000 * SECOND
        # The first reading ever of an input is seen when the next moment comes, in each of a chain.
        for _ in range(5):
            now += 70 * SECOND
            await self.calculations.settle(now)
        await self._agree(now)
        before = await self._written()
        await self.calculations.settle(now)
        assert await self._written() == before, self.seed

    def _arrivals(self, sensors: list[UUID]) -> list[tuple[int, UUID, int, float]]:
        rng, found = self.rng, []
        for id_ in sensors:
            at = BEGIN + rng.randint(0, 60) * SECOND
            for _ in range(rng.randint(3, 40)):
                at += rng.choice([1, 5, 10, 10, 30, 200]) * SECOND
                value = rng.randint(-8, 8) / rng.choice([1, 2, 4])
                delay = rng.choice([0, 0, 0, 1, 3, 15, 60, 400, 4000]) * SECOND
                found.append((at + delay, id_, at, value))
                if rng.random() < 0.05:
                    found.append((at + delay + rng.randint(0, 100) * SECOND, id_, at, value))
        return found

    async def _meanwhile(self, now: int, sensors: list[UUID]) -> None:
        rng = self.rng
        if rng.random() < 0.5:
            await self._tick(now)
        if rng.random() < 0.3:
            await self.stand.repair(now)
        if rng.random() < 0.3 and len(self.series) < 4:
            of = [*sensors, *self.series]
            definition, term = random_calculation(rng, of)
            start = BEGIN - rng.choice([0, 600]) * SECOND
            id_ = await self.calculations.add(definition, start)
            self.series[id_] = definition, term, definition.closed(start)

    async def _tick(self, now: int) -> None:
        """Of which some are killed in the middle."""
        ticking = asyncio.create_task(self.calculations.tick(now))
        if self.rng.random() < 0.2:
            for _ in range(self.rng.randint(0, 40)):
                await asyncio.sleep(0)
            ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)

    async def _agree(self, now: int) -> None:
        stored = {id_: dict(values) for id_, values in self.stand.stored.items()}
        for id_, (definition, term, start) in self.series.items():
            to = await self.calculations.calculated_to(id_)
            assert to > now - definition.step - 6 * SECOND
            stored[id_] = await self.calculations.values(id_)
            known = {name: {at: float(v) for at, v in r.items()} for name, r in stored.items()}
            wanted = expected(definition, term, known, start, to)
            # Sums of many go in another order.
            assert stored[id_] == pytest.approx(wanted, rel=1e-12, abs=1e-12), (
                self.seed,
                definition,
            )

    async def _written(self) -> list[tuple[object, ...]]:
        """Of each value the transaction that wrote it."""
        rows = await self.admin.fetch(
            "SELECT sensor_id, ts, xmin::text FROM tsd.reading WHERE org_id = $1 ORDER BY 1, 2",
            self.stand.org_id,
        )
        return [tuple(row) for row in rows]


async def test_a_late_reading_changes_what_it_reaches_and_nothing_else(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    stand = await AlertStand.new(pool, admin)
    calculations = await CalculationStand.of(stand)
    sensor_id = await stand.add_sensor()
    twice = CalculationDefinition(
        expression="a * 2",
        inputs={"a": InputSource(sensor_id=sensor_id)},
        step_seconds=10,
        max_age_seconds=30,
    )
    id_ = await calculations.add(twice, BEGIN)
    minutes = range(BEGIN, BEGIN + 600 * SECOND, 10 * SECOND)
    await stand.arrive([(sensor_id, at, 1.0) for at in minutes if at != minutes[30]])
    now = minutes[-1] + SECOND
    await calculations.settle(now)
    before = await _xmins(stand, id_)
    assert set((await calculations.values(id_)).values()) == {2.0}
    await stand.arrive([(sensor_id, minutes[30], 5.0)])
    await calculations.settle(now)
    after = await _xmins(stand, id_)
    assert (await calculations.values(id_))[minutes[30]] == 10.0
    assert {at for at in after if after[at] != before.get(at)} == {minutes[30]}


async def test_a_sensor_with_too_many_readings_in_a_step_leaves_a_gap_alone(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    stand = await AlertStand.new(pool, admin)
    calculations = await CalculationStand.of(stand)
    sensor_id = await stand.add_sensor()
    mean = CalculationDefinition(
        expression="a",
        inputs={"a": InputSource(sensor_id=sensor_id, aggregate="COUNT")},
        step_seconds=10,
    )
    counts = [3, READINGS_MAX + 1, 5]
    readings = [
        (sensor_id, BEGIN + 10 * step * SECOND + number * 100, 1.0)
        for step, count in enumerate(counts)
        for number in range(count)
    ]
    await stand.arrive(readings)
    id_ = await calculations.add(mean, BEGIN)
    await calculations.settle(BEGIN + 36 * SECOND)
    assert await calculations.values(id_) == {
        BEGIN + 10 * SECOND: 3.0,
        BEGIN + 30 * SECOND: 5.0,
    }


async def test_the_database_keeps_neighbours_and_what_is_reported_out(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    """Another organization's sensor is no input, and only what is calculated is deleted so."""
    own, other = [await AlertStand.new(pool, admin) for _ in range(2)]
    reported, theirs = await own.add_sensor(), await other.add_sensor()
    calculations = await CalculationStand.of(own)
    of_theirs = CalculationDefinition(expression="a", inputs={"a": InputSource(sensor_id=theirs)})
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await calculations.add(of_theirs, BEGIN)
    await own.arrive([(reported, BEGIN, 1.0)])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(
            "SELECT tsd.delete_calculated($1, $2, $3)", own.org_id, [reported], [moment_of(BEGIN)]
        )
    assert await calculations.values(reported) == {BEGIN: 1.0}


async def _xmins(stand: AlertStand, sensor_id: UUID) -> dict[int, str]:
    rows = await stand.admin.fetch(
        "SELECT ts, xmin::text FROM tsd.reading WHERE (org_id, sensor_id) = ($1, $2)",
        stand.org_id,
        sensor_id,
    )
    return {microseconds(row[0]): row[1] for row in rows}
