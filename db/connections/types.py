"""asyncpg's types as we use them. At run time they take no parameters; type checkers want the record type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    Record = asyncpg.Record
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    _Connection = asyncpg.Connection[asyncpg.Record]
else:
    Record = asyncpg.Record
    Pool = asyncpg.Pool
    Connection = asyncpg.pool.PoolConnectionProxy
    _Connection = asyncpg.Connection

AnyConnection = Connection | _Connection
"""A pool's, or one that was opened by itself."""


class PooledConnection(_Connection):
    """Knows whether the end of a transaction was the last thing that it answered."""

    __slots__ = ("has_ended",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.has_ended = False

    async def end(self, how: str) -> None:
        """COMMIT or ROLLBACK."""
        await self.execute(how)
        self.has_ended = True


def mark_clean(connection: Connection) -> None:
    """Say of a pool's connection that it has just answered, and is in no transaction: then the pool need not ask."""
    connection._con.has_ended = True  # type: ignore[attr-defined] # what the proxy stands for


__all__ = ["AnyConnection", "Connection", "Pool", "PooledConnection", "Record", "mark_clean"]
