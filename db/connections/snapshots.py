"""A tenant's data at one moment, for what only reads.

    handler ──▶ Snapshot ──first statement──▶ bulkhead ──▶ connection: BEGIN … READ ONLY, the tenant
                   │                                             │ every further statement, same moment
                   └──end of the request──▶ COMMIT, and the connection goes back

What always holds
- The tenant is said in the transaction's first round trip, and only for it: no connection goes back
  to the pool with one. Policies decide what is seen; no statement names an organization.
- What is seen doesn't change while it is looked at: pages and totals of one answer agree.
- A request that is refused before its first statement holds no connection.

SQLAlchemy writes the statements and asyncpg runs them (statements.py), so that rows come as tuples
without entities (readers.py): a seventh of what a session costs for one row. Left aside: a pool
for each tenant; connections are what the database has least of.
"""

from __future__ import annotations

from typing import Self

from db.connections.bulkhead import Bulkhead
from db.connections.readers import Reader
from db.connections.tenants import Whose, begin_reading, tenant_of
from db.connections.transactions import commit, roll_back
from db.connections.types import Connection, Pool


class Snapshot(Reader):
    """A tenant's data at one moment, read-only.

    It takes a connection with its first statement: a request that is refused before holds none.
    """

    def __init__(self, pool: Pool, bulkhead: Bulkhead, whose: Whose) -> None:
        self._pool = pool
        self._bulkhead = bulkhead
        self._tenant = tenant_of(whose)
        self._connection: Connection | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            if kind is not None:
                await roll_back(connection)
            elif not connection.is_closed():
                await commit(connection)
        except BaseException:
            await roll_back(connection)
            raise
        finally:
            self._bulkhead.release(self._tenant.org_id)
            await self._pool.release(connection)

    async def connected(self) -> Connection:
        return self._connection or await self._open()

    async def _open(self) -> Connection:
        await self._bulkhead.acquire(self._tenant.org_id)
        try:
            connection = await self._pool.acquire()
        except BaseException:
            self._bulkhead.release(self._tenant.org_id)
            raise
        self._connection = connection
        await connection.execute(begin_reading(self._tenant))
        return connection
