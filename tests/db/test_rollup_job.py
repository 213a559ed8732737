"""The refresh job at its edges: killed in every step, beside writers that deliver the same, after long silence."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import signal
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from db.readings import latest
from db.readings.buckets import Buckets
from db.readings.buckets import partials as partials_of
from db.readings.store import BEGIN_WRITE
from db.rollups import refresh as rollups
from db.rollups import retention
from tests.make.database import DatabaseUrls
from tests.make.rollups import (
    DAY,
    HOUR,
    NOW,
    QUARTER,
    Archive,
    ReadingRow,
    assert_exact,
    assert_tiers_agree,
    materialise_all,
    move_mark,
    parts,
    pools,
    repair_all,
    reset,
    rows,
    store_rows,
)

ROOT = Path(__file__).parents[2]
OURS = "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


@pytest_asyncio.fixture(loop_scope="session")
async def archive(urls: DatabaseUrls) -> AsyncIterator[Archive]:
    async with pools(urls) as (ingest, owner, app):
        archive = Archive(ingest, owner, app)
        await reset(archive, days=[(NOW - n * DAY).date() for n in range(-1, 33)])
        yield archive


def _noise(count: int, step: timedelta, *, around: float = 20.0) -> dict[datetime, float]:
    chance = random.Random(7)
    return {NOW - n * step: around + chance.gauss(0, 1) for n in range(1, count + 1)}


# What a worker does that dies after so many statements of a step. It tells when it is there, and waits for the end.
DYING = """
import asyncio, sys, asyncpg
from datetime import timedelta
from tests.make.rollups import Archive, begin_to_materialise, begin_to_repair

async def die(url, step, statements):
    owner = await asyncpg.create_pool(url, min_size=0, max_size=2)
    archive = Archive(owner, owner, owner)
    if step == "materialise":
        opened = await begin_to_materialise(archive, timedelta(days=200))
    else:
        opened = await begin_to_repair(archive, 1000)
    for do in opened.left[:statements]:
        await do()
    print("there", flush=True)
    await asyncio.sleep(60)

asyncio.run(die(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.mark.parametrize(
    ("step", "statements"),
    [*(("materialise", n) for n in range(3)), *(("repair", n) for n in range(4)), ("repair", 6)],
)
async def test_a_worker_killed_in_the_middle_of_a_step_leaves_nothing_wrong(
    urls: DatabaseUrls, archive: Archive, step: str, statements: int
) -> None:
    truth = {sensor: _noise(500, timedelta(minutes=7)) for sensor in archive.sensors}
    late = {
        sensor: {NOW - DAY + timedelta(seconds=n): 5.0 for n in range(100)}
        for sensor in archive.sensors
    }
    for sensor, series in truth.items():
        await store_rows(archive, rows(archive, sensor, series))
    await move_mark(archive, NOW)
    if step == "repair":
        await materialise_all(archive)
    for sensor, series in late.items():
        await store_rows(archive, rows(archive, sensor, series))
        truth[sensor] |= series
    worker = subprocess.Popen(  # noqa: ASYNC220 - it is started once, and killed
        [sys.executable, "-c", DYING, urls.owner, step, str(statements)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout is not None
        assert await asyncio.to_thread(worker.stdout.readline) == b"there\n"
        await assert_exact(archive, truth, [NOW - 5 * DAY, NOW - DAY, NOW - HOUR, NOW])
        async with archive.owner.acquire() as connection:
            assert await rollups.materialise(connection, longest=DAY) is None, (
                "another worker is at it"
            )
            assert await rollups.repair(connection, buckets=1000) == 0
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    await assert_exact(archive, truth, [NOW - 5 * DAY, NOW - DAY, NOW - HOUR, NOW])
    await _until_idle(archive)
    await repair_all(archive)
    await assert_exact(archive, truth, [NOW - 5 * DAY, NOW - DAY, NOW - HOUR, NOW])
    await assert_tiers_agree(archive, truth)


async def _until_idle(archive: Archive) -> None:
    """The dead worker's connection is closed by the server soon; until then its lock holds."""
    async with asyncio.timeout(20):
        while True:
            await materialise_all(archive)
            behind = await archive.owner.fetchval(
                "SELECT count(*) FROM tsd.rollup_watermark WHERE watermark < invalidation_threshold "
            )
            held = await archive.owner.fetchval(
                f"SELECT count(*) FROM pg_locks WHERE {OURS} AND objid = 3"
            )
            if not behind and not held:
                return


async def test_four_writers_who_deliver_the_same_while_the_job_runs_meet_no_deadlock(
    archive: Archive,
) -> None:
    series = {sensor: _noise(1500, timedelta(minutes=11)) for sensor in archive.sensors}
    everything = [
        row for sensor, readings in series.items() for row in rows(archive, sensor, readings)
    ]
    accepted: list[int] = []
    stop = asyncio.Event()

    async def deliver(seed: int) -> None:
        chance = random.Random(seed)
        shuffled = everything.copy()
        chance.shuffle(shuffled)
        for start in range(0, len(shuffled), 300):
            accepted.append(len(await store_rows(archive, shuffled[start : start + 300])))

    async def refresh() -> int:
        rounds = 0
        while not stop.is_set() or rounds < 3:
            # As the clock would: the mark is moved through the time that is being written.
            await move_mark(archive, NOW - 12 * DAY + rounds * timedelta(hours=3))
            async with archive.owner.acquire() as connection:
                await rollups.materialise(connection, longest=HOUR * 6)
                await rollups.repair(connection, buckets=200)
            await assert_exact_count(archive)
            rounds += 1
        return rounds

    async def assert_exact_count(archive: Archive) -> None:
        async with archive.app.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('app.org_id', $1, true)", str(archive.org_id)
            )
            row = await connection.fetchrow(
                "SELECT (SELECT sum(count_all) FROM api.rollup_partials($1, $2)) AS told, "
                "count(*) AS stored FROM api.reading",
                list(archive.sensors),
                [NOW - 20 * DAY, NOW - 3 * DAY, NOW],
            )
        assert (row["told"] or 0) == row["stored"]

    job = asyncio.create_task(refresh())
    await asyncio.gather(*map(deliver, range(4)))
    stop.set()
    assert await job >= 3
    assert sum(accepted) == len(everything)
    await move_mark(archive, NOW)
    await materialise_all(archive)
    await repair_all(archive)
    await assert_exact(archive, series, [NOW - 20 * DAY, NOW - 3 * DAY, NOW])
    await assert_tiers_agree(archive, series)


async def test_thirty_days_near_a_billion_have_the_deviation_that_statistics_gives(
    archive: Archive,
) -> None:
    sensor = archive.sensors[0]
    series = _noise(30 * 1440, timedelta(minutes=1), around=1e9)
    for start in range(0, len(series), 10_000):
        await store_rows(
            archive, rows(archive, sensor, dict(list(series.items())[start : start + 10_000]))
        )
    await move_mark(archive, NOW)
    await materialise_all(archive)
    async with archive.app.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.org_id', $1, true)", str(archive.org_id))
        told = await latest.stats(connection, sensor, NOW - 31 * DAY, NOW)
    assert told["tiers"] & 16
    assert told["count"] == len(series)
    assert math.isclose(told["stddev"], statistics.stdev(series.values()), rel_tol=1e-10)
    assert math.isclose(told["avg"], statistics.fmean(series.values()), rel_tol=1e-13)


VALUES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "integers beyond 2^53": (
        [2**53 + 1, 2**62, -(2**63), 2**63 - 1],
        {"count": 4, "min": -(2.0**63), "max": 2.0**63, "first": float(2**53 + 1)},
    ),
    "truths": (
        [True, False, True],
        {"count": 3, "sum": 2.0, "min": 0.0, "max": 1.0, "first": 1.0, "last": 1.0},
    ),
    "texts": (
        ["on", "", "off"],
        {
            "count_all": 3,
            "count": 0,
            "sum": None,
            "m2": 0.0,
            "min": None,
            "first": None,
            "integral": None,
        },
    ),
    "sums beyond a double": (
        [1.7e308, 1.7e308, 1.7e308],
        {"count": 3, "sum": math.inf, "m2": 0.0, "max": 1.7e308},
    ),
    "both ends": (
        [1.7e308, -1.7e308, 1.0],
        {"count": 3, "m2": math.inf, "min": -1.7e308, "max": 1.7e308, "last": 1.0},
    ),
    "squares beyond a double": ([1e200, -1e200], {"count": 2, "sum": 0.0, "m2": math.inf}),
    "the smallest": ([5e-324, 5e-324], {"count": 2, "sum": 1e-323, "m2": 0.0, "integral": 0.0}),
    "one of the largest": (
        [1.7976931348623157e308],
        {"count": 1, "sum": 1.7976931348623157e308, "m2": 0.0},
    ),
    "large and small": ([1e300, 1.0, 1e300], {"count": 3, "sum": 2e300, "min": 1.0}),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("is_materialised", [False, True])
async def test_no_value_stops_the_job_and_each_is_told_alike_from_every_tier(
    archive: Archive, kind: str, is_materialised: bool
) -> None:
    values, expected = VALUES[kind]
    stored = [
        ReadingRow(archive.org_id, archive.sensors[0], NOW - 3 * DAY + n * HOUR, value)
        for n, value in enumerate(values)
    ]
    await store_rows(archive, stored)
    if is_materialised:
        await move_mark(archive, NOW)
        await materialise_all(archive)
    found = await parts(archive, archive.sensors, [NOW - 5 * DAY, NOW])
    [part] = found.values()
    assert part["count_all"] == len(values)
    for name, value in expected.items():
        assert (
            part[name] == pytest.approx(value, rel=1e-15)
            if isinstance(value, float)
            else part[name] == value
        ), name
    assert bool(part["tiers"] & 16) is is_materialised
    async with archive.app.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.org_id', $1, true)", str(archive.org_id))
        told = await latest.stats(connection, archive.sensors[0], NOW - 5 * DAY, NOW)
        week = [NOW - n * DAY for n in range(5, -1, -1)]
        await partials_of(
            connection, [Buckets(archive.sensors, week, DAY)], ["sum", "m2", "integral"]
        )
    for name in ("sum", "avg", "stddev", "min", "max"):
        assert told[name] is None or math.isfinite(told[name])


async def test_a_backlog_of_before_the_first_start_is_worked_off_in_bounded_steps(
    archive: Archive,
) -> None:
    series = {archive.sensors[0]: _noise(400, timedelta(hours=1, minutes=41))}
    await store_rows(archive, rows(archive, archive.sensors[0], series[archive.sensors[0]]))
    await move_mark(archive, NOW)
    spans = []
    async with archive.owner.acquire() as connection:
        while span := await rollups.materialise(connection, longest=DAY):
            spans.append(span)
            await assert_exact(archive, series, [NOW - 31 * DAY, NOW - 9 * DAY, NOW - HOUR, NOW])
    assert 25 <= len(spans) <= 40, "from the first day that has a partition, a day at a time"
    assert all(span.end - span.start <= DAY for span in spans[1:])
    assert all(before.end == after.start for before, after in itertools.pairwise(spans[1:]))


async def test_readings_in_order_leave_no_entry_and_late_ones_one_for_each_run_of_quarters(
    archive: Archive,
) -> None:
    await move_mark(archive, NOW - HOUR)
    sensor, other = archive.sensors
    await store_rows(
        archive, rows(archive, sensor, {NOW - HOUR + timedelta(seconds=n): 1.0 for n in range(500)})
    )
    pending = (
        "SELECT sensor_id, first_at, end_at FROM tsd.invalidation ORDER BY sensor_id, first_at"
    )
    late_quarters = [row for row in await archive.owner.fetch(pending) if row["end_at"] > NOW]
    assert late_quarters == []
    await archive.owner.execute("TRUNCATE tsd.invalidation")
    start = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    minutes = [0, 1, 14, 15, 29, 60, 61, 200]
    await store_rows(
        archive, rows(archive, sensor, {start + timedelta(minutes=n): 1.0 for n in minutes})
    )
    await store_rows(archive, rows(archive, other, {start: 1.0}))
    found = [tuple(row) for row in await archive.owner.fetch(pending)]
    assert sorted(found) == sorted(
        [
            (sensor, start, start + 2 * QUARTER),
            (sensor, start + 4 * QUARTER, start + 5 * QUARTER),
            (sensor, start + 13 * QUARTER, start + 14 * QUARTER),
            (other, start, start + QUARTER),
        ]
    )


async def test_a_writer_in_a_snapshot_older_than_the_mark_is_refused(archive: Archive) -> None:
    async with archive.ingest.acquire() as connection:
        with pytest.raises(asyncpg.PostgresError, match="READ COMMITTED"):
            async with connection.transaction(isolation="repeatable_read"):
                await connection.execute(BEGIN_WRITE)


async def test_a_writer_that_waited_for_the_mark_logs_behind_the_new_one(archive: Archive) -> None:
    """The mark is read in a statement after the lock: a snapshot from before the wait would show the old one."""
    async with archive.owner.acquire() as job, archive.ingest.acquire() as writer:
        moving = job.transaction()
        await moving.start()
        await job.execute("SELECT tsd.move_invalidation_threshold($1)", NOW)
        transaction = writer.transaction()
        await transaction.start()
        waiting = asyncio.create_task(writer.fetchval("SELECT tsd.begin_write()"))
        async with asyncio.timeout(10):
            while not await archive.owner.fetchval(  # noqa: ASYNC110 - only pg_locks tells
                f"SELECT count(*) FROM pg_locks WHERE {OURS} AND objid = 2 AND NOT granted"
            ):
                await asyncio.sleep(0.01)
        await moving.commit()
        assert await waiting == NOW.replace(minute=0, second=0)
        await transaction.rollback()


async def test_platform_retention_drops_days_and_their_rollups_stand_alone(
    archive: Archive,
) -> None:
    sensor = archive.sensors[0]
    series = _noise(2000, timedelta(minutes=17))
    await store_rows(archive, rows(archive, sensor, series))
    border = (NOW - 9 * DAY).date()
    assert await retention.drop_old_days(archive.owner, before=border) == [], (
        "rollups are not finished"
    )
    await move_mark(archive, NOW)
    await materialise_all(archive)
    late = {NOW - 15 * DAY: 99.0}
    await store_rows(archive, rows(archive, sensor, late))
    assert await retention.drop_old_days(archive.owner, before=border) == [], "a repair is pending"
    await repair_all(archive)
    truth = {sensor: series | late}
    bounds = [datetime(2026, 11, day, hour, tzinfo=UTC) for day in range(1, 24) for hour in (0, 5)]
    await assert_exact(archive, truth, bounds)
    dropped = await retention.drop_old_days(archive.owner, before=border)
    assert dropped
    assert max(dropped) < border
    assert await archive.owner.fetchval("SELECT min(ts) FROM tsd.reading") >= datetime(
        2026, 11, 14, tzinfo=UTC
    )
    await assert_exact(archive, truth, bounds)
    # Whatever is late for it now is not repaired: nothing would be left of those buckets.
    await archive.owner.execute(
        "INSERT INTO tsd.invalidation (org_id, sensor_id, first_at, end_at) VALUES ($1, $2, $3, $4)",
        archive.org_id, sensor, datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC),
    )  # fmt: skip
    await assert_exact(archive, truth, bounds)
    await repair_all(archive)
    await assert_exact(archive, truth, bounds)
    # Deleting reaches what stands alone too.
    await retention.delete_readings(
        archive.owner,
        archive.org_id,
        datetime(2026, 11, 3, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    left = {
        at: value for at, value in truth[sensor].items() if not 3 <= at.day < 20 or at.month != 11
    }
    await assert_exact(archive, {sensor: left}, bounds)
    await retention.drop_old_rollups(archive.owner, before=border)
    assert (
        await archive.owner.fetchval("SELECT count(*) FROM tsd.rollup_1d WHERE bucket < $1", border)
        == 0
    )


async def test_an_organizations_own_retention_deletes_its_readings_and_no_neighbours(
    urls: DatabaseUrls, archive: Archive
) -> None:
    neighbour = Archive(archive.ingest, archive.owner, archive.app)
    series = _noise(1000, timedelta(minutes=30))
    admin = await asyncpg.connect(urls.admin)
    try:
        await admin.execute(
            "INSERT INTO platform.organization (id, name, retention_days) VALUES ($1, 'a', 7), ($2, 'b', NULL)",
            archive.org_id,
            neighbour.org_id,
        )
        for world in (archive, neighbour):
            await store_rows(world, rows(world, world.sensors[0], series))
        await move_mark(archive, NOW)
        await materialise_all(archive)
        border = datetime(2026, 11, 16, tzinfo=UTC)
        deleted = await retention.delete_days_before(archive.owner, archive.org_id, border.date())
        kept = {at: value for at, value in series.items() if at >= border}
        assert deleted == len(series) - len(kept)
        bounds = [NOW - 25 * DAY, border - HOUR, border + HOUR, NOW]
        await assert_exact(archive, {archive.sensors[0]: kept}, bounds)
        await assert_exact(neighbour, {neighbour.sensors[0]: series}, bounds)
        await repair_all(archive)
        await assert_tiers_agree(archive, {archive.sensors[0]: kept})
        await assert_exact(neighbour, {neighbour.sensors[0]: series}, bounds)
        again = await retention.delete_days_before(archive.owner, archive.org_id, border.date())
        assert again == 0
        # The database goes by its own clock, and leaves the day's job a day to do it.
        days = (datetime.now(UTC) - border).days
        for retention_days, over in ((days, 0), (days - 2, 1)):
            await admin.execute(
                "UPDATE platform.organization SET retention_days = $2 WHERE id = $1",
                archive.org_id,
                retention_days,
            )
            assert await retention.tenants_over_retention(archive.app) == over
    finally:
        await admin.execute("DELETE FROM platform.usage")
        await admin.execute("DELETE FROM platform.organization")
        await admin.close()


async def test_a_sensor_loses_its_latest_value_with_its_readings(archive: Archive) -> None:
    sensor = archive.sensors[0]
    await store_rows(archive, rows(archive, sensor, {NOW - n * HOUR: float(n) for n in range(5)}))
    latest = "SELECT ts, value_double FROM tsd.latest WHERE sensor_id = $1"
    await retention.delete_readings(
        archive.owner, archive.org_id, NOW - HOUR, NOW + HOUR, sensor_id=sensor
    )
    assert tuple(await archive.owner.fetchrow(latest, sensor)) == (NOW - 2 * HOUR, 2.0)
    await retention.delete_readings(
        archive.owner, archive.org_id, NOW - DAY, NOW + HOUR, sensor_id=sensor
    )
    assert await archive.owner.fetchrow(latest, sensor) is None


@pytest.mark.parametrize(
    "urls", ["plain"], indirect=True
)  # what becomes columns has no key to be packed
async def test_packing_a_closed_day_makes_its_key_smaller_and_is_done_once(
    archive: Archive,
) -> None:
    series = {NOW - 3 * DAY + timedelta(seconds=n): 1.0 for n in range(6000)}
    scattered = [ReadingRow(archive.org_id, uuid4(), at, value) for at, value in series.items()]
    for start in range(0, len(scattered), 100):  # sorted within a batch alone, as real ones are
        await store_rows(archive, scattered[start : start + 100])
    size = "SELECT pg_relation_size(('tsd_chunks.reading_' || to_char($1::date, 'YYYYMMDD') || '_pkey')::regclass)"
    day = (NOW - 3 * DAY).date()
    before = await archive.owner.fetchval(size, day)
    packed = await retention.reindex_closed_days(archive.owner, before=(NOW - DAY).date())
    assert day in packed
    assert await archive.owner.fetchval(size, day) < before
    assert await retention.reindex_closed_days(archive.owner, before=(NOW - DAY).date()) == []


async def test_many_sensors_are_answered_in_one_statement_each_from_its_own_tiers(
    archive: Archive,
) -> None:
    sensors = [uuid4() for _ in range(20)]
    truth: dict[Any, dict[datetime, float]] = {
        sensor: _noise(300, timedelta(minutes=3 + n)) for n, sensor in enumerate(sensors)
    }
    truth[sensors[0]] |= {NOW - HOUR * 5 + timedelta(seconds=n): 1.0 for n in range(3000)}  # dense
    for sensor, series in truth.items():
        await store_rows(archive, rows(archive, sensor, series))
    await move_mark(archive, NOW)
    await materialise_all(archive)
    late = {NOW - HOUR * 7 + timedelta(seconds=7): 3.0}
    await store_rows(archive, rows(archive, sensors[5], late))
    truth[sensors[5]] |= late
    hours = [NOW.replace(minute=0, second=0) - n * HOUR for n in range(24, -1, -1)]
    tiers = {
        (row["sensor_id"], row["bucket"]): row["tiers"]
        for row in await assert_exact(archive, truth, hours)
    }
    assert tiers[sensors[1], 18] == 8
    assert tiers[sensors[5], 18] == 4 | 1, (
        "the hour of the late reading comes from quarters and the readings"
    )
    # Kathmandu's days: no bound lies on an hour, none needs a reading.
    local = [datetime(2026, 11, 21, 18, 15, tzinfo=UTC), datetime(2026, 11, 22, 18, 15, tzinfo=UTC)]
    assert {
        row["tiers"] & 1
        for row in await assert_exact(archive, {sensors[1]: truth[sensors[1]]}, local)
    } == {0}
    minutes = [hours[-6] + n * timedelta(minutes=1) for n in range(120)]
    by_minute = await assert_exact(archive, truth, minutes)
    assert {row["tiers"] for row in by_minute if row["sensor_id"] == sensors[0]} >= {2}
    assert {row["tiers"] for row in by_minute if row["sensor_id"] != sensors[0]} == {1}
