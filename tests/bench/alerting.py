"""What alerting costs: ingest of sensors that are watched and quiet, a tick of many silences, late
readings, a rule that begins, a back-test. On a database of its own, where nothing else ticks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import numpy as np
import psutil

from app.alerting.alert_rules import backtest
from app.alerting.alert_rules.schemas import AlertCondition, AlertLevel, AlertRuleContent
from app.core.target_reference import TargetReference
from db.connections.pools import open_ingest_pool
from db.connections.sessions import Database, open_database
from db.connections.types import Pool
from db.readings import store as writing
from db.readings.times import microseconds
from ingest.alerting.definition import RuleDefinition, RuleLevel
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import SortedReadings, sort_by_key
from ingest.pipeline.store import store_in
from ingest.pipeline.values import ValueColumns
from tests.bench.results import Measure, Pair, Run, Topic, aim
from tests.bench.stand import Stand
from tests.make.alert_history import SECOND
from tests.make.alerting import AlertStand, open_days
from tests.make.database import migrated_database

QUIET = {"alerting-quiet-20": (1_000, 20), "alerting-quiet-1": (10_000, 1)}
TICK, LATE, BEGIN = "alerting-tick", "alerting-late", "alerting-begin"
BACKTEST = "alerting-backtest"
NAMES = (*QUIET, TICK, LATE, BEGIN, BACKTEST)
BATCHES = 10
DAYS = 30
START = datetime(2026, 11, 20, tzinfo=UTC)
SILENCE_SECONDS = 900
TICKS = 30

WARM = RuleDefinition(
    kind="VALUE", operator="GT", levels=(RuleLevel(severity="WARNING", value=50.0),)
)
SILENT = RuleDefinition(
    kind="NO_DATA", window_seconds=SILENCE_SECONDS, levels=(RuleLevel(severity="WARNING"),)
)


@dataclass(frozen=True)
class AlertBench:
    pool: Pool
    admin: asyncpg.Pool
    database: Database
    devices: int
    step: timedelta


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        with migrated_database() as urls:
            async with (
                open_ingest_pool(urls.ingest, pool_size=1) as pool,
                asyncpg.create_pool(urls.admin, min_size=1, max_size=2) as admin,
                open_database(urls.app, pool_size=2, statement_timeout_seconds=60) as database,
            ):
                first = START - timedelta(days=DAYS + 1)
                await open_days(pool, [microseconds(first)], days=DAYS + 4)
                bench = AlertBench(
                    pool, admin, database, stand.sizes.devices, stand.sizes.history_step
                )
                yield [*_quiet_pairs(bench), *_other_pairs(bench)]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _quiet_pairs(bench: AlertBench) -> list[Pair]:
    return [
        Pair(
            name,
            f"ingest, a quiet rule on each of {sensors:,} sensors, {each} readings a batch",
            "µs CPU a reading",
            _ingest(bench, sensors, each, is_watched=True),
            "without rules",
            _ingest(bench, sensors, each, is_watched=False),
            is_lower_better=True,
        )
        for name, (sensors, each) in QUIET.items()
    ]


def _other_pairs(bench: AlertBench) -> list[Pair]:
    many = f"{bench.devices:,}"
    return [
        Pair(
            TICK, f"a tick, {many} sensors that report, silence of 15 min", "ms", _tick(bench),
            "aim", aim(10), is_lower_better=True,
        ),
        Pair(
            LATE, "a late reading of yesterday taken in", "ms", _late(bench),
            "aim", aim(20), is_lower_better=True,
        ),
        Pair(
            BEGIN, f"a rule begins on {many} sensors", "s", _begin(bench),
            "aim", aim(10), is_lower_better=True,
        ),
        Pair(
            BACKTEST, f"a back-test of {DAYS} days of one sensor", "s", _backtest(bench),
            "aim", aim(0.3), is_lower_better=True,
        ),
    ]  # fmt: skip


# ---- ingest --------------------------------------------------------------------------------------


def _ingest(bench: AlertBench, count: int, each: int, *, is_watched: bool) -> Measure:
    async def measure() -> Run:
        await _clear(bench)
        sensors = [
            Sensor(uuid4(), uuid4(), uuid4(), key="", value_type="DOUBLE", is_widenable=False)
            for _ in range(count)
        ]
        batches = [_batch(sensors, each, number) for number in range(BATCHES + 2)]
        for batch in batches[:2]:
            await _store(bench.pool, batch, sensors)
        if is_watched:
            await bench.admin.execute(
                "UPDATE tsd.latest SET quiet_from = '-infinity', quiet_to = 50"
            )
        await bench.admin.execute("VACUUM ANALYZE tsd.latest")
        before = await _spent(bench)
        for batch in batches[2:]:
            await _store(bench.pool, batch, sensors)
        spent = await _spent(bench) - before
        return Run(spent / (count * each * BATCHES) * 1e6)

    return measure


async def _spent(bench: AlertBench) -> float:
    """CPU seconds of this process and of its one connection's backend: they hold on a busy machine,
    too."""
    backend = psutil.Process(await bench.pool.fetchval("SELECT pg_backend_pid()"))
    times = backend.cpu_times()
    return float(times.user + times.system) + time.process_time()


def _batch(sensors: Sequence[Sensor], each: int, number: int) -> SortedReadings:
    rows = np.repeat(np.arange(len(sensors)), each)
    steps = number * each + np.tile(np.arange(each), len(sensors))
    table = Rows.of(
        list(sensors),
        rows.astype(np.intp),
        (microseconds(START) + steps * 10 * SECOND).astype(np.int64),
        values=ValueColumns.of(np.random.default_rng(number).uniform(0, 10, len(rows)).tolist()),
    )
    one = np.zeros(len(table), np.intp)
    return sort_by_key(replace(table, message=one, index=np.arange(len(table)), type=table.kind))


async def _store(pool: Pool, batch: SortedReadings, sensors: Sequence[Sensor]) -> None:
    async with writing.transaction(pool) as connection:
        await store_in(connection, batch, is_trusted=True)
    newest = int(batch.unique.ts.max())
    for sensor in sensors:
        sensor.newest = newest


async def _clear(bench: AlertBench) -> None:
    for table in ("reading", "latest", "invalidation", "alert_late"):
        await bench.admin.execute(f"TRUNCATE tsd.{table}")
    await bench.admin.execute("TRUNCATE platform.alert_pair, platform.alert_transition")
    await bench.admin.execute("UPDATE platform.alert_rule SET sync_due_at = NULL")


# ---- time, late readings, beginnings -------------------------------------------------------------

_MANY_SENSORS = """
INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type, created_at)
SELECT $1, gen_random_uuid(), $2, n::text, n::text, 'DOUBLE', '2000-01-01Z'
FROM generate_series(1, $3::integer) n
"""


async def _fleet(bench: AlertBench) -> AlertStand:
    """Many sensors, each with a reading of the last minute."""
    await _clear(bench)
    stand = await AlertStand.new(bench.pool, bench.admin)
    await bench.admin.execute(_MANY_SENSORS, stand.org_id, stand.device_id, bench.devices)
    await bench.admin.execute(
        "INSERT INTO tsd.latest (org_id, sensor_id, ts, value_double) "
        "SELECT org_id, id, $2::timestamptz - make_interval(secs => 60 * random()), 1 "
        "FROM platform.sensor WHERE org_id = $1",
        stand.org_id,
        START,
    )
    await bench.admin.execute("VACUUM ANALYZE tsd.latest, platform.sensor")
    return stand


def _begin(bench: AlertBench) -> Measure:
    async def measure() -> Run:
        stand = await _fleet(bench)
        await stand.add_rule(WARM, {"type": "ORGANIZATION"}, microseconds(START))
        before, began = await _spent(bench), time.perf_counter()
        await stand.synchronize(microseconds(START))
        seconds = time.perf_counter() - began
        return Run(seconds, {"cpu_seconds": await _spent(bench) - before})

    return measure


def _tick(bench: AlertBench) -> Measure:
    async def measure() -> Run:
        stand = await _fleet(bench)
        await stand.add_rule(SILENT, {"type": "ORGANIZATION"}, microseconds(START))
        await stand.synchronize(microseconds(START))
        # As after some time: each is due at a second of its own.
        await bench.admin.execute(
            "UPDATE platform.alert_pair SET due_at = $1::timestamptz "
            "+ make_interval(secs => $2 * random())",
            START,
            SILENCE_SECONDS,
        )
        await bench.admin.execute("VACUUM ANALYZE platform.alert_pair, tsd.latest")
        before, took = await _spent(bench), []
        for second in range(1, TICKS + 1):
            began = time.perf_counter()
            await stand.tick(microseconds(START + timedelta(seconds=second)))
            took.append(time.perf_counter() - began)
        spent = await _spent(bench) - before
        return Run(sorted(took)[TICKS // 2] * 1e3, {"cpu_ms": spent / TICKS * 1e3})

    return measure


def _late(bench: AlertBench) -> Measure:
    async def measure() -> Run:
        stand, sensor_id = await _history(bench)
        at = microseconds(START - timedelta(days=1, seconds=5))
        await stand.arrive([(sensor_id, at, 60.0)], {})
        before, began = await _spent(bench), time.perf_counter()
        await stand.repair(microseconds(START))
        milliseconds = (time.perf_counter() - began) * 1e3
        return Run(milliseconds, {"cpu_ms": (await _spent(bench) - before) * 1e3})

    return measure


def _backtest(bench: AlertBench) -> Measure:
    async def measure() -> Run:
        stand, sensor_id = await _history(bench)
        content = AlertRuleContent(
            name="warm",
            target=TargetReference(type="SENSOR", id=sensor_id),
            condition=AlertCondition(operator="GT", value=50.0),
            levels=[AlertLevel(severity="WARNING")],
        )
        span = START - timedelta(days=DAYS), START
        before, began = time.process_time(), time.perf_counter()
        async with bench.database.reading_transaction(stand.org_id) as connection:
            found = await backtest.run(
                connection,
                stand.org_id,
                rule_id=None,
                content=content,
                span=span,
                readings_max=3_000_000,
            )
        seconds = time.perf_counter() - began
        assert found.count
        own = time.process_time() - before
        return Run(seconds, {"cpu_seconds": own, "alerts": found.count})

    return measure


async def _history(bench: AlertBench) -> tuple[AlertStand, UUID]:
    """A sensor with thirty days of readings, of which few cross, and the rule that watched it.

    Made anew for each measurement: the others of its turn clear the database.
    """
    await _clear(bench)
    stand = await AlertStand.new(bench.pool, bench.admin)
    stand.chunk = 2_000
    sensor_id = await stand.add_sensor()
    first = START - timedelta(days=DAYS)
    values = np.where(np.random.default_rng(5).random(DAYS * 86_400) < 0.002, 60.0, 20.0)
    count = int(timedelta(days=DAYS) / bench.step)
    await bench.admin.execute(
        "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
        "SELECT $1, $2, $3::timestamptz + make_interval(secs => $4) * n, v "
        "FROM unnest($5::float8[]) WITH ORDINALITY AS u (v, n)",
        stand.org_id,
        sensor_id,
        first,
        bench.step.total_seconds(),
        values[:count].tolist(),
    )
    await bench.admin.execute(
        "INSERT INTO tsd.latest (org_id, sensor_id, ts, value_double) "
        "SELECT org_id, sensor_id, ts, value_double FROM tsd.reading WHERE sensor_id = $1 "
        "ORDER BY ts DESC LIMIT 1",
        sensor_id,
    )
    await bench.admin.execute("VACUUM ANALYZE tsd.reading")
    rule = await stand.watch(WARM, sensor_id, microseconds(first))
    await stand.settle(microseconds(START))
    assert await stand.alerts(rule, sensor_id)
    return stand, sensor_id
