"""Pools of asyncpg's connections, for each role of ours. This loads neither SQLAlchemy nor a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.connections.types import Pool, PooledConnection

# A server that was just killed may still take connections, for as long as a child of it holds the socket.
CONNECT_SECONDS = 5


class UnsafeRole(Exception):
    """The service's role could see every tenant: it must be neither superuser nor above the policies."""


def create_pool(url: str, size: int, server_settings: dict[str, str]) -> Pool:
    return asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=CONNECT_SECONDS,
        server_settings=server_settings,
        reset=_check,
        connection_class=PooledConnection,
    )


async def _check(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """What is left to do when a connection goes back: all that we set is the transaction's own, and
    that has ended.

    Something is asked unless it answered a moment ago, when its transaction was ended: a connection
    that can't answer is thrown away, not handed out again.
    """
    assert isinstance(connection, PooledConnection)  # noqa: S101 - as create_pool makes them
    if not connection.has_ended:
        await connection.execute("SELECT")
    connection.has_ended = False


async def refuse_unsafe_role(pool: Pool) -> None:
    # Of every role that it is or may become with SET ROLE; a superuser may become any.
    unsafe = await pool.fetchval(
        "SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
    )
    if unsafe:
        raise UnsafeRole("the service's database role is superuser or bypasses row-level security")


def app_settings(statement_timeout_seconds: int) -> dict[str, str]:
    """Of a connection as role `app`."""
    return {
        "application_name": "holdfast",
        "statement_timeout": f"{statement_timeout_seconds}s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        # A plan for any values at all takes a tag that every device has for a rare one: 60 ms instead
        # of 1. And what lists read is in memory or on flash: with the default of 4, all is read and
        # sorted to spare 50 look-ups.
        "plan_cache_mode": "force_custom_plan",
        "random_page_cost": "1.1",
    }


@asynccontextmanager
async def open_app_pool(
    url: str, *, pool_size: int, statement_timeout_seconds: int = 30
) -> AsyncIterator[Pool]:
    """Connect as role `app`; raises UnsafeRole where that role is above the policies."""
    async with create_pool(url, pool_size, app_settings(statement_timeout_seconds)) as pool:
        await refuse_unsafe_role(pool)
        yield pool


@asynccontextmanager
async def open_ingest_pool(url: str, *, pool_size: int = 4) -> AsyncIterator[Pool]:
    """Connect as role `iot_ingest`, which only the pipeline uses: COPY and cross-tenant batches need it."""
    server_settings = {
        "application_name": "holdfast ingest",
        "statement_timeout": "60s",
        "lock_timeout": "20s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
    }
    async with create_pool(url, pool_size, server_settings) as pool:
        yield pool


@asynccontextmanager
async def open_owner_pool(
    url: str, *, pool_size: int = 2, lock_timeout_seconds: int = 2
) -> AsyncIterator[Pool]:
    """Connect as role `iot_owner`, which maintains the readings' tables. It gives up rather than queue for a lock."""
    server_settings = {
        "application_name": "holdfast maintenance",
        "statement_timeout": "30min",
        "lock_timeout": f"{lock_timeout_seconds}s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
    }
    async with create_pool(url, pool_size, server_settings) as pool:
        yield pool
