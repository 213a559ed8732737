"""Commands of a device: asked for, looked at, called off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.commands.queue import queue_command
from app.control.commands.schemas import CommandCreate, CommandRead, Status
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.fleet.devices import service as devices
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import Command
from db.queries.commands import CommandRow, cancel_open
from ingest.devices.command_queue import OPEN_MAX, CommandOrder

SORTS = {"createdAt": Command.created_at}
EXPIRES_MAX = timedelta(days=366)


async def create(
    tx: AsyncSession, actor: Actor, device_id: UUID, body: CommandCreate
) -> CommandRead:
    """As queue_command, which says what it raises; Unprocessable for a time to expire that is no
    use, too."""
    order = CommandOrder(
        org_id=actor.org_id,
        device_id=device_id,
        method=body.method,
        params=body.params,
        requested_by=actor.principal,
        timeout_seconds=body.timeout_seconds,
        expires_at=expires_at(body.expires_at),
    )
    return _created(await queue_command(tx, order))


def expires_at(value: datetime | None) -> datetime | None:
    """As it was asked for. Raises Unprocessable for a time that is no use."""
    if value is None:
        return None
    at, now = instant(value, "expiresAt"), datetime.now(UTC)
    if not now < at <= now + EXPIRES_MAX:
        raise Unprocessable("expiresAt must lie in the future, and within a year")
    return at


async def require_device(reader: Reader, device_id: UUID) -> None:
    """Raises NotFound."""
    await devices.get(reader, device_id)


async def page(
    reader: Reader,
    device_id: UUID,
    page_request: PageRequest,
    *,
    statuses: Sequence[Status],
    methods: Sequence[str],
) -> Page[CommandRead]:
    await require_device(reader, device_id)
    statement = select(Command).where(Command.device_id == device_id)
    if statuses:
        statement = statement.where(Command.status.in_(statuses))
    if methods:
        statement = statement.where(Command.method.in_(methods))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Command.id)
    return found.page([read(row) for row in found.rows])


async def get(reader: Reader, device_id: UUID, command_id: UUID) -> CommandRead:
    row = await resource.get(reader, Command, command_id)
    if row.device_id != device_id:
        raise NotFound(f"no command {command_id}")
    return read(row)


async def get_many(reader: Reader, command_ids: Collection[UUID]) -> list[CommandRead]:
    """Those that are there, the oldest first."""
    statement = select(Command).where(Command.id.in_(command_ids)).order_by(Command.id)
    return [read(row) for row in await reader.rows(statement)]


async def open_or_ended_since(
    reader: Reader, device_id: UUID, since: datetime | None
) -> list[CommandRead]:
    """Of one device, the oldest first: what is open, and the newest that have ended since then."""
    of_device = select(Command).where(Command.device_id == device_id)
    rows = await reader.rows(of_device.where(Command.due_at.is_not(None)).limit(OPEN_MAX))
    if since is not None:
        ended = of_device.where(Command.completed_at >= since)
        rows += await reader.rows(ended.order_by(Command.completed_at.desc()).limit(OPEN_MAX))
    return [read(row) for row in sorted(rows, key=lambda row: row.id)]


async def cancel(tx: AsyncSession, actor: Actor, device_id: UUID, command_id: UUID) -> CommandRead:
    """If it wasn't sent it never will be. Raises Conflict where its status is final."""
    reader = SessionReader(tx)
    await get(reader, device_id, command_id)
    canceled = await cancel_open(await reader.connected(), [command_id], actor.principal)
    if not canceled:
        raise Conflict("the command has ended already", code="COMMAND_ENDED")
    return await get(reader, device_id, command_id)


def read(row: Command) -> CommandRead:
    return CommandRead(
        id=row.id,
        device_id=row.device_id,
        method=row.method,
        params=row.params,
        status=Status(row.status),
        result=_result(row.result),
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        acknowledged_at=row.acknowledged_at,
        completed_at=row.completed_at,
        expires_at=row.expires_at,
        timeout_seconds=row.timeout_seconds,
        requested_by=row.requested_by,
    )


def _result(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)


def _created(row: CommandRow) -> CommandRead:
    """What was queued in this transaction."""
    return CommandRead(
        id=row.id,
        device_id=row.device_id,
        method=row.method,
        params=dict(row.params),
        status=Status.PENDING,
        result=None,
        error=None,
        created_at=row.created_at,
        sent_at=None,
        acknowledged_at=None,
        completed_at=None,
        expires_at=row.expires_at,
        timeout_seconds=row.timeout_seconds,
        requested_by=row.requested_by,
    )
