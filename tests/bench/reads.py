"""Questions over HTTP against the SQL that answers them, in the same kind of transaction on the same data."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa

from db.connections.sessions import Database, open_database
from db.connections.types import Connection as DatabaseConnection
from db.readings import buckets, latest
from tests.bench import http_client
from tests.bench.fleet import create_sensors, value
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand, caught_up
from tests.bench.yardstick import COLUMNS
from tests.make.devices import register_device
from tests.make.platform import Organization

DAYS = 30
LATEST_SENSORS = 1_000
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Archive:
    """An organization with one long series and many sensors that have a latest value."""

    organization: Organization
    device: str
    sensors: list[UUID]
    start: datetime
    end: datetime
    readings: int

    @property
    def series(self) -> UUID:
        return self.sensors[0]

    @property
    def span(self) -> str:
        # "Z" for "+00:00": a plus sign in a query is a space.
        start, end = (
            moment.isoformat().replace("+00:00", "Z") for moment in (self.start, self.end)
        )
        return f"from={start}&to={end}"


@dataclass(frozen=True)
class Question:
    """The same over HTTP and in SQL; `size` says how much an answer over HTTP holds."""

    name: str
    title: str
    path: str
    sql: Callable[[DatabaseConnection], Awaitable[Any]]
    size: Callable[[Any], int]
    expected: int
    accept: str = http_client.JSON


NAMES = (
    "read-raw-1000",
    "read-raw-10000",
    "read-arrow-10000",
    "read-aggregated-30d",
    "read-stats-30d",
    "read-latest-1000",
)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        archive = await fill(stand)
        url = stand.platform.secret_urls()["database_url"]
        async with (
            caught_up(stand),
            open_database(url, pool_size=1, statement_timeout_seconds=30) as database,
        ):
            yield [_pair(stand, archive, database, question) for question in _questions(archive)]

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


async def fill(stand: Stand) -> Archive:
    """Thirty days of one sensor, and the first reports of many. The marks must lie behind all of it: it is not logged."""
    organization = stand.platform.new_organization()
    device = register_device(organization, "archive")["deviceId"]
    sensors = create_sensors(
        organization, [(device, f"sensor-{n:04}") for n in range(LATEST_SENSORS)]
    )
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    start, step = end - timedelta(days=DAYS), stand.sizes.history_step
    days = [(start + timedelta(days=number)).date() for number in range(DAYS + 1)]
    await stand.ingest.execute("SELECT tsd.ensure_partitions($1::date[])", days)
    # The sensors' first reports are not of the series.
    await stand.admin.execute("DELETE FROM tsd.reading")
    org_id, count = UUID(organization.id), timedelta(days=DAYS) // step
    await stand.ingest.copy_records_to_table(
        "reading",
        schema_name="tsd",
        columns=COLUMNS,
        records=((org_id, sensors[0], start + n * step, value()) for n in range(count)),
    )
    await stand.admin.execute("VACUUM (ANALYZE)")
    return Archive(organization, device, sensors, start, end, count)


def _questions(archive: Archive) -> list[Question]:
    return [
        _raw(archive, 1_000),
        _raw(archive, 10_000),
        _as_arrow(_raw(archive, 10_000)),
        _aggregated(archive),
        _stats(archive),
        _latest(archive),
    ]


def hours(archive: Archive) -> list[datetime]:
    """The bounds of every hour of the archive, which begins and ends on one."""
    return [archive.start + n * HOUR for n in range(DAYS * 24 + 1)]


def _raw(archive: Archive, points: int) -> Question:
    async def sql(tx: DatabaseConnection) -> Any:
        return await tx.fetch(
            "SELECT * FROM api.raw_readings($1, $2, $3, NULL, $4, false)",
            archive.series,
            archive.start,
            archive.end,
            points,
        )

    return Question(
        f"read-raw-{points}",
        f"Raw readings, {points:,} points",
        f"/readings/sensor/{archive.series}?{archive.span}&limit={points}",
        sql,
        lambda answer: len(answer["items"]),
        points,
    )


def _as_arrow(question: Question) -> Question:
    return replace(
        question,
        name="read-arrow-10000",
        title=f"{question.title}, as Arrow",
        size=lambda answer: answer.num_rows,
        accept="application/vnd.apache.arrow.stream",
    )


def _aggregated(archive: Archive) -> Question:
    async def sql(tx: DatabaseConnection) -> Any:
        return await buckets.partials(
            tx,
            [buckets.Buckets([archive.series], hours(archive), HOUR)],
            ["sum", "count", "min", "max"],
        )

    return Question(
        "read-aggregated-30d",
        f"30 days hourly of {archive.readings:,} readings",
        f"/readings/sensor/{archive.series}/aggregated?{archive.span}"
        "&interval=PT1H&functions=avg,min,max,sum,count",
        sql,
        lambda answer: sum(bucket["count"] for bucket in answer["items"]),
        archive.readings,
    )


def _stats(archive: Archive) -> Question:
    async def sql(tx: DatabaseConnection) -> Any:
        return await latest.stats(tx, archive.series, archive.start, archive.end)

    return Question(
        "read-stats-30d",
        f"Statistics of {archive.readings:,} readings",
        f"/readings/sensor/{archive.series}/stats?{archive.span}",
        sql,
        lambda answer: int(answer["count"]),
        archive.readings,
    )


def _latest(archive: Archive) -> Question:
    async def sql(tx: DatabaseConnection) -> Any:
        return await latest.latest(tx, archive.sensors)

    return Question(
        "read-latest-1000",
        f"Latest of {len(archive.sensors):,} sensors",
        f"/readings/latest?deviceId={archive.device}",  # their ids are longer than an address may be
        sql,
        lambda answer: len(answer["items"]),
        len(archive.sensors),
    )


def _pair(stand: Stand, archive: Archive, database: Database, question: Question) -> Pair:
    return Pair(
        question.name,
        question.title,
        "ms p50",
        _over_http(stand, archive, question),
        "the SQL alone",
        _in_sql(stand, archive, database, question),
        is_lower_better=True,
    )


def _over_http(stand: Stand, archive: Archive, question: Question) -> Measure:
    async def measure() -> Run:
        request = http_client.request(
            "GET", question.path, archive.organization.key, accept=question.accept
        )
        connection = await http_client.Connection.open(stand.platform.base_url)
        answer = await connection.exchange(request)
        is_json = question.accept == http_client.JSON
        size = question.size(
            msgspec.json.decode(answer.body)
            if is_json
            else pa.ipc.open_stream(answer.body).read_all()
        )
        assert size == question.expected, f"{question.name}: {size} instead of {question.expected}"
        waits = []
        for _ in range(stand.sizes.reads):
            began = time.perf_counter()
            await connection.exchange(request)
            waits.append(time.perf_counter() - began)
        connection.close()
        return Run(quantile(waits, 0.5) * 1000, {"answer_bytes": len(answer.body)})

    return measure


def _in_sql(stand: Stand, archive: Archive, database: Database, question: Question) -> Measure:
    async def measure() -> Run:
        org_id = UUID(archive.organization.id)
        waits = []
        for _ in range(stand.sizes.reads + 1):
            began = time.perf_counter()
            async with database.reading_transaction(org_id) as tx:
                await question.sql(tx)
            waits.append(time.perf_counter() - began)
        return Run(quantile(waits[1:], 0.5) * 1000)  # the first one fills the caches

    return measure
