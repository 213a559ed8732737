"""What a question may cost: as many statements for two hundred series as for one, and a refusal before the work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from app.core.errors import Unprocessable
from app.telemetry.aggregates import service
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import FUNCTIONS
from app.telemetry.aggregates.schemas import ReadingQuery, SeriesQuery
from db.connections.sessions import Database, open_database
from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import NOW, by_key, send, sensors_by_key

BEGIN = NOW - timedelta(hours=20)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(platform: RunningPlatform) -> AsyncIterator[Database]:
    url = platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
        yield database


@pytest.fixture(scope="module")
def sensors(tenant: Organization) -> list[UUID]:
    device = register_device(tenant, uuid4().hex)["deviceId"]
    readings = [
        by_key(device, f"s{n}", BEGIN + timedelta(minutes=minute), minute + n)
        for n in range(40)
        for minute in range(0, 1000, 10)
    ]
    send(tenant, readings)
    return [UUID(sensor["id"]) for sensor in sensors_by_key(tenant, device).values()]


def asked(sensors: list[UUID], count: int) -> ReadingQuery:
    widths = ("PT15M", "PT1H", "PT6H", "P1D", "auto")
    series = [
        SeriesQuery(sensors[n % len(sensors)], FUNCTIONS[n % len(FUNCTIONS)], widths[n % 5], "null")
        for n in range(count)
    ]
    return ReadingQuery(BEGIN - timedelta(days=1), NOW, series, "Asia/Kathmandu")


async def test_two_hundred_series_take_as_many_statements_as_fifteen(
    tenant: Organization, database: Database, sensors: list[UUID]
) -> None:
    counts = []
    for count in (15, 15, 200):  # at first the driver asks what the types are
        statements: list[str] = []
        async with database.reading_transaction(UUID(tenant.id)) as tx:
            with tx.query_logger(lambda record, seen=statements: seen.append(record.query)):  # type: ignore[misc]
                answer = await service.query(tx, asked(sensors, count), readings_max=10**9)
        assert len(answer.series) == count
        assert answer.series[0][1].counts.sum() == 100
        counts.append(len(statements))
    assert counts[1] == counts[2] <= 4


async def test_a_question_about_too_many_readings_is_refused_and_told_what_would_do(
    tenant: Organization, database: Database, sensors: list[UUID]
) -> None:
    span = (BEGIN, NOW)
    how: dict[str, Any] = {"points": 500, "zone": "UTC", "fill": Fill.NONE, "readings_max": 99}
    async with database.reading_transaction(UUID(tenant.id)) as tx:
        for functions, width in ((["p95"], "PT1H"), (["delta"], "P1D"), (["avg"], "PT45S")):
            with pytest.raises(Unprocessable, match="at most 99 may be read") as refused:
                await service.aggregated(
                    tx, sensors[0], *span, width=width, functions=functions, **how
                )
            assert refused.value.code == "TOO_EXPENSIVE"
        with pytest.raises(Unprocessable, match=r"about 19\.8 hours at once"):
            await service.downsampled(
                tx, sensors[0], *span, points=10, method="LTTB", readings_max=99
            )
        # Rollups answer whatever there is, and enough readings are enough.
        found = await service.aggregated(
            tx, sensors[0], *span, width="PT1H", functions=["avg"], **how
        )
        assert found.answer.counts.sum() == 100
        chosen = await service.downsampled(
            tx, sensors[0], *span, points=10, method="LTTB", readings_max=100
        )
        assert len(chosen.items) == 10


async def test_a_statement_that_takes_longer_than_its_route_allows_is_ended(
    tenant: Organization, database: Database
) -> None:
    began = datetime.now(UTC)
    with pytest.raises(asyncpg.QueryCanceledError):
        async with database.reading_transaction(UUID(tenant.id), timeout_seconds=1) as tx:
            await tx.execute("SELECT pg_sleep(20)")
    assert datetime.now(UTC) - began < timedelta(seconds=15)
    async with database.reading_transaction(UUID(tenant.id)) as tx:
        assert await tx.fetchval("SHOW statement_timeout") == "30s"
