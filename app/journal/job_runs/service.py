"""Runs: begun by people or the clock. Those of an organization come one after another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Malformed, NotFound, Unprocessable
from app.core.jobs import start_job
from app.core.paging import PageRequest
from app.core.wire import Page, time_range
from app.journal.job_runs.schemas import JobInputRead, JobRunCreate, JobRunRead
from db.connections.readers import Reader
from db.ids import new_id
from db.models import JobDefinition, JobInput, JobRun

SORTS = {"startedAt": JobRun.started_at}
LONGEST = timedelta(days=400)
SETTLE = timedelta(minutes=10)
"""So long after a moment its readings are there."""
INPUTS_MAX = 10_000
WAITING_MAX = 20
"""Of a definition: they run one after another."""


async def page(reader: Reader, definition_id: UUID, page_request: PageRequest) -> Page[JobRunRead]:
    await resource.get(reader, JobDefinition, definition_id)
    statement = select(JobRun).where(JobRun.definition_id == definition_id)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=JobRun.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, definition_id: UUID, run_id: UUID) -> JobRunRead:
    await resource.get(reader, JobDefinition, definition_id)
    row = await resource.get(reader, JobRun, run_id)
    if row.definition_id != definition_id:
        raise NotFound(f"no job run {run_id}")
    return _read(row)


async def inputs(reader: Reader, definition_id: UUID, run_id: UUID) -> list[JobInputRead]:
    """The days of sensors that it was the last one to read, at most INPUTS_MAX."""
    await get(reader, definition_id, run_id)
    statement = (
        select(JobInput.sensor_id, JobInput.day, JobInput.readings)
        .where(JobInput.run_id == run_id)
        .order_by(JobInput.sensor_id, JobInput.day)
        .limit(INPUTS_MAX)
    )
    return [
        JobInputRead(row["sensor_id"], row["day"].isoformat(), row["readings"])
        for row in await reader.records(statement)
    ]


async def begin(
    tx: AsyncSession, actor: Actor, definition_id: UUID, body: JobRunCreate
) -> JobRunRead:
    """Raises Malformed or Unprocessable for a range that makes no sense or is too long, Conflict
    while too many wait."""
    row = await resource.get_to_change(tx, JobDefinition, definition_id)
    waiting = await tx.scalar(
        select(func.count()).where(JobRun.definition_id == row.id, JobRun.status == "RUNNING")
    )
    if (waiting or 0) >= WAITING_MAX:
        raise Conflict(f"{WAITING_MAX} runs haven't ended", code="JOB_RUNNING")
    return _read(await start_run(tx, row.id, actor.principal, _span(body)))


def _span(body: JobRunCreate) -> tuple[datetime, datetime] | None:
    if body.from_ is None and body.to is None:
        return None
    if body.from_ is None or body.to is None:
        raise Malformed("from and to go together")
    start, end = time_range(body.from_, body.to)
    end = min(end, datetime.now(UTC) - SETTLE)
    if start >= end:
        raise Malformed("from must lie ten minutes back or more: later readings may still come")
    if end - start > LONGEST:
        raise Unprocessable(f"a run is of at most {LONGEST.days} days", code="TOO_EXPENSIVE")
    return start, end


async def start_run(
    tx: AsyncSession,
    definition_id: UUID,
    created_by: str,
    span: tuple[datetime, datetime] | None = None,
) -> JobRun:
    """Of the definition, which is locked. Without a span it is the
    clock's: what is new, and what has changed."""
    run = JobRun(
        id=new_id(),
        definition_id=definition_id,
        is_asked=span is not None,
        from_at=None if span is None else span[0],
        to_at=None if span is None else span[1],
        created_by=created_by,
    )
    tx.add(run)
    await tx.flush()
    await start_job(tx, "job-run", {"runId": str(run.id)})
    await tx.refresh(run)
    return run


def _read(row: JobRun) -> JobRunRead:
    return JobRunRead(
        id=row.id,
        definition_id=row.definition_id,
        status=row.status,  # type: ignore[arg-type] # the table checks it
        from_=row.from_at,
        to=row.to_at,
        progress=row.progress,
        findings=row.findings,
        changed=row.changed,
        because=row.because,
        failure=row.failure,
        created_by=row.created_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
