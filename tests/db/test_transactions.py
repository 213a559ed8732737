"""A connection goes back to its pool in no transaction, however the block that had it ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db.connections.pools import open_ingest_pool
from db.connections.sessions import Database, open_database
from db.connections.types import Connection, Pool
from db.readings import store
from tests.make.platform import RunningPlatform

Block = Callable[[], AbstractAsyncContextManager[Connection]]
BLOCKS = ("readings are stored", "readings are read", "a snapshot")


class Broken(Exception):
    pass


@pytest.fixture
async def pools(platform: RunningPlatform) -> AsyncIterator[tuple[Database, Pool]]:
    urls = platform.secret_urls()
    async with (
        open_database(urls["database_url"], pool_size=1, statement_timeout_seconds=5) as database,
        open_ingest_pool(urls["ingest_database_url"], pool_size=1) as pool,
    ):
        yield database, pool


@pytest.fixture
async def complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """What was told to the event loop's handler of errors that nobody took."""
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: found.append(context))
    yield found
    loop.set_exception_handler(None)


def block_of(pools: tuple[Database, Pool], name: str) -> Block:
    database, pool = pools
    match name:
        case "readings are stored":
            return lambda: store.transaction(pool)
        case "readings are read":
            return lambda: database.reading_transaction(uuid4())
        case _:
            return lambda: _snapshot(database)


@contextlib.asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[Connection]:
    async with database.snapshot(uuid4()) as snapshot:
        yield await snapshot.connected()


async def is_free(block: Block) -> bool:
    """Whether the pool's one connection can be had, and used, for the same again."""
    async with asyncio.timeout(20), block() as connection:
        return await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("name", BLOCKS)
async def test_an_error_in_the_block_leaves_no_transaction(
    pools: tuple[Database, Pool], complaints: list[dict[str, Any]], name: str
) -> None:
    block = block_of(pools, name)

    async def fail(statement: str) -> None:
        async with block() as connection:
            await connection.execute(statement)
            raise Broken

    with pytest.raises(Broken):
        await fail("SELECT 1")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await fail("SELECT 1 / 0")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await fail("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await is_free(block)
    assert complaints == []


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000])
@pytest.mark.parametrize("name", BLOCKS)
async def test_a_cancellation_at_any_moment_leaves_no_transaction(
    pools: tuple[Database, Pool], complaints: list[dict[str, Any]], name: str, turns: int
) -> None:
    block = block_of(pools, name)

    async def work() -> None:
        async with block() as connection:
            for _ in range(3):
                await connection.execute("SELECT pg_sleep(0.001)")

    task = asyncio.ensure_future(work())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert await is_free(block)
    assert complaints == []
