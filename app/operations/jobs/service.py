"""What the platform does later for this organization, and the dead-letter list."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs, resource
from app.core.errors import Conflict
from app.core.paging import PageRequest
from app.core.wire import Page
from app.operations.jobs.schemas import JobRead, JobState
from db.connections.readers import Reader
from db.models import Job

SORTS = {"createdAt": Job.created_at, "runAt": Job.run_at}


async def page(
    reader: Reader, page_request: PageRequest, *, states: list[JobState], kind: str | None
) -> Page[JobRead]:
    statement = select(Job)
    if states:
        statement = statement.where(Job.state.in_(states))
    if kind is not None:
        statement = statement.where(Job.kind == kind)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Job.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, job_id: UUID) -> JobRead:
    return _read(await resource.get(reader, Job, job_id))


async def retry(tx: AsyncSession, job_id: UUID) -> JobRead:
    """Raises Conflict for a job that is neither dead nor waiting for its next attempt."""
    row = await resource.get_to_change(tx, Job, job_id)
    if not await jobs.retry_job(tx, job_id):
        raise Conflict(
            f"the job is {row.state}: only one that is DEAD or PENDING can be retried",
            code="JOB_STATE",
        )
    await tx.refresh(row)
    return _read(row)


async def discard(tx: AsyncSession, job_id: UUID) -> JobRead:
    """Raises Conflict for a job that isn't dead: what still waits or runs is ended where it was
    asked for."""
    row = await resource.get_to_change(tx, Job, job_id)
    if row.state != JobState.DEAD:
        raise Conflict(
            f"the job is {row.state}: only a DEAD one can be discarded", code="JOB_STATE"
        )
    await jobs.stop_job(tx, job_id)
    await tx.refresh(row)
    return _read(row)


def _read(row: Job) -> JobRead:
    return JobRead(
        id=row.id,
        kind=row.kind,
        state=JobState(row.state),
        payload=row.payload,
        attempt=row.attempt,
        error=row.error,
        run_at=row.run_at,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
