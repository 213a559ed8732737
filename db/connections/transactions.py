"""The end of a transaction on a pool's connection, which goes back in none.

asyncpg's pool would end one that was left open, too, but reports it each time as a mistake, to the
event loop's handler of errors that nobody took.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from db.connections.faults import is_fault_of_data
from db.connections.types import Connection, PooledConnection


async def commit(connection: Connection) -> None:
    """After it the pool need not ask whether the connection still answers."""
    await cast(PooledConnection, connection).end("COMMIT")


async def roll_back(connection: Connection) -> None:
    """For the way out of an error or a cancellation, which stays the one that is raised: where the
    connection can't be asked any more, the pool throws it away."""
    with contextlib.suppress(Exception):
        await cast(PooledConnection, connection).end("ROLLBACK")


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """What is done in the block is taken back where it raises, and the transaction goes on; also in
    one that was begun by a statement, which asyncpg's own doesn't know."""
    await connection.execute("SAVEPOINT block")
    try:
        yield
    except Exception as error:
        if is_fault_of_data(error):
            await connection.execute("ROLLBACK TO SAVEPOINT block")
        raise
