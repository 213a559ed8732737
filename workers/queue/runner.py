"""One job from claim to end: whatever happens to the worker, the database or the code, it is
neither lost nor finished twice."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from uuid import UUID

import structlog

from db.connections.background import TaskOwner
from db.queries import jobs
from db.queries.jobs import LEASE_SECONDS, ClaimedJob, QueuedJob
from workers.context import WorkerContext
from workers.queue.job import JobAttempt, JobFailed, JobType, LeaseLost, RetryLater

log = structlog.get_logger()

RENEW_SECONDS = 2.5
SETTLE_AGAIN_SECONDS = 0.5
UNEXPLAINED = "the platform failed; its log says why"


class Runner:
    """Runs what was queued. `ended` is set after every job: its place is free for the next."""

    def __init__(self, context: WorkerContext, job_types: Mapping[str, JobType]) -> None:
        self.ended = asyncio.Event()
        self._context = context
        self._job_types = job_types
        self._running: dict[UUID, asyncio.Event] = {}

    def look_again(self, job_id: UUID | None = None) -> None:
        """Ask at once whether this job, or every one, is still ours."""
        for running, event in self._running.items():
            if job_id in (None, running):
                event.set()

    async def run(self, queued: QueuedJob) -> None:
        """Returns when the job has ended or is not ours any more; a cancelled one is released
        first."""
        claimed = await jobs.claim(self._context.pool, queued)
        if claimed is None:
            return
        job, job_type = JobAttempt(claimed, self._context), self._job_types[claimed.kind]
        with structlog.contextvars.bound_contextvars(job=str(claimed.id), kind=job_type.name):
            started = time.monotonic()
            try:
                outcome = await self._run(job, job_type)
            finally:
                self.ended.set()
            log.info(
                "job",
                outcome=outcome,
                attempt=claimed.attempt,
                seconds=round(time.monotonic() - started, 3),
            )

    async def _run(self, job: JobAttempt, job_type: JobType) -> str:
        pool, claimed = self._context.pool, job.claimed
        if (
            claimed.attempt > job_type.attempts
        ):  # its workers were lost that often: it may be what kills them
            return await self._settle(lambda: _give_up(job, job_type, UNEXPLAINED), "dead")
        try:
            async with self._leased(claimed), asyncio.timeout(job_type.time_out_seconds):
                await job_type.run(job)
                if not job.has_ended:
                    async with job.last_transaction():
                        pass
        except LeaseLost:
            return "not ours any more"
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await jobs.release(pool, claimed)
            raise
        except JobFailed as failure:
            reason = str(failure)
            return await self._settle(lambda: _give_up(job, job_type, reason), "dead")
        except RetryLater as reason:
            log.info("job must wait", attempt=claimed.attempt, reason=str(reason))
            return await self._retry_later(job, job_type, str(reason), str(reason))
        except Exception as error:
            log.warning("job failed", attempt=claimed.attempt, exc_info=error)
            what = "took too long" if isinstance(error, TimeoutError) else type(error).__name__
            return await self._retry_later(job, job_type, what, UNEXPLAINED)
        return "succeeded"

    async def _retry_later(
        self, job: JobAttempt, job_type: JobType, error: str, last_words: str
    ) -> str:
        """Try again later, with `error` meanwhile; the last attempt gives up."""
        pool, claimed = self._context.pool, job.claimed
        if claimed.attempt >= job_type.attempts:
            return await self._settle(lambda: _give_up(job, job_type, last_words), "dead")
        wait = min(2.0 ** (claimed.attempt - 1), job_type.longest_wait_seconds)
        return await self._settle(
            lambda: jobs.release(pool, claimed, wait_seconds=wait, error=error),
            "to be tried again",
        )

    @contextlib.asynccontextmanager
    async def _leased(self, claimed: ClaimedJob) -> AsyncIterator[None]:
        """Keep the lease while the block runs; interrupts it with LeaseLost as soon as the job
        isn't ours any more."""
        look = self._running[claimed.id] = asyncio.Event()
        try:
            async with TaskOwner("lease") as owner:
                owner.start(self._keep_lease(claimed, look))
                yield
        finally:
            del self._running[claimed.id]

    async def _keep_lease(self, claimed: ClaimedJob, look: asyncio.Event) -> None:
        """Raises LeaseLost when it is."""
        renewed = time.monotonic()
        while time.monotonic() - renewed < LEASE_SECONDS:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await look.wait()
            look.clear()
            asked = time.monotonic()
            try:
                async with asyncio.timeout(RENEW_SECONDS):
                    is_ours = await jobs.renew(self._context.pool, claimed)
            except Exception as error:  # of whatever kind: the database may be away for a moment
                log.warning("the lease waits for the database", error=type(error).__name__)
                await asyncio.sleep(SETTLE_AGAIN_SECONDS)
            else:
                if not is_ours:
                    break
                renewed = asked
        raise LeaseLost

    async def _settle(self, write: Callable[[], Awaitable[None]], outcome: str) -> str:
        """Write how it ended. The error may have been the database's own, which is away: try until
        the lease ends, after which another worker takes the job up anyway."""
        deadline = time.monotonic() + LEASE_SECONDS
        while True:
            try:
                await write()
            except LeaseLost:
                return "not ours any more"
            except Exception as error:
                if time.monotonic() > deadline:
                    log.warning("the end of a job could not be written", error=type(error).__name__)
                    return "left to its lease"
                await asyncio.sleep(SETTLE_AGAIN_SECONDS)
            else:
                return outcome


async def _give_up(job: JobAttempt, job_type: JobType, reason: str) -> None:
    async with job.last_transaction("DEAD", reason) as tx:
        await job_type.give_up(tx, job, reason)
