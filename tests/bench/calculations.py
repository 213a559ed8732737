"""What calculated sensors cost: one moment of ten thousand of them, a history that is filled, and a
late reading until all is right again. On a database of its own, where nothing else ticks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec
import psutil
from msgspec.structs import replace

from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from db.readings.times import microseconds
from ingest.calculations.definition import CalculationDefinition, InputSource
from tests.bench.alerting import START
from tests.bench.results import Measure, Pair, Run, Topic, aim
from tests.bench.stand import Stand
from tests.make.alerting import AlertStand, open_days
from tests.make.calculations import SECOND, CalculationStand
from tests.make.database import migrated_database

TICK, FILL, LATE = "calculation-tick", "calculation-fill", "calculation-late"
NAMES = (TICK, FILL, LATE)
STEP_SECONDS = 60
AT = microseconds(START)

# Two inputs each, that have just reported; calculated up to the moment before.
_MANY = f"""
WITH made AS (
  INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type, created_at)
  SELECT $1, gen_random_uuid(), $2, n::text, n::text, 'DOUBLE', '2000-01-01Z'
  FROM generate_series(1, $3::integer * 3) n RETURNING org_id, id, key::integer AS n
), read AS (
  INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double)
  SELECT org_id, id, $4::timestamptz + s * interval '20 seconds', n % 100
  FROM made, generate_series(-3, 1) s WHERE n > $3
), latest AS (
  INSERT INTO tsd.latest
    (org_id, sensor_id, ts, value_double, quiet_from, quiet_to)
  SELECT org_id, id, $4::timestamptz + interval '20 seconds', n % 100, '-infinity', 'infinity'
  FROM made WHERE n > $3
), calculation AS (
  INSERT INTO platform.calculation (org_id, sensor_id, definition, values_per_day, from_at,
    calculated_to, due_at, inputs_due_at, created_by)
  SELECT org_id, id, $5::jsonb, 1440, $4::timestamptz - interval '{STEP_SECONDS} seconds',
    $4::timestamptz - interval '{STEP_SECONDS} seconds', $4::timestamptz, 'infinity', 'bench'
  FROM made WHERE n <= $3
)
INSERT INTO platform.calculation_input (org_id, sensor_id, name, input_id, is_seen)
SELECT c.org_id, c.id, name, i.id, true FROM made c
CROSS JOIN (VALUES ('a', 1), ('b', 2)) AS of (name, place)
JOIN made i ON i.n = c.n + $3 * place WHERE c.n <= $3
"""


@dataclass(frozen=True)
class CalculationBench:
    pool: Pool
    admin: asyncpg.Pool
    sensors: int


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        with migrated_database() as urls:
            async with (
                open_ingest_pool(urls.ingest, pool_size=2) as pool,
                asyncpg.create_pool(urls.admin, min_size=1, max_size=1) as admin,
            ):
                await open_days(pool, [AT - 2 * 86_400 * SECOND], days=5)
                yield _pairs(CalculationBench(pool, admin, stand.sizes.calculated_sensors))

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _pairs(bench: CalculationBench) -> list[Pair]:
    return [
        Pair(
            TICK, f"a moment of {bench.sensors:,} calculated sensors of two inputs", "s CPU",
            _tick(bench), "aim", aim(6), is_lower_better=True,
        ),
        Pair(
            FILL, "a day of a calculated sensor, every 10 s, filled", "s", _fill(bench),
            "aim", aim(2), is_lower_better=True,
        ),
        Pair(
            LATE, "a late reading of yesterday, until what it reaches is right", "ms", _late(bench),
            "aim", aim(50), is_lower_better=True,
        ),
    ]  # fmt: skip


async def _clear(bench: CalculationBench) -> CalculationStand:
    for table in ("reading", "latest", "invalidation", "alert_late"):
        await bench.admin.execute(f"TRUNCATE tsd.{table}")
    await bench.admin.execute("TRUNCATE platform.calculation CASCADE")
    return await CalculationStand.of(await AlertStand.new(bench.pool, bench.admin))


def _difference(one: UUID, other: UUID) -> CalculationDefinition:
    inputs = {"a": InputSource(sensor_id=one), "b": InputSource(sensor_id=other)}
    return CalculationDefinition(expression="(a - b) / 2", inputs=inputs)


def _tick(bench: CalculationBench) -> Measure:
    async def measure() -> Run:
        calculations = await _clear(bench)
        stand = calculations.stand
        definition = _difference(stand.org_id, stand.device_id)  # ids say nothing: inputs do
        await bench.admin.execute(
            _MANY,
            stand.org_id,
            stand.device_id,
            bench.sensors,
            START,
            msgspec.json.encode(definition).decode(),
        )
        await bench.admin.execute("VACUUM ANALYZE")
        before, began, worked = await _spent(bench), time.perf_counter(), 0
        while count := await calculations.tick(AT + SECOND):
            worked += count
        assert worked == bench.sensors
        seconds = time.perf_counter() - began
        return Run(await _spent(bench) - before, {"seconds": seconds})

    return measure


async def _history(bench: CalculationBench) -> tuple[CalculationStand, list[UUID]]:
    """Two sensors that have reported every 10 s for two days."""
    calculations = await _clear(bench)
    sensors = [await calculations.stand.add_sensor() for _ in range(2)]
    for sensor_id in sensors:
        times = range(AT - 2 * 86_400 * SECOND, AT, 10 * SECOND)
        readings = [(sensor_id, at, at / SECOND % 97) for at in times]
        for place in range(0, len(readings), 5_000):
            await calculations.stand.arrive(readings[place : place + 5_000])
    return calculations, sensors


async def _calculated(calculations: CalculationStand, sensors: Sequence[UUID]) -> None:
    definition = replace(_difference(*sensors), step_seconds=10)
    await calculations.add(definition, AT - 86_400 * SECOND)
    while await calculations.tick(AT):
        pass


def _fill(bench: CalculationBench) -> Measure:
    async def measure() -> Run:
        calculations, sensors = await _history(bench)
        before, began = await _spent(bench), time.perf_counter()
        await _calculated(calculations, sensors)
        seconds = time.perf_counter() - began
        return Run(seconds, {"cpu_seconds": await _spent(bench) - before})

    return measure


def _late(bench: CalculationBench) -> Measure:
    async def measure() -> Run:
        calculations, sensors = await _history(bench)
        await _calculated(calculations, sensors)
        took = []
        for number in range(10):
            at = AT - 40_000 * SECOND + number * 600 * SECOND + 5 * SECOND
            await calculations.stand.arrive([(sensors[0], at, 1_000.0)])
            began = time.perf_counter()
            await calculations.settle(AT)
            took.append(time.perf_counter() - began)
        return Run(sorted(took)[5] * 1e3)

    return measure


async def _spent(bench: CalculationBench) -> float:
    """CPU seconds of this process and of its backends: they hold on a busy machine, too."""
    own = psutil.Process().cpu_times()
    pids = await bench.admin.fetch(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'iot_ingest' AND datname = "
        "current_database()"
    )
    backends = [psutil.Process(row["pid"]).cpu_times() for row in pids]
    return sum(times.user + times.system for times in (own, *backends))
