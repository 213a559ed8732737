"""Rollups: questions answered from tiers against the tier's own rows and the readings, and what a refresh costs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db.connections.sessions import Database, open_database
from db.readings import latest
from db.readings.backend import Backend, backend
from db.readings.buckets import Buckets
from db.readings.buckets import partials as partials_of
from db.rollups import continuous
from db.rollups import refresh as rollups
from tests.bench import reads
from tests.bench.reads import HOUR, Archive
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand, caught_up

NAMES = (
    "rollup-aggregated-30d",
    "rollup-aggregated-30d-raw",
    "rollup-stats-30d",
    "rollup-stats-30d-raw",
    "rollup-refresh",
)
Ask = Callable[[Any], Awaitable[Any]]

_PARTS = "SELECT * FROM tsd.rollup_1h WHERE org_id = $1 AND sensor_id = $2 AND bucket >= $3 AND bucket < $4"
_RAW = (
    "SELECT {bucket}, count(*), avg(value_double), min(value_double), max(value_double), sum(value_double), "
    "stddev_samp(value_double) FROM tsd.reading WHERE org_id = $1 AND sensor_id = $2 AND ts >= $3 AND ts < $4 GROUP BY 1"
)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        archive = await reads.fill(stand)
        urls = stand.platform.secret_urls()
        owner = await asyncpg.connect(urls["owner_database_url"])
        try:
            async with (
                caught_up(stand),
                open_database(
                    urls["database_url"], pool_size=1, statement_timeout_seconds=60
                ) as database,
            ):
                is_continuous = await backend(owner) is Backend.TIMESCALE
                refresh = _forced_refresh if is_continuous else _refresh
                yield [*_questions(stand, archive, database, owner), refresh(stand, archive, owner)]
        finally:
            await owner.close()

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


def _questions(stand: Stand, archive: Archive, database: Database, owner: Any) -> list[Pair]:
    org_id, span = UUID(archive.organization.id), (archive.start, archive.end)

    async def hourly(tx: Any) -> Any:
        buckets = Buckets([archive.series], reads.hours(archive), HOUR)
        return await partials_of(tx, [buckets], ["sum", "count", "min", "max"])

    async def stats(tx: Any) -> Any:
        return await latest.stats(tx, archive.series, *span)

    async def tier(connection: Any) -> Any:
        return await connection.fetch(_PARTS, org_id, archive.series, *span)

    def raw(bucket: str) -> Ask:
        async def ask(connection: Any) -> Any:
            return await connection.fetch(_RAW.format(bucket=bucket), org_id, archive.series, *span)

        return ask

    from_tiers, from_stats = (
        _as_app(stand, database, org_id, hourly),
        _as_app(stand, database, org_id, stats),
    )
    by_hour = _alone(stand, owner, raw("date_bin('1 hour', ts, '2000-01-03Z')"))
    days = _alone(
        stand, owner, lambda it: it.fetch(_PARTS.replace("1h", "1d"), org_id, archive.series, *span)
    )
    size = f"of {archive.readings:,} readings"
    return [
        _pair(
            NAMES[0],
            f"30 days hourly {size}",
            from_tiers,
            "the tier's rows",
            _alone(stand, owner, tier),
        ),
        _pair(NAMES[1], f"30 days hourly {size}", from_tiers, "the readings, in SQL", by_hour),
        _pair(NAMES[2], f"Statistics {size}", from_stats, "the tier's rows", days),
        _pair(
            NAMES[3],
            f"Statistics {size}",
            from_stats,
            "the readings, in SQL",
            _alone(stand, owner, raw("1")),
        ),
    ]


def _pair(name: str, title: str, measure: Measure, limit_title: str, limit: Measure) -> Pair:
    return Pair(name, title, "ms p50", measure, limit_title, limit, is_lower_better=True)


def _as_app(stand: Stand, database: Database, org_id: UUID, ask: Ask) -> Measure:
    """In a transaction of its own each, as over HTTP; the transaction is not counted."""

    async def measure() -> Run:
        waits = []
        for _ in range(stand.sizes.reads + 2):
            async with database.reading_transaction(org_id) as tx:
                began = time.perf_counter()
                await ask(tx)
                waits.append(time.perf_counter() - began)
        return Run(quantile(waits[2:], 0.5) * 1000)

    return measure


def _alone(stand: Stand, connection: Any, ask: Ask) -> Measure:
    async def measure() -> Run:
        waits = []
        for _ in range(stand.sizes.reads + 2):
            began = time.perf_counter()
            await ask(connection)
            waits.append(time.perf_counter() - began)
        return Run(quantile(waits[2:], 0.5) * 1000)

    return measure


_SUM = "SELECT count(*), sum(value_double), max(ts) FROM tsd.reading WHERE ts >= $1 AND ts < $2"


def _refresh(stand: Stand, archive: Archive, owner: Any) -> Pair:
    """Everything is materialised once more; nothing of it is kept."""
    spans = _days(archive)

    async def measure() -> Run:
        return await _undone(owner, lambda span: rollups.write_quarters(owner, span), spans)

    async def limit() -> Run:
        return await _undone(owner, lambda span: owner.fetchval(_SUM, *span), spans)

    return _refresh_pair(measure, limit)


def _forced_refresh(stand: Stand, archive: Archive, owner: Any) -> Pair:
    """The same of a continuous aggregate, which can't be undone: it becomes what it was."""
    spans = _days(archive)

    async def measure() -> Run:
        began = time.perf_counter()
        for span in spans:
            await continuous.refresh(owner, continuous.Refresh(continuous.FINEST, *span))
            await continuous.write_minutes(owner, *span)
        seconds = time.perf_counter() - began
        return Run(seconds / sum([await owner.fetchval(_SUM, *span) for span in spans]) * 1e6)

    async def limit() -> Run:
        return await _undone(owner, lambda span: owner.fetchval(_SUM, *span), spans)

    return _refresh_pair(measure, limit)


def _refresh_pair(measure: Measure, limit: Measure) -> Pair:
    return Pair(
        NAMES[-1], "Refresh of quarters and minutes", "µs/reading", measure, "a sum over the readings", limit,
        is_lower_better=True,
    )  # fmt: skip


def _days(archive: Archive) -> list[rollups.Span]:
    day = timedelta(days=1)
    first = archive.start.replace(hour=0) + day
    return [rollups.Span(first + n * day, first + (n + 1) * day) for n in range(reads.DAYS - 2)]


async def _undone(
    owner: Any, work: Callable[[Any], Awaitable[int]], spans: Sequence[tuple[datetime, datetime]]
) -> Run:
    transaction = owner.transaction()
    await transaction.start()
    try:
        began = time.perf_counter()
        count = sum([await work(span) for span in spans])
        return Run((time.perf_counter() - began) / count * 1e6)
    finally:
        await transaction.rollback()
