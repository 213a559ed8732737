"""A job as its handler sees it, and what a type of job is, and the queue in which it waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Job
from db.queries.jobs import ClaimedJob
from workers.context import WorkerContext


class LeaseLost(Exception):
    """The job was discarded, or is another worker's by now: nothing more may be written for it."""


class JobFailed(Exception):
    """It can't be done, now or later; the message is for people. Any other error is tried again."""


class RetryLater(Exception):
    """It can't be done now, through no fault of ours; the message is for people."""


@dataclass
class JobAttempt:
    """One attempt. `payload` is what start_job was given."""

    claimed: ClaimedJob
    context: WorkerContext
    has_ended: bool = False

    @property
    def org_id(self) -> UUID:
        return self.claimed.org_id

    @property
    def payload(self) -> dict[str, Any]:
        return self.claimed.payload

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction of its tenant. Raises LeaseLost, and writes nothing, when the job is not
        ours any more.

        The row is locked: whoever takes the job from us waits for this commit, or we see that it
        was taken.
        """
        async with self.context.database.transaction(self.org_id) as tx:
            held = await tx.scalar(
                select(Job.id)
                .where(
                    Job.id == self.claimed.id,
                    Job.fence == self.claimed.fence,
                    Job.state == "RUNNING",
                )
                .with_for_update()
            )
            if held is None:
                raise LeaseLost
            yield tx

    @asynccontextmanager
    async def last_transaction(
        self, state: str = "SUCCEEDED", error: str | None = None
    ) -> AsyncIterator[AsyncSession]:
        """The same, and the job has ended with its commit: its result is there exactly when the job
        is done."""
        async with self.transaction() as tx:
            yield tx
            await tx.execute(
                update(Job)
                .where(Job.id == self.claimed.id)
                .values(state=state, error=error, lease_until=None, finished_at=func.now())
            )
        self.has_ended = True


async def _nothing(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    return None


@dataclass(frozen=True)
class JobType:
    """A type of job: what is done, for how long, how often it is tried.

    `run` must not mind running twice; it ends with `job.last_transaction()` where it has something
    to write. `give_up` writes, in the transaction that makes the job DEAD, what that means for the
    tenant.
    """

    name: str
    run: Callable[[JobAttempt], Awaitable[None]]
    time_out_seconds: float
    attempts: int = 10
    longest_wait_seconds: float = 300
    """Between two attempts; each waits twice as long as the one before, from a second on."""
    give_up: Callable[[AsyncSession, JobAttempt, str], Awaitable[None]] = _nothing


@dataclass(frozen=True)
class WorkerQueue:
    """Types of jobs that wait for one another, and for no other queue's: a long one keeps no quick
    one waiting.

    `concurrency` in each worker; `per_organization` of each type in all workers together.
    """

    name: str
    job_types: tuple[JobType, ...]
    concurrency: int
    per_organization: int

    @property
    def prefetch(self) -> int:
        """How many wait in the queue: enough that no worker idles, few enough that turns are
        fair."""
        return 2 * self.concurrency
