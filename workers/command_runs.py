"""Runs of a command over a group: a job for each, which gives its devices their commands at the
rate that was asked for."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.control.command_runs.release import release
from db.connections.sessions import SessionReader
from db.queries.command_runs import cancel_run
from workers.queue.job import JobAttempt, JobType

# Several times a second, so that devices are told evenly, in transactions that hold few of them.
BATCHES_PER_SECOND = 4


async def release_run(job: JobAttempt) -> None:
    """Goes on where whoever had it before was ended."""
    run_id, at_most, due = UUID(job.payload["runId"]), 1, time.monotonic()
    while True:
        async with job.transaction() as tx:
            run = await release(await SessionReader(tx).connected(), run_id, at_most=at_most)
        if run is None:
            return
        # Never faster, also after a time in which it was slower.
        due = max(due, time.monotonic()) + len(run.device_ids) / run.rate_per_second
        at_most = max(run.rate_per_second // BATCHES_PER_SECOND, 1)
        await asyncio.sleep(due - time.monotonic())


async def _give_up(tx: AsyncSession, job: JobAttempt, _reason: str) -> None:
    """Whose turn hasn't come won't be told; what is on its way goes on."""
    await cancel_run(await SessionReader(tx).connected(), UUID(job.payload["runId"]))


RELEASE_RUN = JobType(
    "command-run", release_run, time_out_seconds=4 * 3600, attempts=100, give_up=_give_up
)
