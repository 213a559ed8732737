"""What has served its time is taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
MESSAGES_AT_ONCE = 10_000
COMMANDS_AT_ONCE = 10_000
REFUSED_AT_ONCE = 10_000
ENDED_SESSIONS_DAYS = 30
SESSIONS_AT_ONCE = 10_000
ANSWERS_AT_ONCE = 10_000  # deleted in 0.1 s, so that no statement holds its locks for long


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
    deleted, batch = 0, ANSWERS_AT_ONCE
    while batch == ANSWERS_AT_ONCE:
        batch = await idempotency.delete_expired(
            context.owner_pool, after_hours=hours, at_most=ANSWERS_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("expired answers deleted", answers=deleted)


async def delete_ended_sessions(context: WorkerContext) -> None:
    """Sessions of people that can't be refreshed any more, and were shown for long enough."""
    deleted, batch = 0, SESSIONS_AT_ONCE
    while batch == SESSIONS_AT_ONCE:
        batch = await sessions.delete_ended(
            context.owner_pool, after_days=ENDED_SESSIONS_DAYS, at_most=SESSIONS_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("ended sessions deleted", sessions=deleted)


async def delete_ended_messages(context: WorkerContext) -> None:
    """Messages to devices that were acknowledged, or that nobody shall get any more."""
    deleted, batch = 0, MESSAGES_AT_ONCE
    while batch == MESSAGES_AT_ONCE:
        batch = await device_messages.delete_ended(
            context.pool, after_days=ENDED_MESSAGES_DAYS, at_most=MESSAGES_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("ended messages to devices deleted", messages=deleted)


async def delete_completed_commands(context: WorkerContext) -> None:
    """Commands that ended long ago, and runs of which none is left."""
    days, deleted = context.settings.retention.commands_days, 0
    for delete in (commands.delete_completed, command_runs.delete_runs):
        batch = COMMANDS_AT_ONCE
        while batch == COMMANDS_AT_ONCE:
            batch = await delete(context.pool, after_days=days, at_most=COMMANDS_AT_ONCE)
            deleted += batch
    if deleted:
        log.info("commands forgotten", commands=deleted)


async def delete_old_quarantine(context: WorkerContext) -> None:
    """What was refused and didn't come again for a long time."""
    days = context.settings.retention.quarantine_days
    deleted, batch = 0, REFUSED_AT_ONCE
    while batch == REFUSED_AT_ONCE:
        batch = await quarantine.delete_old(
            context.owner_pool, after_days=days, at_most=REFUSED_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("old quarantine deleted", entries=deleted, days=days)


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
