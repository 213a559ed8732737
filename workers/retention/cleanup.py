"""What has served its time is taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from db.queries import (
    command_runs,
    commands,
    device_messages,
    idempotency,
    jobs,
    quarantine,
    sessions,
)
from workers.context import WorkerContext

log = structlog.get_logger()

ENDED_MESSAGES_DAYS = 7  # what they were about is kept by who sent them
ENDED_SESSIONS_DAYS = 30
DELETED_AT_ONCE = 10_000  # in 0.1 s, so that no statement holds its locks for long


class BatchDelete(Protocol):
    async def __call__(self, *, at_most: int) -> int:
        """How many were deleted."""
        ...


async def delete_finished_jobs(context: WorkerContext) -> None:
    """Jobs that succeeded or were discarded long ago. The dead wait for people."""
    gone = await jobs.delete_finished(
        context.pool, after_days=context.settings.retention.finished_jobs_days
    )
    if gone:
        log.info("finished jobs forgotten", jobs=gone)


async def delete_expired_answers(context: WorkerContext) -> None:
    """Answers to requests whose Idempotency-Key is so old that it is as if it had never come."""
    hours = context.settings.retention.idempotency_hours
    delete = partial(idempotency.delete_expired, context.owner_pool, after_hours=hours)
    if deleted := await _delete_in_batches(delete):
        log.info("expired answers deleted", answers=deleted)


async def delete_ended_sessions(context: WorkerContext) -> None:
    """Sessions of people that can't be refreshed any more, and were shown for long enough."""
    delete = partial(sessions.delete_ended, context.owner_pool, after_days=ENDED_SESSIONS_DAYS)
    if deleted := await _delete_in_batches(delete):
        log.info("ended sessions deleted", sessions=deleted)


async def delete_ended_messages(context: WorkerContext) -> None:
    """Messages to devices that were acknowledged, or that nobody shall get any more."""
    delete = partial(device_messages.delete_ended, context.pool, after_days=ENDED_MESSAGES_DAYS)
    if deleted := await _delete_in_batches(delete):
        log.info("ended messages to devices deleted", messages=deleted)


async def delete_completed_commands(context: WorkerContext) -> None:
    """Commands that ended long ago, and runs of which none is left."""
    days, deleted = context.settings.retention.commands_days, 0
    for delete in (commands.delete_completed, command_runs.delete_runs):
        deleted += await _delete_in_batches(partial(delete, context.pool, after_days=days))
    if deleted:
        log.info("commands forgotten", commands=deleted)


async def delete_old_quarantine(context: WorkerContext) -> None:
    """What was refused and didn't come again for a long time."""
    days = context.settings.retention.quarantine_days
    delete = partial(quarantine.delete_old, context.owner_pool, after_days=days)
    if deleted := await _delete_in_batches(delete):
        log.info("old quarantine deleted", entries=deleted, days=days)


async def _delete_in_batches(delete: BatchDelete) -> int:
    """Until a batch is short; how many there were."""
    deleted = batch = await delete(at_most=DELETED_AT_ONCE)
    while batch == DELETED_AT_ONCE:
        batch = await delete(at_most=DELETED_AT_ONCE)
        deleted += batch
    return deleted


async def end_unfinished_uploads(context: WorkerContext) -> None:
    """What uploads left behind whose writer died: kept parts cost money, and nobody ever sees
    them."""
    await context.objects.prepare()
    begun_before = datetime.now(UTC) - timedelta(
        hours=context.settings.retention.unfinished_uploads_hours
    )
    ended = await context.objects.end_uploads("", begun_before=begun_before)
    if ended:
        log.info("unfinished uploads ended", uploads=ended)
