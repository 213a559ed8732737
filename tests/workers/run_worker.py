"""A worker with types of jobs that are easy to watch:
`python -m tests.workers.run_worker NAME FOLDER`.

What a job does is seen in FOLDER (a line in `log` for each thing that happens) and in its tenant's
devices: one, named after the job, for each time that it was finished.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.process import begin_process
from db.ids import new_id
from db.models import Device
from workers.__main__ import run
from workers.context import WorkerContext
from workers.queue.job import JobAttempt, JobFailed, JobType, RetryLater, WorkerQueue
from workers.schedules import ScheduledTask

NAME, FOLDER = sys.argv[1], Path(sys.argv[2])


def note(*words: object) -> None:
    """One write of one line: whole even when two processes write at once."""
    with (FOLDER / "log").open("ab", buffering=0) as log:
        log.write((" ".join(map(str, words)) + "\n").encode())


async def finish(job: JobAttempt) -> None:
    async with job.last_transaction() as tx:
        tx.add(Device(id=new_id(), org_id=job.org_id, name=f"{job.claimed.id} {new_id()}"))
    note("finished", job.claimed.id, os.getpid())


async def quick(job: JobAttempt) -> None:
    note("began", job.claimed.id, os.getpid(), job.claimed.attempt)
    await finish(job)


async def slow(job: JobAttempt) -> None:
    """Waits until FOLDER/release is there."""
    note("began", job.claimed.id, os.getpid(), job.claimed.attempt)
    try:
        while not (FOLDER / "release").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.02)
        await finish(job)
    except asyncio.CancelledError:
        note("cancelled", job.claimed.id, os.getpid())
        raise


async def failing(job: JobAttempt) -> None:
    note("began", job.claimed.id, os.getpid(), job.claimed.attempt)
    if job.claimed.attempt <= job.payload["failures"]:
        raise OSError("a secret detail")
    await finish(job)


async def impossible(job: JobAttempt) -> None:
    raise JobFailed("what it was about is gone")


async def refused(job: JobAttempt) -> None:
    note("began", job.claimed.id, os.getpid(), job.claimed.attempt)
    raise RetryLater("the other side is away")


async def endless(job: JobAttempt) -> None:
    await asyncio.Event().wait()


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    tx.add(
        Device(
            id=new_id(), org_id=job.org_id, name=f"{job.claimed.id} given up: {reason} {new_id()}"
        )
    )


async def tick(context: WorkerContext) -> None:
    note("tick", os.getpid())


async def long_tick(context: WorkerContext) -> None:
    """Ends only with its worker."""
    note("long-tick", os.getpid())
    await asyncio.Event().wait()


def queues(name: str) -> list[WorkerQueue]:
    job_types = (
        JobType(f"{name}-quick", quick, 30),
        JobType(f"{name}-slow", slow, 120),
        JobType(f"{name}-failing", failing, 30, attempts=3, give_up=give_up),
        JobType(f"{name}-impossible", impossible, 30, give_up=give_up),
        JobType(
            f"{name}-refused", refused, 30, attempts=3, give_up=give_up, longest_wait_seconds=0.5
        ),
        JobType(f"{name}-endless", endless, 0.3, attempts=1, give_up=give_up),
    )
    return [WorkerQueue(name, job_types, concurrency=2, per_organization=2)]


def main() -> None:
    settings = begin_process("worker")
    schedule = [
        ScheduledTask(f"{NAME} task", 0.5, tick, time_out_seconds=2),
        ScheduledTask(f"{NAME} long task", 3600, long_tick, time_out_seconds=3600),
    ]
    uvloop.run(run(settings, queues(NAME), schedule))


if __name__ == "__main__":
    main()
