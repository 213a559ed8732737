"""What handlers are given: `tx`, the tenant's transaction, `actor`, who asks, and for the few that need it `platform`.

The edge owns the transaction: it commits after the handler returned and before the answer is sent, so that an
answer never tells of something that a failed commit undid.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.idempotency import provide_retry
from app.core.platform import Platform, platform_of
from app.core.wire import provide_listing
from db.types import Connection

AnyRequest = Request[Actor, Any, Any]


async def _transaction(request: AnyRequest) -> AsyncGenerator[AsyncSession, None]:
    async with platform_of(request.app).database.transaction(request.user.org_id) as tx:
        yield tx


async def _reading_transaction(
    request: AnyRequest,
) -> AsyncGenerator[Connection, None]:
    async with platform_of(request.app).database.reading_transaction(request.user.org_id) as tx:
        yield tx


async def _actor(request: AnyRequest) -> Actor:
    return request.user


async def _platform(request: AnyRequest) -> Platform:
    return platform_of(request.app)


DEPENDENCIES = {
    "tx": Provide(_transaction),
    "actor": Provide(_actor),
    "platform": Provide(_platform),
    "retry": Provide(provide_retry),
    "listing": Provide(provide_listing),
}
# The readings' own: the same name, an asyncpg connection, read-only.
READING_TRANSACTION = {"tx": Provide(_reading_transaction)}
