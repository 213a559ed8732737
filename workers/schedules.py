"""What recurs. Each tick happens once, however many workers there are. One that is stopped in it
gives it to the next worker; one that dies is followed by another when the task's time-out has
passed.

Rollups recur, too, but too often for this, and by another lock: see rollups.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial

import structlog

from db.connections.background import Loop, Turns
from db.queries import schedule
from workers.account_mail import send_letters
from workers.alerting.mutes import end_mutes
from workers.analytics.clock import DEFINITIONS, begin_due_runs
from workers.audit import keep_audit_months, seal_audit_log
from workers.certificates import renew_certificates, tell_devices_to_renew
from workers.configuration import CONFIG_LINKS, renew_links
from workers.context import WorkerContext
from workers.exports.cleanup import ORPHANED_EXPORTS, delete_orphans
from workers.media.live import LIVE_SESSIONS, end_live_sessions
from workers.media.purge import FOOTAGE, purge_footage
from workers.retention.alerting import forget_transitions
from workers.retention.cleanup import (
    delete_completed_commands,
    delete_ended_messages,
    delete_ended_sessions,
    delete_expired_answers,
    delete_finished_jobs,
    delete_old_quarantine,
    end_unfinished_uploads,
)
from workers.retention.connections import delete_old_connections, end_dead_brokers
from workers.retention.events import keep_event_partitions
from workers.retention.health import keep_health_partitions
from workers.retention.notifications import NOTIFICATION_LOG, forget_notifications
from workers.retention.partitions import make_partitions
from workers.retention.readings import RETENTION, apply_retention
from workers.rollouts import ROLLOUTS, step_rollouts
from workers.signing_keys import renew_signing_keys

log = structlog.get_logger()

LOOK_SECONDS = 1.0
LONGEST_LOOK_SECONDS = 60.0


@dataclass(frozen=True)
class ScheduledTask:
    """`run` may be ended at any moment and run again at once, so it must not mind."""

    name: str
    every_seconds: float
    run: Callable[[WorkerContext], Awaitable[None]]
    time_out_seconds: float = 60
    at: time | None = None  # of the day, UTC, where that matters
    again_seconds: float = 30  # after a failure


SCHEDULE = (
    ScheduledTask("letters", 1, send_letters, time_out_seconds=300, again_seconds=5),
    ScheduledTask("partitions", 3600, make_partitions),
    ScheduledTask("device health", 3600, keep_health_partitions),
    ScheduledTask("dead brokers", 30, end_dead_brokers),
    ScheduledTask("old connections", 3600, delete_old_connections),
    ScheduledTask("audit seals", 5, seal_audit_log, time_out_seconds=60, again_seconds=5),
    ScheduledTask("audit months", 3600, keep_audit_months),
    ScheduledTask("events", 3600, keep_event_partitions),
    ScheduledTask(
        RETENTION,
        86_400,
        apply_retention,
        time_out_seconds=4 * 3600,
        at=time(2, 17),
        again_seconds=3600,
    ),
    ScheduledTask(NOTIFICATION_LOG, 86_400, forget_notifications, time_out_seconds=3600),
    ScheduledTask("finished jobs", 3600, delete_finished_jobs),
    ScheduledTask("expired answers", 3600, delete_expired_answers),
    ScheduledTask("ended sessions", 3600, delete_ended_sessions),
    ScheduledTask("ended messages", 3600, delete_ended_messages),
    ScheduledTask("completed commands", 3600, delete_completed_commands),
    ScheduledTask("old quarantine", 3600, delete_old_quarantine, time_out_seconds=600),
    ScheduledTask("unfinished uploads", 3600, end_unfinished_uploads),
    ScheduledTask("alerting", 3600, forget_transitions, time_out_seconds=600),
    ScheduledTask("ended mutes", 5, end_mutes, again_seconds=5),
    ScheduledTask("certificates", 86_400, renew_certificates, again_seconds=3600),
    ScheduledTask("signing keys", 3600, renew_signing_keys),
    ScheduledTask(ROLLOUTS, 1, step_rollouts, time_out_seconds=30, again_seconds=1),
    ScheduledTask(DEFINITIONS, 5, begin_due_runs, time_out_seconds=60, again_seconds=5),
    ScheduledTask(CONFIG_LINKS, 3600, renew_links, time_out_seconds=600),
    ScheduledTask("certificate renewals", 3600, tell_devices_to_renew, time_out_seconds=600),
    ScheduledTask(LIVE_SESSIONS, 5, end_live_sessions, again_seconds=5),
    ScheduledTask(FOOTAGE, 60, purge_footage, time_out_seconds=600),
    ScheduledTask(ORPHANED_EXPORTS, 3600, delete_orphans, time_out_seconds=600),
)


def schedule_loops(context: WorkerContext, tasks: Sequence[ScheduledTask] = SCHEDULE) -> list[Loop]:
    """One for each task: they don't wait for one another."""
    return [
        Loop(
            f"scheduled {task.name}",
            partial(_run, context, task),
            task.time_out_seconds + LONGEST_LOOK_SECONDS,
        )
        for task in tasks
    ]


async def _run(context: WorkerContext, task: ScheduledTask, turns: Turns) -> None:
    while True:
        try:
            await _tick(context, task)
        except Exception as error:  # of whatever kind: the database may be away
            log.warning("scheduled task waits", task=task.name, error=type(error).__name__)
        else:
            turns.next()
        await asyncio.sleep(LOOK_SECONDS)


async def _tick(context: WorkerContext, task: ScheduledTask) -> None:
    fence = await schedule.claim_tick(
        context.pool, task.name, lease_seconds=task.time_out_seconds + 5
    )
    if fence is None:
        return
    end = partial(schedule.end_tick, context.pool, task.name, fence)
    try:
        async with asyncio.timeout(task.time_out_seconds):
            await task.run(context)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await end(next_in_seconds=0, succeeded=False)
        raise
    except Exception as error:
        log.error("scheduled task failed", task=task.name, exc_info=error)
        await end(next_in_seconds=min(task.every_seconds, task.again_seconds), succeeded=False)
    else:
        await end(next_in_seconds=_until_next(task), succeeded=True)


def _until_next(task: ScheduledTask) -> float:
    if task.at is None:
        return task.every_seconds
    now = datetime.now(UTC)
    due = datetime.combine(now.date(), task.at, UTC)
    return ((due if due > now else due + timedelta(days=1)) - now).total_seconds()
