"""Connections to the database, and the one place that opens and commits a tenant's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import asyncpg
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from db.connections.authors import author
from db.connections.bulkhead import Bulkhead
from db.connections.pools import CONNECT_SECONDS, app_settings, open_app_pool
from db.connections.readers import Reader
from db.connections.snapshots import Snapshot
from db.connections.tenants import (
    Tenant,
    Whose,
    begin_reading,
    customer_settings,
    tenant_of,
)
from db.connections.transactions import commit, roll_back
from db.connections.types import Connection, Pool

_SET_TENANT = text(
    "SELECT set_config('app.org_id', :org, true), set_config('app.actor', :actor, true), "
    "set_config('app.address', :address, true), set_config('app.request_id', :request_id, true)"
)


_SET_CUSTOMER = text("SELECT set_config(:name, :value, true)")
_TENANT = "tenant"
LOOKUPS = 2  # each takes well under a millisecond


class TenantSession(Session):
    """Says whose transaction it is, and who asked for it, in its first statement, where it has a
    tenant."""


@event.listens_for(TenantSession, "after_begin")
def _set_tenant(
    session: Session, transaction: SessionTransaction, connection: SyncConnection
) -> None:
    if _TENANT in session.info and not transaction.nested:
        tenant: Tenant = session.info[_TENANT]
        org = {"org": str(tenant.org_id)}
        connection.execute(_SET_TENANT, org | author.get()._asdict())
        if tenant.customer_id is not None:
            for name, value in customer_settings(tenant.customer_id).items():
                connection.execute(_SET_CUSTOMER, {"name": name, "value": value})


class SessionReader(Reader):
    """Sees what the session has written, and reads as any other: no entity comes of it."""

    _json_is_text = False  # SQLAlchemy has taught its connections to decode it

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def connected(self) -> Connection:
        """Flushed, as before each of the session's own queries. That it is in the session's
        transaction already is due to _set_tenant, which begins it: asyncpg's has to be begun by a
        statement of SQLAlchemy's."""
        await self._session.flush()
        connection = await self._session.connection()
        adapted = await connection.get_raw_connection()
        return cast(Connection, adapted.driver_connection)


@dataclass(frozen=True)
class Database:
    """What the service reads and writes through, as role `app`: policies decide what it sees.

    Whoever has one of the three opened must not open another: see Bulkhead.
    """

    pool: Pool
    lookups: Pool  # by who has no tenant yet: they don't wait behind tenants' questions
    sessions: async_sessionmaker[AsyncSession]
    reading: Bulkhead
    writing: Bulkhead

    @asynccontextmanager
    async def transaction(self, whose: Whose) -> AsyncIterator[AsyncSession]:
        """A tenant's transaction for administration objects; commits when the block ends without an
        error.

        It takes a connection with its first statement, so that a request which is refused before
        holds none: what Litestar has opened is not closed when another dependency of the same
        handler fails.
        """
        tenant = tenant_of(whose)
        async with (
            self.writing.turn(tenant.org_id),
            self.sessions(info={_TENANT: tenant}) as session,
            session.begin(),
        ):
            yield session

    def snapshot(self, whose: Whose) -> Snapshot:
        """A tenant's data at one moment, for what only reads administration objects; a context
        manager."""
        return Snapshot(self.pool, self.reading, whose)

    @asynccontextmanager
    async def reading_transaction(
        self, whose: Whose, *, timeout_seconds: int | None = None
    ) -> AsyncIterator[Connection]:
        """A snapshot for readings, as the connection itself: one round trip to open, one to close.

        A statement that takes longer than the timeout, or else the setting's, ends with
        QueryCanceledError.
        """
        tenant = tenant_of(whose)
        async with self.reading.turn(tenant.org_id), self.pool.acquire() as connection:
            try:
                await connection.execute(begin_reading(tenant, timeout_seconds=timeout_seconds))
                yield connection
                await commit(connection)
            except BaseException:
                await roll_back(connection)
                raise


@asynccontextmanager
async def open_database(
    url: str, *, pool_size: int, statement_timeout_seconds: int, per_organization: int | None = None
) -> AsyncIterator[Database]:
    """Connect as role `app`; raises UnsafeRole where that role is above the policies.

    There are two pools of `pool_size` connections, to read and to write; of each an organization
    holds `per_organization` at most, and fewer while others hold some. And there is a small one for
    look-ups.
    """
    server_settings = app_settings(statement_timeout_seconds)

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=server_settings)

    # pool_pre_ping costs round trips, and is worth them: after PostgreSQL was killed, a connection
    # may be neither closed nor of any use.
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
    )
    async with (
        open_app_pool(
            url, pool_size=pool_size, statement_timeout_seconds=statement_timeout_seconds
        ) as pool,
        open_app_pool(
            url, pool_size=LOOKUPS, statement_timeout_seconds=statement_timeout_seconds
        ) as lookups,
    ):
        try:
            yield Database(
                pool,
                lookups,
                async_sessionmaker(
                    engine, expire_on_commit=False, sync_session_class=TenantSession
                ),
                Bulkhead(pool_size, per_organization=per_organization),
                Bulkhead(pool_size, per_organization=per_organization),
            )
        finally:
            await engine.dispose()


def driver_error_of(error: Exception) -> Exception:
    """What asyncpg has said, where SQLAlchemy has wrapped it; a pool that had none left is late."""
    match error:
        case DBAPIError(orig=BaseException(__cause__=Exception() as cause)):
            return cause
        case PoolTimeoutError():
            return TimeoutError("no connection was free")
        case _:
            return error
