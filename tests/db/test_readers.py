"""Reading is the same in a snapshot, in a session's transaction, and over a connection of somebody's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from db.connections.readers import ConnectionReader, Reader
from db.connections.sessions import Database, SessionReader, open_database
from db.models import Organization, Site
from tests.make.platform import RunningPlatform

OpenReader = Callable[[Database, UUID], AbstractAsyncContextManager[Reader]]


@pytest.fixture
async def database(platform: RunningPlatform) -> AsyncIterator[Database]:
    url = platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=2, statement_timeout_seconds=5) as database:
        yield database


async def _organization(database: Database, *site_names: str) -> UUID:
    org_id = uuid4()
    async with database.transaction(org_id) as tx:
        tx.add(Organization(id=org_id, name="readers"))
        await tx.flush()
        tx.add_all(
            Site(org_id=org_id, name=name, timezone="UTC", attributes={"floor": 2})
            for name in site_names
        )
    return org_id


@asynccontextmanager
async def _in_a_session(database: Database, org_id: UUID) -> AsyncIterator[Reader]:
    async with database.transaction(org_id) as tx:
        yield SessionReader(tx)


@asynccontextmanager
async def _over_a_connection(database: Database, org_id: UUID) -> AsyncIterator[Reader]:
    async with database.reading_transaction(org_id) as connection:
        yield ConnectionReader(connection)


def _in_a_snapshot(database: Database, org_id: UUID) -> AbstractAsyncContextManager[Reader]:
    return database.snapshot(org_id)


EVERYWHERE = pytest.mark.parametrize(
    "open_reader", [_in_a_snapshot, _in_a_session, _over_a_connection]
)


@EVERYWHERE
async def test_a_tenants_rows_are_read_and_no_others(
    database: Database, open_reader: OpenReader
) -> None:
    org_id = await _organization(database, "Amsterdam", "Berlin")
    await _organization(database, "Cairo")
    async with open_reader(database, org_id) as reader:
        rows = await reader.rows(select(Site).order_by(Site.name))
        assert [(row.name, row.attributes) for row in rows] == [
            ("Amsterdam", {"floor": 2}),
            ("Berlin", {"floor": 2}),
        ]
        assert await reader.row(Site, rows[0].id) == rows[0]
        assert await reader.row(Site, uuid4()) is None
        assert await reader.value(select(func.count()).select_from(Site)) == 2
        records = await reader.records(select(Site.id, Site.name).where(Site.name == "Berlin"))
        assert [(record["id"], record[1]) for record in records] == [(rows[1].id, "Berlin")]


@EVERYWHERE
async def test_what_was_read_cannot_be_changed(database: Database, open_reader: OpenReader) -> None:
    org_id = await _organization(database, "Amsterdam")
    async with open_reader(database, org_id) as reader:
        [row] = await reader.rows(select(Site))
        with pytest.raises(AttributeError):
            row.name = "Rotterdam"


async def test_a_session_reads_what_it_has_not_written_yet(database: Database) -> None:
    org_id = await _organization(database)
    async with database.transaction(org_id) as tx:
        reader = SessionReader(tx)
        tx.add(Site(org_id=org_id, name="Amsterdam", timezone="UTC", attributes={}))
        assert [row.name for row in await reader.rows(select(Site))] == ["Amsterdam"]
        async with tx.begin_nested() as savepoint:
            tx.add(Site(org_id=org_id, name="Berlin", timezone="UTC", attributes={}))
            assert await reader.value(select(func.count()).select_from(Site)) == 2
            await savepoint.rollback()
        assert await reader.value(select(func.count()).select_from(Site)) == 1


async def test_a_sessions_first_statement_may_be_a_readers(database: Database) -> None:
    """It begins the transaction of the tenant, and ends with it: nothing is left to the next."""
    org_id = await _organization(database, "Amsterdam")
    for _ in range(3):
        async with database.transaction(org_id) as tx:
            [row] = await SessionReader(tx).rows(select(Site))
            await tx.delete(await tx.get_one(Site, {"org_id": org_id, "id": row.id}))
            await tx.rollback()
    async with database.snapshot(org_id) as reader:
        assert await reader.value(select(func.count()).select_from(Site)) == 1
