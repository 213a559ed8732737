"""What handlers are given, by these names: `reader: deps.Reader`, `tx: deps.Tx` and so on.

What only reads asks for a reader, a snapshot that costs a seventh of a transaction. The edge owns
both: a transaction is committed after the handler returned and before the answer is sent, so that
an answer never tells of something that a failed commit undid.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from operator import attrgetter
from typing import Any

from litestar import Litestar, Request
from litestar.di import NamedDependency, Provide
from litestar.routes import HTTPRoute
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import actor, idempotency, paging, platform
from app.core.http import parameters
from app.core.http.operation import ApiOperation
from db.connections import readers
from db.connections.types import Connection

Tx = NamedDependency[AsyncSession]  # the tenant's transaction
Reader = NamedDependency[readers.Reader]  # the tenant's data at one moment, without entities
ReadingTx = NamedDependency[Connection]  # the readings' own snapshot, an asyncpg connection
Actor = NamedDependency[actor.Actor]  # who asks
Platform = NamedDependency[platform.Platform]  # for the few that need more than a transaction
IdempotentRequest = NamedDependency[idempotency.IdempotentRequest]  # for what starts something
PageRequest = NamedDependency[paging.PageRequest]  # for lists

AnyRequest = Request[actor.Actor, Any, Any]


def platform_of(app: Litestar) -> platform.Platform:
    found = app.state["platform"]
    assert isinstance(found, platform.Platform)  # noqa: S101 - set before the first request
    return found


async def _transaction(request: AnyRequest) -> AsyncGenerator[AsyncSession, None]:
    async with platform_of(request.app).database.transaction(request.user.tenant) as tx:
        yield tx


async def _reader(request: AnyRequest) -> AsyncGenerator[readers.Reader, None]:
    async with platform_of(request.app).database.snapshot(request.user.tenant) as reader:
        yield reader


async def _reading_transaction(request: AnyRequest) -> AsyncGenerator[Connection, None]:
    service = platform_of(request.app)
    operation = ApiOperation.of(request.route_handler)
    asked = operation and operation.timeout_seconds
    most = service.settings.database.statement_timeout_seconds
    async with service.database.reading_transaction(
        request.user.tenant, timeout_seconds=min(asked or most, most)
    ) as tx:
        yield tx


async def _actor(request: AnyRequest) -> actor.Actor:
    return request.user


async def _platform(request: AnyRequest) -> platform.Platform:
    return platform_of(request.app)


async def _idempotent_request(
    request: AnyRequest,
    tx: Tx,
    actor: Actor,
    platform: Platform,
    idempotency_key: parameters.IdempotencyKey = None,
) -> idempotency.IdempotentRequest:
    if idempotency_key is None:
        return idempotency.IdempotentRequest(tx, platform, None)
    route = f"{request.method} {request.scope['path']}"
    key = idempotency.RequestKey.of(idempotency_key, actor.principal, route, await request.body())
    return idempotency.IdempotentRequest(tx, platform, key)


async def _page_request(
    limit: parameters.Limit = 50,
    cursor: parameters.Cursor = None,
    sort: parameters.Sort = None,
    include_total: parameters.IncludeTotal = False,
) -> paging.PageRequest:
    return paging.PageRequest(limit, cursor, sort, include_total)


DEPENDENCIES = {
    "tx": Provide(_transaction),
    "reader": Provide(_reader),
    "actor": Provide(_actor),
    "platform": Provide(_platform),
    "idempotent_request": Provide(_idempotent_request),
    "page_request": Provide(_page_request),
}
READING_TRANSACTION = {"tx": Provide(_reading_transaction)}


def one_after_another(app: Litestar) -> None:
    """Litestar makes a task for each of several dependencies; ours wait for nothing, and a task
    costs more than they."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for _, model in route.route_handler_map.values():
                model.dependency_batches = [
                    {dependency}
                    for batch in model.dependency_batches
                    for dependency in sorted(batch, key=attrgetter("key"))
                ]
