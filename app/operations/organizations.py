"""What the operator asks of the organizations of an installation, and does to all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from db.connections.types import Connection, Pool
from db.queries import operating
from db.queries.operating import OrganizationOverview, UsedQuota
from db.queries.secrets import act_in
from db.queries.tenants import organizations_after

T = TypeVar("T")
_AT_ONCE = 500


async def overviews(pool: Pool) -> list[OrganizationOverview]:
    return [found async for _, found in _of_each(pool, None, operating.overview)]


async def usages(pool: Pool, only: UUID | None) -> dict[UUID, list[UsedQuota]]:
    return {org_id: found async for org_id, found in _of_each(pool, only, operating.usage)}


async def end_sessions(pool: Pool, only: UUID | None) -> int:
    """How many there were. Each organization's in a transaction of its own."""
    ended = 0
    async for org_id in _organizations(pool, only):
        async with pool.acquire() as connection, connection.transaction():
            await act_in(connection, org_id)
            ended += await operating.end_sessions(connection, org_id)
    return ended


async def _of_each(
    pool: Pool, only: UUID | None, ask: Callable[[Connection], Awaitable[T]]
) -> AsyncIterator[tuple[UUID, T]]:
    async for org_id in _organizations(pool, only):
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            await act_in(connection, org_id)
            found = await ask(connection)
        yield org_id, found


async def _organizations(pool: Pool, only: UUID | None) -> AsyncIterator[UUID]:
    if only is not None:
        yield only
        return
    place: UUID | None = None
    while page := await organizations_after(pool, place, at_most=_AT_ONCE):
        for org_id in page:
            yield org_id
        place = page[-1]
