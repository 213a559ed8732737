"""What has served its time is taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.queries import idempotency, jobs
from workers.context import WorkerContext

log = structlog.get_logger()

ANSWERS_AT_ONCE = 10_000  # deleted in 0.1 s, so that no statement holds its locks for long


async def delete_finished_jobs(context: WorkerContext) -> None:
    """Jobs that succeeded or were discarded long ago. The dead wait for people."""
    gone = await jobs.delete_finished(context.pool, after_days=context.settings.finished_jobs_days)
    if gone:
        log.info("finished jobs forgotten", jobs=gone)


async def delete_expired_answers(context: WorkerContext) -> None:
    """Answers to requests whose Idempotency-Key is so old that it is as if it had never come."""
    hours = context.settings.idempotency_hours
    deleted, batch = 0, ANSWERS_AT_ONCE
    while batch == ANSWERS_AT_ONCE:
        batch = await idempotency.delete_expired(
            context.owner_pool, after_hours=hours, at_most=ANSWERS_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("expired answers deleted", answers=deleted)


async def end_unfinished_uploads(context: WorkerContext) -> None:
    """What uploads left behind whose writer died: kept parts cost money, and nobody ever sees
    them."""
    await context.objects.prepare()
    begun_before = datetime.now(UTC) - timedelta(hours=context.settings.unfinished_uploads_hours)
    ended = await context.objects.end_uploads("", begun_before=begun_before)
    if ended:
        log.info("unfinished uploads ended", uploads=ended)
