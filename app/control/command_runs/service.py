"""Runs of one command over a group: asked for, looked at, called off.

Who is in the group is found out once, when the run is asked for. A worker gives the devices their
commands, at the rate asked for; each device has a command of its own, and a result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.command_runs.release import refusals
from app.control.command_runs.schemas import CommandRunCreate, CommandRunDetail, CommandRunRead
from app.control.commands.schemas import Status
from app.control.commands.service import SORTS as COMMAND_SORTS
from app.control.commands.service import expires_at, read
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.jobs import start_job
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.device_groups import service as device_groups
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Command, CommandRun
from db.queries.command_runs import cancel_run
from db.queries.commands import cancel_open
from db.queries.targets import Target, devices_of
from ingest.devices.command_queue import WAIT

SORTS = {"createdAt": CommandRun.created_at}
# At one a second that is not quite three hours, which a worker's job may take.
DEVICES_MAX = 10_000
OPEN_RUNS_MAX = 100
_IS_OPEN = CommandRun.canceled_at.is_(None) & (
    CommandRun.released < func.cardinality(CommandRun.device_ids)
)


async def create(
    tx: AsyncSession, actor: Actor, group_id: UUID, body: CommandRunCreate
) -> CommandRunRead:
    """Record it and its job. Raises NotFound, Unprocessable for parameters that no device of the
    group takes and for too many devices, Conflict where too many runs are open."""
    reader = SessionReader(tx)
    await device_groups.get(reader, group_id)
    if await resource.count(reader, select(CommandRun.id).where(_IS_OPEN)) >= OPEN_RUNS_MAX:
        raise Conflict(f"{OPEN_RUNS_MAX} runs are not over yet", code="TOO_MANY_COMMANDS")
    device_ids = await _members(reader, group_id)
    await _check(reader, device_ids, body)
    run = CommandRun(
        org_id=actor.org_id,
        id=new_id(),
        group_id=group_id,
        method=body.method,
        params=body.params,
        timeout_seconds=body.timeout_seconds,
        expires_at=expires_at(body.expires_at) or datetime.now(UTC) + WAIT,
        rate_per_second=body.rate_per_second,
        device_ids=device_ids,
        requested_by=actor.principal,
    )
    await resource.add(tx, run)
    await start_job(tx, "command-run", {"runId": str(run.id)})
    await tx.refresh(run)
    return _read(run, {})


async def _members(reader: Reader, group_id: UUID) -> list[UUID]:
    target = Target(group_ids=frozenset((group_id,)))
    found = await devices_of(await reader.connected(), target, limit=DEVICES_MAX + 1)
    if len(found) > DEVICES_MAX:
        raise Unprocessable(f"a run may have {DEVICES_MAX:,} devices, and the group has more")
    return found


async def _check(reader: Reader, device_ids: Sequence[UUID], body: CommandRunCreate) -> None:
    """Raises Unprocessable where none takes it; the parameters' faults where one knows the
    method."""
    connection = await reader.connected()
    found = await refusals(connection, device_ids, body.method, body.params)
    problems = [problem for problem in found.by_profile.values() if problem is not None]
    if problems and len(problems) == len(found.by_profile):
        raise min(problems, key=lambda problem: str(problem.code) == "UNKNOWN_METHOD")


async def page(reader: Reader, group_id: UUID, page_request: PageRequest) -> Page[CommandRunRead]:
    await device_groups.get(reader, group_id)
    return await _page(
        reader, select(CommandRun).where(CommandRun.group_id == group_id), page_request
    )


async def page_of_all(reader: Reader, page_request: PageRequest) -> Page[CommandRunRead]:
    return await _page(reader, select(CommandRun), page_request)


async def _page(
    reader: Reader, statement: Select[CommandRun], page_request: PageRequest
) -> Page[CommandRunRead]:
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=CommandRun.id)
    counts = await _counts(reader, [row.id for row in found.rows])
    return found.page([_read(row, counts.get(row.id, {})) for row in found.rows])


async def get(
    reader: Reader,
    group_id: UUID,
    run_id: UUID,
    page_request: PageRequest,
    *,
    statuses: Sequence[Status],
) -> CommandRunDetail:
    row = await _row(reader, group_id, run_id)
    statement = select(Command).where(Command.run_id == run_id)
    if statuses:
        statement = statement.where(Command.status.in_(statuses))
    found = await resource.find(
        reader, statement, page_request, sorts=COMMAND_SORTS, id_=Command.id
    )
    counts = await _counts(reader, [run_id])
    items = [read(command) for command in found.rows]
    return CommandRunDetail(
        **_fields(row, counts.get(run_id, {})), items=items, next_cursor=found.next_cursor
    )


async def cancel(tx: AsyncSession, actor: Actor, group_id: UUID, run_id: UUID) -> CommandRunRead:
    """No further device gets its command, and those that are open are called off. A second time
    changes nothing."""
    reader = SessionReader(tx)
    await _row(reader, group_id, run_id)
    connection = await reader.connected()
    await cancel_open(connection, await cancel_run(connection, run_id), actor.principal)
    counts = await _counts(reader, [run_id])
    return _read(await _row(reader, group_id, run_id), counts.get(run_id, {}))


async def _row(reader: Reader, group_id: UUID, run_id: UUID) -> CommandRun:
    row = await resource.get(reader, CommandRun, run_id)
    if row.group_id != group_id:
        raise NotFound(f"no command run {run_id}")
    return row


async def _counts(reader: Reader, run_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    rows = await reader.records(
        select(Command.run_id, Command.status, func.count())
        .where(Command.run_id.in_(run_ids))
        .group_by(Command.run_id, Command.status)
    )
    found: dict[UUID, Counter[str]] = {}
    for run_id, status, count in rows:
        found.setdefault(run_id, Counter())[status] = count
    return found


def _read(row: CommandRun, counts: Mapping[str, int]) -> CommandRunRead:
    return CommandRunRead(**_fields(row, counts))


def _fields(row: CommandRun, counts: Mapping[str, int]) -> dict[str, Any]:
    by_status = {status.lower(): counts.get(status, 0) for status in Status}
    unreleased = len(row.device_ids) - row.released
    by_status["pending" if row.canceled_at is None else "failed"] += unreleased
    return {
        "id": row.id,
        "group_id": row.group_id,
        "method": row.method,
        "params": row.params,
        "rate_per_second": row.rate_per_second,
        "total": len(row.device_ids),
        "created_at": row.created_at,
        "canceled_at": row.canceled_at,
        "requested_by": row.requested_by,
        **by_status,
    }
