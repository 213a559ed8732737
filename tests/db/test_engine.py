"""The one place that opens a tenant's transaction."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

from sqlalchemy import text

from db.connections.sessions import Database, open_database
from tests.make.platform import RunningPlatform

_WHO = text("SELECT current_setting('app.org_id', true)")


async def _tenant(database: Database, stack: AsyncExitStack) -> tuple[str, str | None]:
    org_id = uuid4()
    tx = await stack.enter_async_context(database.transaction(org_id))
    return str(org_id), await tx.scalar(_WHO)


async def test_a_transaction_without_a_statement_holds_no_connection(
    platform: RunningPlatform,
) -> None:
    url = platform.secret_urls()["database_url"]
    async with (
        open_database(url, pool_size=8, statement_timeout_seconds=5) as database,
        AsyncExitStack() as stack,
    ):
        for _ in range(3):
            await asyncio.wait_for(stack.enter_async_context(database.transaction(uuid4())), 5)
        assert database.sessions.kw["bind"].pool.checkedout() == 0
        asked, answered = await asyncio.wait_for(_tenant(database, stack), 5)
    assert asked == answered


async def test_every_transaction_has_its_own_tenant_and_none_outlives_it(
    platform: RunningPlatform,
) -> None:
    url = platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=1, statement_timeout_seconds=5) as database:
        for _ in range(3):
            async with AsyncExitStack() as stack:
                asked, answered = await _tenant(database, stack)
            assert asked == answered
            async with database.sessions() as session:
                assert await session.scalar(_WHO) in (None, "")


async def test_a_savepoint_stays_in_its_tenant(platform: RunningPlatform) -> None:
    url = platform.secret_urls()["database_url"]
    org_id = uuid4()
    async with (
        open_database(url, pool_size=1, statement_timeout_seconds=5) as database,
        database.transaction(org_id) as tx,
    ):
        async with tx.begin_nested():
            assert await tx.scalar(_WHO) == str(org_id)
        assert await tx.scalar(_WHO) == str(org_id)
