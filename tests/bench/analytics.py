"""What the functions of job definitions cost on the history of one sensor, as the API reads it, on
a database of its own; the limit is reading that history once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import psutil

from app.core.job_functions import JobFunction, parameters_of
from db.connections.pools import open_ingest_pool
from db.connections.sessions import Database, open_database
from db.readings.times import microseconds
from db.rollups import refresh as rollups
from tests.bench.alerting import START
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand
from tests.make.alerting import AlertStand, open_days
from tests.make.database import migrated_database
from workers.analytics.finders import Pair as SensorPair
from workers.analytics.finders import finder_of
from workers.analytics.sources import DAY, SensorSource

STEP_SECONDS = 10
FUNCTIONS: dict[JobFunction, dict[str, float]] = {
    "PEARSON_CORRELATION": {"below": 0.5},
    "DRIFT": {"maxOffset": 0.5},
    "THRESHOLD_EXCEEDANCE": {"above": 28, "mergeGapSeconds": 60},
    "ZSCORE_ANOMALY": {"minScale": 0.1},
    "DATA_GAP": {},
}
NAMES = tuple(f"job-{function.lower().replace('_', '-')}" for function in FUNCTIONS)

# A day's course with noise; one reading in a thousand is missing, and a day in fifty is silent for
# an hour.
_FILL = f"""
INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double)
SELECT $1, $2, $3::timestamptz + n * interval '{STEP_SECONDS} seconds',
  20 + 5 * sin(n * 2 * pi() * {STEP_SECONDS} / 86400) + random() * 4
FROM generate_series(0, $4::integer - 1) n
WHERE n % 1000 > 0 AND NOT (n / 8640 % 50 = 7 AND n % 8640 BETWEEN 3000 AND 3360)
"""


@dataclass(frozen=True)
class _History:
    database: Database
    org_id: UUID
    sensor_ids: Sequence[UUID]
    start: int
    end: int

    @property
    def pair(self) -> SensorPair:
        own, other = (SensorSource(self.database, self.org_id, each) for each in self.sensor_ids)
        return SensorPair(own, other)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        with migrated_database() as urls:
            async with (
                open_ingest_pool(urls.ingest, pool_size=1) as pool,
                asyncpg.create_pool(urls.admin, min_size=1, max_size=1) as admin,
                open_database(urls.app, pool_size=1, statement_timeout_seconds=600) as database,
            ):
                count = stand.sizes.analysed_readings
                days = count * STEP_SECONDS // 86_400 + 1
                first = START - timedelta(days=days)
                await open_days(pool, [microseconds(first)], days=days + 2)
                tenant = await AlertStand.new(pool, admin)
                sensor_ids = [await tenant.add_sensor() for _ in range(2)]
                for sensor_id in sensor_ids:
                    await admin.execute(_FILL, tenant.org_id, sensor_id, first, count)
                await _materialise(urls.owner)
                await admin.execute("VACUUM ANALYZE")
                start = microseconds(first) // DAY * DAY
                end = microseconds(first) + count * STEP_SECONDS * 1_000_000
                history = _History(database, tenant.org_id, sensor_ids, start, end)
                yield [_pair(history, count, function) for function in FUNCTIONS]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


async def _materialise(owner_url: str) -> None:
    owner = await asyncpg.connect(owner_url)
    try:
        await rollups.move_invalidation_threshold(owner, settle=timedelta(minutes=1))
        while await rollups.materialise(owner, longest=timedelta(days=30)):
            pass
    finally:
        await owner.close()


def _pair(history: _History, count: int, function: JobFunction) -> Pair:
    return Pair(
        f"job-{function.lower().replace('_', '-')}",
        f"{function} over {count:,} readings of a sensor",
        "ms",
        _found(history, function),
        "reading them once",
        _read(history),
        is_lower_better=True,
    )


def _found(history: _History, function: JobFunction) -> Measure:
    finder = finder_of(parameters_of(function, FUNCTIONS[function]))

    async def measure() -> Run:
        before, began = psutil.Process().memory_info().rss, time.perf_counter()
        found = await finder.find(history.pair, history.start, history.end, history.end)
        spent = (time.perf_counter() - began) * 1000
        grown = psutil.Process().memory_info().rss - before
        return Run(spent, {"findings": len(found.findings), "grown_mb": grown / 1e6})

    return measure


def _read(history: _History) -> Measure:
    async def measure() -> Run:
        began = time.perf_counter()
        async for _ in history.pair.own.pages(history.start, history.end):
            pass
        return Run((time.perf_counter() - began) * 1000)

    return measure
