"""Whoever follows the journal misses nothing, whatever was committed when, nor after a restore."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import asyncpg
import psycopg
import pytest

from app.embedded.postgres import temporary_postgres
from db.migrations.run import migrate
from tests.make.database import DatabaseUrls, urls_of
from tests.make.journal import JournalFollower, journal_writer, titles, write_event
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


async def test_what_began_earlier_and_is_committed_later_is_not_passed_over(
    platform: RunningPlatform, organization: Organization
) -> None:
    follower = JournalFollower(organization)
    async with journal_writer(platform) as slow, journal_writer(platform) as quick:
        await write_event(quick, organization.id, "before")
        transaction = slow.transaction()
        await transaction.start()
        await write_event(slow, organization.id, "slow")
        await write_event(quick, organization.id, "quick")
        assert titles(organization, sort="-recordedAt") == ["quick", "before"]
        assert follower.ask() == ["before"]
        assert follower.ask() == []
        await transaction.commit()
        assert follower.ask() == ["slow", "quick"]
        assert follower.ask() == []
        await write_event(quick, organization.id, "after")
        assert follower.ask() == ["after"]


async def test_a_transaction_that_dies_holds_up_nobody_for_good(
    platform: RunningPlatform, organization: Organization
) -> None:
    follower = JournalFollower(organization)
    async with journal_writer(platform) as slow, journal_writer(platform) as quick:
        transaction = slow.transaction()
        await transaction.start()
        await write_event(slow, organization.id, "never")
        await write_event(quick, organization.id, "quick")
        assert follower.ask() == []
        await transaction.rollback()
        assert follower.ask() == ["quick"]


async def test_many_writers_in_any_order_and_a_follower_of_small_pages_agree(
    platform: RunningPlatform, organization: Organization
) -> None:
    chosen = random.Random(16)
    follower = JournalFollower(organization)
    committed: set[str] = set()

    async def write(name: int) -> None:
        async with journal_writer(platform) as connection:
            for turn in range(20):
                told = [f"{name}.{turn}.{n}" for n in range(chosen.randint(1, 3))]
                transaction = connection.transaction()
                await transaction.start()
                for title in told:
                    await write_event(connection, organization.id, title)
                    await connection.execute(f"SELECT pg_sleep({chosen.random() * 0.01})")
                if chosen.random() < 0.2:
                    await transaction.rollback()
                else:
                    await transaction.commit()
                    committed.update(told)

    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(write(n)) for n in range(6)]
        while not all(writer.done() for writer in writers):
            await asyncio.to_thread(follower.ask, 3)
    while follower.ask(3):
        pass
    assert sorted(follower.titles) == sorted(committed)


async def test_a_follower_of_some_events_goes_past_the_others(
    platform: RunningPlatform, organization: Organization
) -> None:
    follower = JournalFollower(organization, type="ALERT")
    async with journal_writer(platform) as writer:
        for n in range(5):
            await write_event(writer, organization.id, str(n), type="ALERT" if n % 2 else "NOTE")
    assert follower.ask(1) == ["1"]
    assert follower.ask(5) == ["3"]
    assert follower.ask() == []


def test_cursors_of_lists_and_of_followers_are_not_mixed_up(organization: Organization) -> None:
    for n in range(2):
        organization.http.post("/events", json={"type": "NOTE", "title": str(n)})
    list_cursor = organization.http.get("/events", params={"limit": 1}).json()["nextCursor"]
    follower = JournalFollower(organization)
    follower.ask()
    for query in (
        {"follow": "true", "cursor": list_cursor},
        {"cursor": follower.cursor},
        {"follow": "true", "sort": "occurredAt"},
    ):
        assert_problem(organization.http.get("/events", params=query), 400)


@pytest.fixture
def elsewhere() -> Iterator[DatabaseUrls]:
    """A database in a cluster that has had fewer transactions than the numbers it holds."""
    with temporary_postgres() as admin_url:
        urls = urls_of(admin_url)
        _migrate(urls, admin_url)
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            # As a restore leaves it: rows of another cluster, which had counted further.
            admin.execute(
                "UPDATE platform.cluster SET identity = '7/1', number_offset = number_offset + 1000"
            )
        yield urls


def _migrate(urls: DatabaseUrls, admin_url: str) -> None:
    migrate(owner_url=urls.owner, service_urls=[urls.app, urls.ingest], admin_url=admin_url)


async def test_in_another_cluster_numbers_go_on_above_all_that_were_ever_given(
    elsewhere: DatabaseUrls,
) -> None:
    async def number(question: str) -> int:
        connection = await asyncpg.connect(elsewhere.admin)
        try:
            return int(await connection.fetchval(question))
        finally:
            await connection.close()

    before = await number("SELECT platform.transaction_number()")
    _migrate(elsewhere, elsewhere.admin)
    after = await number("SELECT platform.transaction_number()")
    settled = await number("SELECT platform.settled_number()")
    assert before < after < settled
    offset = await number("SELECT number_offset FROM platform.cluster")
    _migrate(elsewhere, elsewhere.admin)
    assert await number("SELECT number_offset FROM platform.cluster") == offset
