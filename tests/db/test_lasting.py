"""What is heard and what is held goes on over connections that are lost, in whatever way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import psutil
import pytest

from db.connections.locks import holding, is_held
from db.connections.notifications import listening
from tests.make.platform import RunningPlatform

CHANNEL, PART = "test_lasting", 77


@pytest.fixture
def url(platform: RunningPlatform) -> str:
    return platform.secret_urls()["ingest_database_url"]


@pytest.fixture
async def admin(platform: RunningPlatform) -> AsyncIterator[asyncpg.Pool]:
    url = platform.secret_urls()["admin_database_url"]
    async with asyncpg.create_pool(url, min_size=1, max_size=1) as pool:
        yield pool


class Ear:
    """Hears numbers, and knows how often something was missed."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.missed = 0
        self._changed = asyncio.Event()

    def hear(self, payload: str) -> None:
        self.heard.append(int(payload))
        self._changed.set()

    def miss(self) -> None:
        self.missed += 1
        self._changed.set()

    async def until(self, *, missed: int, heard: list[int]) -> None:
        async with asyncio.timeout(60):
            while self.missed < missed or self.heard != heard:
                self._changed.clear()
                await self._changed.wait()


async def say(admin: asyncpg.Pool, payload: str) -> None:
    await admin.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)


async def cut(admin: asyncpg.Pool, name: str) -> None:
    ended = await admin.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1",
        f"holdfast {name}",
    )
    assert ended


async def test_after_a_lost_connection_something_was_missed_and_all_is_heard_again(
    url: str, admin: asyncpg.Pool
) -> None:
    ear = Ear()
    async with listening(url, CHANNEL, ear.hear, ear.miss):
        assert ear.missed == 1
        await say(admin, "1")
        await ear.until(missed=1, heard=[1])
        await cut(admin, CHANNEL)
        await ear.until(missed=2, heard=[1])
        await say(admin, "2")
        await ear.until(missed=2, heard=[1, 2])


async def test_a_payload_that_can_not_be_taken_is_one_that_was_missed(
    url: str, admin: asyncpg.Pool
) -> None:
    ear = Ear()
    async with listening(url, CHANNEL, ear.hear, ear.miss):
        await say(admin, "poison")
        await ear.until(missed=2, heard=[])
        await say(admin, "1")
        await ear.until(missed=2, heard=[1])


async def test_who_can_not_even_be_told_that_something_was_missed_is_ended(
    url: str, admin: asyncpg.Pool
) -> None:
    class Deaf(Exception):
        pass

    ear = Ear()

    def miss() -> None:
        ear.miss()
        if ear.missed > 1:
            raise Deaf

    async def listen() -> None:
        async with listening(url, CHANNEL, ear.hear, miss):
            await cut(admin, CHANNEL)
            await asyncio.Event().wait()

    with pytest.raises(Deaf):
        await asyncio.wait_for(listen(), 60)


async def test_a_lock_whose_connection_is_lost_is_taken_again(
    url: str, admin: asyncpg.Pool
) -> None:
    async with holding(url, PART):
        assert await is_held(admin, PART)
        await cut(admin, "lock")
        async with asyncio.timeout(60):
            while not await is_held(admin, PART):  # noqa: ASYNC110 - it is another who takes it
                await asyncio.sleep(0.02)
    async with asyncio.timeout(60):
        while await is_held(admin, PART):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_connection_whose_other_side_does_not_answer_any_more_is_replaced(
    url: str, admin: asyncpg.Pool
) -> None:
    ear = Ear()
    async with listening(url, CHANNEL, ear.hear, ear.miss):
        pid = await admin.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE application_name = $1", f"holdfast {CHANNEL}"
        )
        backend = psutil.Process(pid)
        backend.suspend()
        try:
            await ear.until(missed=2, heard=[])
            await say(admin, "1")
            await ear.until(missed=2, heard=[1])
        finally:
            backend.resume()
