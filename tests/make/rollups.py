"""A database with readings and rollups, and the slow way to know what every question about them
must answer."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import numpy as np

from db.connections.locks import REFRESH, trying
from db.connections.types import Connection
from db.readings import buckets
from db.readings import store as writing
from db.readings.backend import Backend, backend
from db.readings.columns import Value
from db.readings.partitions import ensure_partitions
from db.readings.times import EPOCH, microseconds, moment_of
from db.rollups import continuous
from db.rollups import refresh as rollups
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import sort_by_key
from ingest.pipeline.store import store_in
from ingest.pipeline.values import ValueColumns
from tests.make.database import DatabaseUrls

# Days, hours and quarters that are whole, some that aren't, and a mark that moves when a test says
# so.
NOW = datetime(2026, 11, 23, 12, 7, 31, tzinfo=UTC)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)  # where buckets are counted from
Series = Mapping[datetime, float]
PARTIAL_COLUMNS = (
    "count",
    "sum",
    "m2",
    "min",
    "max",
    "first_at",
    "first",
    "last_at",
    "last",
    "integral",
)


@dataclass(frozen=True)
class Archive:
    """Pools for each role; a tenant and two of its sensors."""

    ingest: asyncpg.Pool
    owner: asyncpg.Pool
    app: asyncpg.Pool
    org_id: UUID = field(default_factory=uuid4)
    sensors: tuple[UUID, UUID] = field(default_factory=lambda: (uuid4(), uuid4()))


@asynccontextmanager
async def pools(
    urls: DatabaseUrls,
) -> AsyncIterator[tuple[asyncpg.Pool, asyncpg.Pool, asyncpg.Pool]]:
    def pool(url: str) -> Any:
        return asyncpg.create_pool(url, min_size=0, max_size=6)

    async with pool(urls.ingest) as ingest, pool(urls.owner) as owner, pool(urls.app) as app:
        yield ingest, owner, app


async def reset(archive: Archive, *, days: Iterable[date]) -> None:
    """Empty, nothing materialised, with partitions of these days."""
    # One by one: a continuous aggregate is emptied by itself.
    for name in ("reading", "reading_metadata", "latest", "invalidation", *TIERS):
        await archive.owner.execute(f"TRUNCATE tsd.{name}")
    await archive.owner.execute(
        "UPDATE tsd.rollup_watermark SET invalidation_threshold = DEFAULT, watermark = DEFAULT"
    )
    await archive.owner.execute("UPDATE tsd.retention_mark SET raw_from = '1970-01-05Z'")
    await ensure_partitions(archive.ingest, list(days))


class ReadingRow(NamedTuple):
    org_id: UUID
    sensor_id: UUID
    ts: datetime
    value: Value


def rows(archive: Archive, sensor: UUID, readings: Series) -> list[ReadingRow]:
    return [ReadingRow(archive.org_id, sensor, at, value) for at, value in readings.items()]


async def write(
    connection: Any, readings: Sequence[ReadingRow], *, is_trusted: bool = True
) -> set[tuple[UUID, datetime]]:
    """What the pipeline does inside its transaction; the keys that were new."""
    await connection.execute(writing.BEGIN_WRITE)
    newest = dict(await connection.fetch("SELECT sensor_id, ts FROM tsd.latest"))
    sorted_ = sort_by_key(_table(readings, newest))
    stored = (await store_in(connection, sorted_, is_trusted=is_trusted)).stored.rows
    return {
        (stored.sensor_of(row).id, moment_of(int(ts))) for row, ts in enumerate(stored.ts.tolist())
    }


def _table(readings: Sequence[ReadingRow], newest: Mapping[UUID, datetime]) -> Rows[Sensor]:
    """The readings, each in the column of its own value's type, in one message of their order."""
    sensors = {
        (row.org_id, row.sensor_id): Sensor(
            row.sensor_id,
            row.org_id,
            device_id=row.sensor_id,
            key="",
            value_type="DOUBLE",
            is_widenable=False,
            newest=microseconds(newest.get(row.sensor_id, EPOCH)),
        )
        for row in readings
    }
    number = {key: n for n, key in enumerate(sensors)}
    table = Rows.of(
        list(sensors.values()),
        np.array([number[row.org_id, row.sensor_id] for row in readings], np.intp),
        np.array([microseconds(row.ts) for row in readings], np.int64),
        values=ValueColumns.of([row.value for row in readings]),
    )
    one = np.zeros(len(table), np.intp)
    return replace(table, message=one, index=np.arange(len(table)), type=table.kind)


async def store_rows(
    archive: Archive, readings: Sequence[ReadingRow]
) -> set[tuple[UUID, datetime]]:
    """As the pipeline does: where another writer was faster, once more without trust in the newest
    times."""
    async with archive.ingest.acquire() as connection:
        try:
            async with connection.transaction():
                return await write(connection, readings)
        except asyncpg.UniqueViolationError:
            async with connection.transaction():
                return await write(connection, readings, is_trusted=False)


async def move_mark(archive: Archive, to: datetime) -> None:
    await archive.owner.execute("SELECT tsd.move_invalidation_threshold($1)", to)


async def materialise_all(archive: Archive, *, longest: timedelta = DAY) -> None:
    async with archive.owner.acquire() as connection:
        while await rollups.materialise(connection, longest=longest):
            pass


async def repair_all(archive: Archive) -> None:
    async with archive.owner.acquire() as connection:
        while await rollups.repair(connection, buckets=1000):
            pass


@dataclass
class OpenStep:
    """A step of the job that stands between two of its statements, and what is left of it."""

    archive: Archive
    connection: Any
    opened: AsyncExitStack
    left: list[Callable[[], Awaitable[Any]]] = field(default_factory=list)

    async def end(self) -> None:
        await self.opened.aclose()
        await self.archive.owner.release(self.connection)

    async def kill(self) -> None:
        self.connection.terminate()
        await self.archive.owner.release(self.connection)


async def begin_to_materialise(archive: Archive, longest: timedelta) -> OpenStep:
    step = await _begin_step(archive)
    connection = step.connection
    if await backend(connection) is Backend.TIMESCALE:
        start, end = await continuous.next_span(connection, longest)
        step.left = [
            *_refreshes(connection, await continuous.next_refreshes(connection, start, end)),
            partial(continuous.write_minutes, connection, start, end),
            partial(continuous.move_watermarks, connection, end),
        ]
    else:
        span = await rollups.next_span(connection, longest)
        step.left = [partial(rollups.finish_span, connection, span)]
        if span.start < span.end:
            step.left.insert(0, partial(rollups.write_quarters, connection, span))
    return step


async def begin_to_repair(archive: Archive, buckets: int) -> OpenStep:
    step = await _begin_step(archive)
    connection = step.connection
    ids = await rollups.next_invalidations(connection, buckets)
    if await backend(connection) is Backend.TIMESCALE:
        stale = await continuous.stale_refreshes(connection, ids)
        step.left = [
            *_refreshes(connection, stale),
            *(
                partial(continuous.write_minutes, connection, each.start, each.end)
                for each in stale
                if each.aggregate == continuous.FINEST
            ),
        ]
    else:
        step.left = [
            partial(rollups.repair_quarters, connection, ids),
            partial(rollups.repair_coarse, connection, ids),
        ]
    step.left.append(partial(rollups.forget_invalidations, connection, ids))
    return step


async def _begin_step(archive: Archive) -> OpenStep:
    """With the job's lock: in a transaction, or over the several that continuous aggregates
    take."""
    connection = await archive.owner.acquire()
    opened = AsyncExitStack()
    if await backend(connection) is Backend.TIMESCALE:
        assert await opened.enter_async_context(trying(connection, REFRESH))
    else:
        await opened.enter_async_context(connection.transaction())
        assert await rollups.begin_refresh(connection)
    return OpenStep(archive, connection, opened)


def _refreshes(
    connection: Any, what: Iterable[continuous.Refresh]
) -> list[Callable[[], Awaitable[Any]]]:
    return [partial(continuous.refresh, connection, each) for each in what]


async def parts(
    archive: Archive, sensors: Sequence[UUID], bounds: Sequence[datetime]
) -> dict[tuple[UUID, int], asyncpg.Record]:
    """By the sensor and the bucket, from 1 on. Questions as columns, with bounds and with a step,
    are answered alike."""
    async with (
        archive.app.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("SELECT set_config('app.org_id', $1, true)", str(archive.org_id))
        rows = await connection.fetch("SELECT * FROM api.rollup_partials($1, $2)", sensors, bounds)
        found = {(row["sensor_id"], row["bucket"]): row for row in rows}
        await _assert_alike(connection, buckets.Buckets(sensors, bounds), found)
        steps = {end - start for start, end in itertools.pairwise(bounds[1:-1])}
        if len(steps) == 1 and not any((edge - ORIGIN) % min(steps) for edge in bounds[1:-1]):
            step = steps.pop()
            if bounds[1] - bounds[0] <= step and bounds[-1] - bounds[-2] <= step:
                await _assert_alike(connection, buckets.Buckets(sensors, bounds, step), found)
    return found


async def _assert_alike(
    connection: Connection, asked: buckets.Buckets, found: Mapping[tuple[UUID, int], asyncpg.Record]
) -> None:
    edges = np.array([round(edge.timestamp() * 1e6) for edge in asked.bounds])
    told = await buckets.partials(connection, [asked], PARTIAL_COLUMNS)
    assert sum(len(part.at) for part in told.values()) == len(found)
    for (_, sensor), part in told.items():
        assert part.tiers & 31
        for row, place in enumerate(np.searchsorted(edges, part.at, side="right").tolist()):
            expected = found[sensor, place]
            assert part.counts[row] == expected["count_all"]
            for name in PARTIAL_COLUMNS:
                value, wanted = float(part.columns[name][row]), expected[name]
                if isinstance(wanted, datetime):
                    wanted = wanted.timestamp()
                assert (
                    math.isnan(value) if wanted is None else value == wanted or math.isnan(wanted)
                ), name


async def assert_exact(
    archive: Archive, truth: Mapping[UUID, Series], bounds: Sequence[datetime]
) -> list[asyncpg.Record]:
    """Every part of every sensor between these bounds is what the readings themselves give."""
    found = await parts(archive, list(truth), bounds)
    expected = {
        (sensor, number): inside
        for sensor, series in truth.items()
        for number, (start, end) in enumerate(itertools.pairwise(bounds), 1)
        if (inside := [(at, value) for at, value in sorted(series.items()) if start <= at < end])
    }
    assert found.keys() == expected.keys()
    for key, inside in expected.items():
        assert_part(found[key], inside)
    return list(found.values())


def assert_part(part: Mapping[str, Any], inside: Sequence[tuple[datetime, float]]) -> None:
    values = [value for _, value in inside]
    facts = [
        part[name]
        for name in ("count_all", "count", "min", "max", "first_at", "first", "last_at", "last")
    ]
    (first_at, first), (last_at, last) = inside[0], inside[-1]
    assert facts == [
        len(values),
        len(values),
        min(values),
        max(values),
        first_at,
        first,
        last_at,
        last,
    ]
    largest = max(map(abs, values))
    assert math.isclose(
        part["sum"], math.fsum(values), rel_tol=1e-12, abs_tol=1e-12 * largest * len(values)
    )
    spread = statistics.variance(values) * (len(values) - 1) if len(values) > 1 else 0.0
    assert math.isclose(part["m2"], spread, rel_tol=1e-10, abs_tol=1e-15 * largest**2)
    difference = math.fsum(value - first for value in values)
    assert math.isclose(
        part["sum_of_differences"], difference, rel_tol=1e-10, abs_tol=1e-15 * largest * len(values)
    )
    area = math.fsum(
        value * (after - at).total_seconds()
        for (at, value), (after, _) in itertools.pairwise(inside)
    )
    length = (last_at - first_at).total_seconds()
    assert math.isclose(
        part["integral"], area, rel_tol=1e-9, abs_tol=1e-12 * largest * max(length, 1)
    )


TIERS = {
    "rollup_1m": timedelta(minutes=1),
    "rollup_15m": QUARTER,
    "rollup_1h": HOUR,
    "rollup_1d": DAY,
}


async def assert_tiers_agree(archive: Archive, truth: Mapping[UUID, Series]) -> None:
    """When nothing is pending, every tier's table by itself holds what the readings give, up to its
    mark."""
    marks = dict(await archive.owner.fetch("SELECT width, watermark FROM tsd.rollup_watermark"))
    for table, width in TIERS.items():
        mark = marks.get(width, marks[QUARTER])
        # A continuous aggregate shows what lies beyond, too: from the readings.
        stored = await archive.owner.fetch(
            f"SELECT * FROM tsd.{table} WHERE org_id = $1 AND bucket < $2", archive.org_id, mark
        )
        expected: dict[tuple[UUID, datetime], list[tuple[datetime, float]]] = {}
        for sensor, series in truth.items():
            for at, value in sorted(series.items()):
                if at < mark:
                    expected.setdefault((sensor, _floor(at, width)), []).append((at, value))
        if table == "rollup_1m":
            dense = _dense(truth)
            expected = {
                key: inside
                for key, inside in expected.items()
                if (key[0], _floor(key[1], QUARTER)) in dense
            }
        # Beyond the mark, after the clock went back, may be what is no longer looked at.
        stored = [row for row in stored if row["bucket"] < mark]
        assert {(row["sensor_id"], row["bucket"]) for row in stored} == expected.keys(), table
        for row in stored:
            assert_part(row, expected[row["sensor_id"], row["bucket"]])


def _dense(truth: Mapping[UUID, Series]) -> set[tuple[UUID, datetime]]:
    counts: dict[tuple[UUID, datetime], int] = {}
    for sensor, series in truth.items():
        for at in series:
            key = sensor, _floor(at, QUARTER)
            counts[key] = counts.get(key, 0) + 1
    return {key for key, count in counts.items() if count > 60}


def _floor(at: datetime, width: timedelta) -> datetime:
    origin = datetime(2000, 1, 3, tzinfo=UTC)
    return origin + (at - origin) // width * width
