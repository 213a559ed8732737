"""Windows over many annotations of all lengths, as the SQL that the service sends: how long the
slowest one takes; and what the figures of a comparison cost of many pairs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from app.core.paging import PageRequest
from app.journal.annotations.search import AnnotationFilter, page_of
from app.journal.figures.comparison import best_lag, compare
from db.connections.sessions import Database, open_database
from db.connections.statements import Sql, sql_of
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand

WINDOWS, COMPARISON = "annotation-windows", "comparison-figures"
NAMES = WINDOWS, COMPARISON
LIMIT = 50
ENOUGH_MS = 20
PAIRS = 1_000_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)

_CLASS = """
INSERT INTO platform.annotation_class (org_id, id, name, color, scopes, created_by)
SELECT $1, uuidv7(), 'class ' || n, '#808080', '{SENSOR}', 'bench' FROM generate_series(1, 20) n
"""
# A year of a thousand sensors of a hundred devices; one in five a point, the others from a second
# to 97 days, as many of each power of two.
_FILL = """
INSERT INTO platform.annotation (org_id, id, class_id, scope_type, scope_id, device_id, from_at,
  to_at, source, created_by)
SELECT $1, gen_random_uuid(), c.ids[1 + n % 20], 'SENSOR', md5('sensor ' || n % 1000)::uuid,
  md5('device ' || n % 100)::uuid, f.at,
  CASE WHEN n % 5 > 0 THEN f.at + pow(2, random() * 23) * interval '1 second' END,
  CASE n % 50 WHEN 0 THEN 'EXTERNAL' ELSE 'JOB' END, 'bench'
FROM generate_series(1, $2::integer) n
CROSS JOIN (SELECT array_agg(id) AS ids FROM platform.annotation_class WHERE org_id = $1) c
CROSS JOIN LATERAL (SELECT $3::timestamptz - random() * interval '365 days' + n * interval '0'
  AS at) f
"""


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        org_id = UUID(stand.platform.new_organization().id)
        await stand.admin.execute(_CLASS, org_id)
        await stand.admin.execute(_FILL, org_id, stand.sizes.annotations, NOW)
        await stand.admin.execute("VACUUM (ANALYZE) platform.annotation")
        url = stand.platform.secret_urls()["database_url"]
        async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
            questions = await _questions(stand, org_id)
            yield [
                Pair(
                    WINDOWS,
                    f"{stand.sizes.annotations:,} annotations: the slowest of "
                    f"{len(questions)} windows",
                    "ms p95",
                    _asked(stand, database, org_id, questions),
                    "the latest of all",
                    _asked(stand, database, org_id, {"all": _sql(AnnotationFilter())}),
                    is_lower_better=True,
                ),
                Pair(
                    COMPARISON,
                    f"figures of {PAIRS:,} pairs with lag",
                    "ms",
                    _figures,
                    "two passes over them",
                    _passes,
                    is_lower_better=True,
                ),
            ]

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


def _sql(wanted: AnnotationFilter) -> Sql:
    return sql_of(page_of(wanted, PageRequest(LIMIT, None, None, include_total=False))[0])


async def _questions(stand: Stand, org_id: UUID) -> Mapping[str, Sql]:
    """Each window of each kind of question."""
    row = await stand.admin.fetchrow(
        "SELECT class_id, scope_id, device_id FROM platform.annotation WHERE org_id = $1 LIMIT 1",
        org_id,
    )
    about = {
        "all": AnnotationFilter(),
        "sensor": AnnotationFilter(scope_ids=[row["scope_id"]]),
        "device": AnnotationFilter(device_id=row["device_id"]),
        "class": AnnotationFilter(class_id=row["class_id"]),
        "source": AnnotationFilter(sources=["EXTERNAL"]),
    }
    spans = (timedelta(seconds=1), timedelta(hours=1), timedelta(days=30), timedelta(days=366))
    starts = (NOW - timedelta(days=days) for days in (2, 180, 364, 400))
    return {
        f"{name}, {span} from {start}": _sql(_in_window(wanted, start, start + span))
        for start in starts
        for span in spans
        for name, wanted in about.items()
    }


def _in_window(wanted: AnnotationFilter, start: datetime, end: datetime) -> AnnotationFilter:
    return AnnotationFilter(
        scope_ids=wanted.scope_ids,
        device_id=wanted.device_id,
        class_id=wanted.class_id,
        sources=wanted.sources,
        start=start,
        end=end,
    )


def _asked(stand: Stand, database: Database, org_id: UUID, questions: Mapping[str, Sql]) -> Measure:
    async def measure() -> Run:
        waits = [await _p95_ms(stand, database, org_id, sql) for sql in questions.values()]
        within = sum(wait <= ENOUGH_MS for wait in waits)
        details = {"questions_within": within, "typical_ms": quantile(waits, 0.5)}
        return Run(max(waits), details)

    return measure


async def _p95_ms(stand: Stand, database: Database, org_id: UUID, sql: Sql) -> float:
    waits = []
    for _ in range(stand.sizes.reads + 1):
        began = time.perf_counter()
        async with database.reading_transaction(org_id) as tx:
            await tx.fetch(sql.text, *sql.arguments)
        waits.append(time.perf_counter() - began)
    return quantile(waits[1:], 0.95) * 1000  # the first one fills the caches


async def _figures() -> Run:
    random = np.random.default_rng(1)
    x = random.normal(20, 5, PAIRS)
    y = 1.05 * x + random.normal(0, 1, PAIRS)
    began = time.process_time()
    compare(x, y)
    best_lag(x, y)
    return Run((time.process_time() - began) * 1000, {})


async def _passes() -> Run:
    values = np.random.default_rng(1).normal(20, 5, PAIRS)
    began = time.process_time()
    values @ values
    np.square(values - values.mean()).sum()
    return Run((time.process_time() - began) * 1000, {})
