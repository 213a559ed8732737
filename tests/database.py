"""A database of a test file's own and the ways into it, for tests of what stands below HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from tests.make.database import BACKENDS, DatabaseUrls, database_on


@pytest.fixture(scope="module", params=BACKENDS)
def urls(request: pytest.FixtureRequest) -> Iterator[DatabaseUrls]:
    """A migrated database on either backend."""
    with database_on(request.param) as urls:
        yield urls


@pytest.fixture(scope="module")
async def pool(urls: DatabaseUrls) -> AsyncIterator[Pool]:
    """As the pipeline connects."""
    async with open_ingest_pool(urls.ingest, pool_size=8) as pool:
        yield pool


@pytest.fixture(scope="module")
async def admin(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """The superuser, to arrange and to look behind the wall."""
    async with asyncpg.create_pool(urls.admin, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture(scope="module")
async def owner(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """Who owns the tables: the upkeep."""
    async with asyncpg.create_pool(urls.owner, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture(scope="module")
async def app(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """As the API connects: behind the policies, in no organization until it says in which."""
    async with asyncpg.create_pool(urls.app, min_size=1, max_size=4) as pool:
        yield pool
