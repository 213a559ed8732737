"""Every question to the lists of a large fleet, as the SQL that the services send: how long the slowest one takes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from db.connections.sessions import Database, open_database
from db.connections.statements import Sql
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.make.fleet_questions import FARTHEST, QUESTIONS, TOTALS, Ask, statements_of
from tests.make.large_fleet import SENSORS_PER_DEVICE, LargeFleet, fill, settle

PAGES, FARTHEST_PAGES, COUNTED = "fleet-pages", "fleet-farthest", "fleet-totals"
NAMES = PAGES, FARTHEST_PAGES, COUNTED
ENOUGH_MS = 50
_PLAIN = {"devices, nothing asked": QUESTIONS["devices: all, by None"]}


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        organization = stand.platform.new_organization()
        fleet = await fill(stand.admin, UUID(organization.id), devices=stand.sizes.devices)
        await settle(stand.admin)
        url = stand.platform.secret_urls()["database_url"]
        async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
            size = f"{stand.sizes.devices:,} devices, {stand.sizes.devices * SENSORS_PER_DEVICE:,} sensors"
            plain = await _measure(stand, database, fleet, _PLAIN)
            yield [
                Pair(
                    name,
                    f"{size}: the slowest {what}",
                    "ms p95",
                    await _measure(stand, database, fleet, questions),
                    "a page of all devices",
                    plain,
                    is_lower_better=True,
                )
                for name, what, questions in (
                    (PAGES, f"of {len(QUESTIONS)} pages", QUESTIONS),
                    (
                        FARTHEST_PAGES,
                        f"of {len(FARTHEST)} pages from the far end of their order",
                        FARTHEST,
                    ),
                    (COUNTED, f"of {len(TOTALS)} pages with their total", TOTALS),
                )
            ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


async def _measure(
    stand: Stand, database: Database, fleet: LargeFleet, questions: Mapping[str, Ask]
) -> Measure:
    sent = {name: await statements_of(database, fleet, ask) for name, ask in questions.items()}

    async def measure() -> Run:
        waits = [await _p95_ms(stand, database, fleet, statements) for statements in sent.values()]
        within = sum(wait <= ENOUGH_MS for wait in waits)
        return Run(
            max(waits),
            {
                "questions": len(waits),
                "questions_within": within,
                "typical_ms": quantile(waits, 0.5),
            },
        )

    return measure


async def _p95_ms(
    stand: Stand, database: Database, fleet: LargeFleet, statements: Sequence[Sql]
) -> float:
    waits = []
    for _ in range(stand.sizes.reads + 1):
        began = time.perf_counter()
        async with database.reading_transaction(fleet.org_id) as tx:
            for sql, arguments in statements:
                await tx.fetch(sql, *arguments)
        waits.append(time.perf_counter() - began)
    return quantile(waits[1:], 0.95) * 1000  # the first one fills the caches
