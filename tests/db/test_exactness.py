"""Whatever comes late and wherever the refresh job stands, every tier tells what the readings tell: on both backends."""

from __future__ import annotations

import asyncio
import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.readings.backend import Backend, backend
from db.rollups import continuous
from db.rollups import refresh as rollups
from tests.make.chunks import columnstore_everything
from tests.make.ingest import Device, element, new_device, send, sensors_of

EXACT = ("count_all", "count", "min", "max", "first_at", "first", "last_at", "last")
CLOSE = ("sum", "m2", "integral")
ANSWER = (
    "SELECT * FROM api.rollup_partials($1::uuid[], $2::timestamptz[]) ORDER BY sensor_id, bucket"
)


async def answers(
    app: asyncpg.Pool, device: Device, sensors: list[UUID], bounds: list[datetime]
) -> list[Any]:
    async with app.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.org_id', $1, true)", str(device[0]))
        return await connection.fetch(ANSWER, sensors, bounds)


async def truth(admin: asyncpg.Pool, sensors: list[UUID], bounds: list[datetime]) -> list[Any]:
    """The same from the readings alone, by the expressions that every tier is made with."""
    query = await admin.fetchval(
        "SELECT tsd.partials_of_readings('SELECT *, 0 AS segment FROM tsd.reading WHERE sensor_id = ANY ($1) "
        "AND ts >= ($2::timestamptz[])[1] AND ts < ($2::timestamptz[])[cardinality($2)]', 'width_bucket(ts, $2)')"
    )
    return await admin.fetch(
        f"SELECT * FROM ({query}) partial ORDER BY sensor_id, bucket", sensors, bounds
    )


async def check(
    admin: asyncpg.Pool, app: asyncpg.Pool, device: Device, bounds: list[datetime]
) -> int:
    """Compare; the bits of the tiers that were asked."""
    sensors = list((await sensors_of(admin, device)).values())
    told, expected = (
        await answers(app, device, sensors, bounds),
        await truth(admin, sensors, bounds),
    )
    assert [(row["sensor_id"], row["bucket"]) for row in told] == [
        (row["sensor_id"], row["bucket"]) for row in expected
    ]
    for ours, theirs in zip(told, expected, strict=True):
        assert [ours[name] for name in EXACT] == [theirs[name] for name in EXACT]
        for name in CLOSE:
            assert (ours[name] is None) == (theirs[name] is None), name
            assert ours[name] is None or math.isclose(
                ours[name], theirs[name], rel_tol=1e-9, abs_tol=1e-9
            ), name
    tiers = 0
    for row in told:
        tiers |= row["tiers"]
    return tiers


# Hours before now: of today, of the days before, late by 100 days.
_ages = st.one_of(st.floats(0.1, 6), st.floats(20, 60), st.floats(2390, 2410))
_values = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([1e9, 1e9 + 1, 0.1, 1e300]))
_batches = st.lists(st.tuples(st.sampled_from("abc"), _ages, _values), min_size=1, max_size=25)
_steps = st.one_of(
    st.tuples(st.just("write"), _batches),
    st.tuples(st.just("settle"), st.sampled_from([0.25, 1, 3, 30])),
    st.tuples(st.just("materialise"), st.sampled_from([1, 30, 2000])),
    st.tuples(st.just("repair"), st.sampled_from([1, 10, 10_000])),
    st.tuples(st.just("be killed in materialise"), st.integers(0, 4)),
    st.tuples(st.just("be killed in repair"), st.integers(0, 12)),
)


async def act(
    owner: asyncpg.Pool, pool: asyncpg.Pool, device: Device, step: tuple[str, Any]
) -> None:
    match step:
        case "write", batch:
            now = datetime.now(UTC)
            elements = [
                element(key, now - timedelta(hours=age), float(value)) for key, age, value in batch
            ]
            await send(pool, device, elements)
        case "settle", hours:
            async with owner.acquire() as connection:
                await rollups.move_invalidation_threshold(connection, settle=timedelta(hours=hours))
        case "materialise", hours:
            async with owner.acquire() as connection:
                await rollups.materialise(connection, longest=timedelta(hours=hours))
        case "repair", buckets:
            async with owner.acquire() as connection:
                await rollups.repair(connection, buckets=buckets)
        case "be killed in materialise", done:
            await materialise_partly(owner, done)
        case "be killed in repair", done:
            await repair_partly(owner, done)


async def materialise_partly(owner: asyncpg.Pool, refreshes: int) -> None:
    async with owner.acquire() as connection:
        if await backend(connection) is not Backend.TIMESCALE:
            return  # one transaction: what is killed in it leaves nothing
        start, end = await continuous.next_span(connection, timedelta(hours=2000))
        for settled in (await continuous.next_refreshes(connection, start, end))[:refreshes]:
            await continuous.refresh(connection, settled)


async def repair_partly(owner: asyncpg.Pool, refreshes: int) -> None:
    async with owner.acquire() as connection:
        if await backend(connection) is not Backend.TIMESCALE:
            return
        ids = await continuous.next_invalidations(connection, 10_000)
        for stale in (await continuous.stale_refreshes(connection, ids))[:refreshes]:
            await continuous.refresh(connection, stale)


def bounds_of(seed: int) -> list[datetime]:
    """Ascending, on buckets and off them, from before the first reading to after the last."""
    now, chance = datetime.now(UTC), random.Random(seed)
    width = chance.choice(
        [timedelta(hours=1), timedelta(days=1), timedelta(minutes=15), timedelta(days=30)]
    )
    inner = {now - timedelta(hours=chance.uniform(0, 70)) for _ in range(chance.randrange(3))}
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(
        hours=chance.randrange(1, 60)
    )
    inner |= {start + n * width for n in range(5) if start + n * width < now}
    return sorted({now - timedelta(days=120), *inner, now + timedelta(hours=1)})


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_steps, min_size=3, max_size=12), seed=st.integers(0, 1000))
async def test_after_every_step_every_tier_agrees_with_the_readings(
    owner: asyncpg.Pool,
    pool: asyncpg.Pool,
    admin: asyncpg.Pool,
    app: asyncpg.Pool,
    steps: list[tuple[str, Any]],
    seed: int,
) -> None:
    device = await new_device(admin)
    for number, step in enumerate(steps):
        await act(owner, pool, device, step)
        await check(admin, app, device, bounds_of(seed + number))


async def run_job(owner: asyncpg.Pool, *, settle: timedelta = timedelta(0)) -> None:
    """To where nothing is left to do."""
    async with owner.acquire() as connection:
        await rollups.move_invalidation_threshold(connection, settle=settle)
        while await rollups.materialise(connection, longest=timedelta(days=1)):
            pass
        while await rollups.repair(connection, buckets=1000):
            pass


async def test_a_row_late_by_100_days_is_in_every_tier_at_once_and_after_the_repair(
    owner: asyncpg.Pool, pool: asyncpg.Pool, admin: asyncpg.Pool, app: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=age) for age in (101, 100, 2, 1)]
    for day in days:
        rows = [
            element(f"s{n % 3}", day + timedelta(seconds=40 * n), n / 8 + 0.0625)
            for n in range(2000)
        ]
        assert (await send(pool, device, rows)).accepted == 2000
    bounds = [days[0], days[1], days[2], days[3], midnight]
    await run_job(owner)
    assert await check(admin, app, device, bounds) == 16, "answered by days alone"
    if await backend(owner) is Backend.TIMESCALE:
        await columnstore_everything(owner)
    late = [element(f"s{n}", days[1] + timedelta(hours=5, seconds=n + 1), 1e6) for n in range(3)]
    assert (
        await send(pool, device, [*late, element("s0", days[2] + timedelta(seconds=1), 5.5)])
    ).accepted == 4
    assert await check(admin, app, device, bounds) > 16, (
        "what is stale is answered by finer tiers and the readings"
    )
    await run_job(owner)
    assert await check(admin, app, device, bounds) == 16
    assert (
        await admin.fetchval("SELECT count(*) FROM tsd.invalidation WHERE org_id = $1", device[0])
        == 0
    )


async def test_while_four_writers_and_the_job_are_at_it_no_question_finds_another_number_than_there_are(
    owner: asyncpg.Pool, pool: asyncpg.Pool, admin: asyncpg.Pool, app: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    now = datetime.now(UTC)
    await send(pool, device, [element(f"s{n}", now - timedelta(hours=30), 0.5) for n in range(4)])
    sensors = list((await sensors_of(admin, device)).values())
    writing, asked = True, 0

    async def write(seed: int) -> int:
        chance, accepted, rounds = random.Random(seed), 0, 0
        while rounds < 25 or asked <= 20:
            rounds += 1
            ages = [chance.choice([chance.uniform(0, 1), chance.uniform(1, 29)]) for _ in range(20)]
            rows = [
                element(f"s{chance.randrange(4)}", now - timedelta(hours=age), 0.5) for age in ages
            ]
            accepted += (await send(pool, device, rows)).accepted
        return accepted

    async def work() -> None:
        async with owner.acquire() as connection:
            hours = 20
            while writing:
                await rollups.move_invalidation_threshold(connection, settle=timedelta(hours=hours))
                await rollups.materialise(connection, longest=timedelta(hours=5))
                await rollups.repair(connection, buckets=50)
                hours = max(hours - 1, 0)

    async def ask(isolation: Any) -> None:
        nonlocal asked
        chance = random.Random(1)
        async with app.acquire() as connection:
            while writing:
                inner = sorted(
                    now - timedelta(minutes=15 * chance.randrange(1, 110)) for _ in range(2)
                )
                bounds = [now - timedelta(hours=31), *sorted(set(inner)), now + timedelta(hours=1)]
                async with connection.transaction(isolation=isolation, readonly=True):
                    await connection.execute(
                        "SELECT set_config('app.org_id', $1, true)", str(device[0])
                    )
                    told, there = await connection.fetchrow(
                        "SELECT (SELECT sum(count_all) FROM api.rollup_partials($1::uuid[], $2::timestamptz[])), "
                        "(SELECT count(*) FROM api.reading WHERE sensor_id = ANY ($1))",
                        sensors,
                        bounds,
                    )
                assert told == there
                asked += 1

    others = [
        asyncio.create_task(task)
        for task in (work(), ask("repeatable_read"), ask("read_committed"))
    ]
    accepted = await asyncio.gather(*map(write, range(4)))
    writing = False
    await asyncio.gather(*others)
    await run_job(owner)
    await check(admin, app, device, [now - timedelta(hours=31), now + timedelta(hours=1)])
    assert sum(accepted) + 4 == await admin.fetchval(
        "SELECT count(*) FROM tsd.reading WHERE org_id = $1", device[0]
    )
