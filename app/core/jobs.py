"""Work for later, from the product's side: a job is recorded in the transaction of what asks for
it.

It reaches a worker after that transaction's commit, and only then. Kinds are named by text: what a
name does is the business of `workers`, which the product never imports.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.connections.notifications import JOBS_CHANGED
from db.ids import new_id
from db.models import Job


async def start_job(
    tx: AsyncSession, kind: str, payload: dict[str, Any], *, wait_seconds: float = 0
) -> UUID:
    """Have it done, soon after this transaction's commit or so many seconds later; the job's id.

    `payload` is JSON: ids, not objects, since what they stand for may have changed when it runs. A
    job may run more than once, so it must not matter whether it does.
    """
    run_at = func.now() + func.make_interval(
        0, 0, 0, 0, 0, 0, wait_seconds
    )  # by the database's clock
    job = Job(id=new_id(), kind=kind, payload=payload, run_at=run_at)
    tx.add(job)
    await tx.flush()
    await tx.execute(select(func.pg_notify(JOBS_CHANGED, "")))
    return job.id


async def stop_job(tx: AsyncSession, job_id: UUID) -> bool:
    """Discard a job that has not succeeded; if it runs, its worker ends it. False when there is
    nothing to stop."""
    stopped = await tx.execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(["PENDING", "QUEUED", "RUNNING", "DEAD"]))
        .values(state="DISCARDED", fence=Job.fence + 1, lease_until=None, finished_at=func.now())
        .returning(Job.id)
    )
    if stopped.first() is None:
        return False
    await tx.execute(select(func.pg_notify(JOBS_CHANGED, str(job_id))))
    return True


async def retry_job(tx: AsyncSession, job_id: UUID) -> bool:
    """Run a dead or waiting job at once, with all its attempts before it. False when it is in
    another state."""
    again = await tx.execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(["DEAD", "PENDING"]))
        .values(
            state="PENDING", fence=Job.fence + 1, attempt=0, run_at=func.now(), finished_at=None
        )
        .returning(Job.id)
    )
    if again.first() is None:
        return False
    await tx.execute(select(func.pg_notify(JOBS_CHANGED, "")))
    return True
