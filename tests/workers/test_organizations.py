"""What is done for every organization in turn: for each, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from db.ids import new_id
from db.queries.schedule import claim_tick, place_in_round
from db.readings.partitions import ensure_partitions
from tests.make.database import DatabaseUrls, database_on
from tests.make.workers import settings_on
from workers.context import WorkerContext, open_worker_context
from workers.organizations import PAGE, OrganizationsFailed, for_each_organization
from workers.retention.readings import RETENTION, apply_retention

TASK = "a round"
PAGES = 3


@pytest.fixture(scope="module")
def urls() -> Iterator[DatabaseUrls]:
    with database_on("plain") as urls:
        yield urls


@pytest.fixture(scope="module")
async def organizations(admin: asyncpg.Pool) -> list[UUID]:
    """All that there are, in the order of their ids."""
    made = sorted(new_id() for _ in range(PAGES * PAGE - 1))
    await admin.executemany(
        "INSERT INTO platform.organization (id, name) VALUES ($1::uuid, $1::text)",
        [(each,) for each in made],
    )
    return made


@pytest.fixture
async def context(urls: DatabaseUrls, tmp_path: Path) -> AsyncIterator[WorkerContext]:
    async with open_worker_context(settings_on(urls, tmp_path), urls.owner) as context:
        await claim_tick(context.pool, TASK, lease_seconds=60)
        yield context


async def test_each_comes_once_and_in_order(
    context: WorkerContext, organizations: list[UUID]
) -> None:
    seen: list[UUID] = []

    async def note(_: WorkerContext, org_id: UUID) -> None:
        seen.append(org_id)

    await for_each_organization(context, note, task=TASK, at_once=1)
    assert seen == organizations
    assert await place_in_round(context.pool, TASK) is None


async def test_no_more_are_at_work_than_were_allowed(
    context: WorkerContext, organizations: list[UUID]
) -> None:
    at_work, most, times = 0, 0, Counter[UUID]()

    async def work(_: WorkerContext, org_id: UUID) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        times[org_id] += 1
        at_work -= 1

    await for_each_organization(context, work, task=TASK, at_once=4)
    assert most == 4
    assert times == Counter(organizations)


async def test_one_that_fails_and_one_that_hangs_keep_nobody_from_theirs(
    context: WorkerContext, organizations: list[UUID]
) -> None:
    failing, hanging = organizations[0], organizations[PAGE]
    seen: set[UUID] = set()

    async def work(_: WorkerContext, org_id: UUID) -> None:
        if org_id == failing:
            raise ZeroDivisionError
        if org_id == hanging:
            await asyncio.Event().wait()
        seen.add(org_id)

    with pytest.raises(OrganizationsFailed, match="2 organizations"):
        await for_each_organization(context, work, task=TASK, at_once=1, seconds_each=0.2)
    assert seen == set(organizations) - {failing, hanging}
    assert await place_in_round(context.pool, TASK) is None


async def test_a_round_that_was_ended_goes_on_after_its_last_whole_page(
    context: WorkerContext, organizations: list[UUID]
) -> None:
    """As at the end of a tick's time, and with a worker that is stopped."""
    seen: list[UUID] = []
    last_words = asyncio.Event()

    async def work(_: WorkerContext, org_id: UUID) -> None:
        if org_id == organizations[PAGE + 3] and not last_words.is_set():
            last_words.set()
            await asyncio.Event().wait()
        seen.append(org_id)

    tick = asyncio.ensure_future(for_each_organization(context, work, task=TASK, at_once=1))
    await last_words.wait()
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    assert seen == organizations[: PAGE + 3]
    assert await place_in_round(context.pool, TASK) == organizations[PAGE - 1]

    seen.clear()
    await for_each_organization(context, work, task=TASK, at_once=1)
    assert seen == organizations[PAGE:]
    assert await place_in_round(context.pool, TASK) is None


async def test_a_place_is_kept_for_scheduled_tasks_alone(
    context: WorkerContext, organizations: list[UUID]
) -> None:
    async def work(_: WorkerContext, __: UUID) -> None: ...

    with pytest.raises(LookupError, match="no scheduled task misspelt"):
        await for_each_organization(context, work, task="misspelt")


async def test_of_each_organization_what_it_no_longer_wants_is_deleted(
    context: WorkerContext, admin: asyncpg.Pool
) -> None:
    """At night, together with the platform's own retention."""
    modest, usual = new_id(), new_id()
    today = datetime.now(UTC)
    old = today - timedelta(days=20)
    await admin.executemany(
        "INSERT INTO platform.organization (id, name, retention_days) "
        "VALUES ($1::uuid, $1::text, $2)",
        [(modest, 7), (usual, None)],
    )
    await ensure_partitions(context.pool, [old.date(), today.date()])
    await admin.executemany(
        "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) VALUES ($1, $2, $3, 1)",
        [(org_id, new_id(), at) for org_id in (modest, usual) for at in (old, today)],
    )
    await claim_tick(context.pool, RETENTION, lease_seconds=60)
    await apply_retention(context)
    kept = await admin.fetch(
        "SELECT org_id, array_agg(ts ORDER BY ts) AS times FROM tsd.reading GROUP BY org_id"
    )
    assert {row["org_id"]: row["times"] for row in kept} == {modest: [today], usual: [old, today]}
