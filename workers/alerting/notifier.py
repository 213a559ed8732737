"""Which organizations have something to be told: woken by commits, and by time.

Every worker has a notifier; an organization is one notifier's at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import func, select

from db.connections.background import Loop, Turns
from db.connections.faults import is_fault_of_data
from db.connections.notifications import ALERT_OUTBOX, listening
from db.connections.sessions import driver_error_of
from db.queries import alert_outbox
from workers.alerting.bundling import bundle
from workers.alerting.planning import plan
from workers.context import WorkerContext

log = structlog.get_logger()

POLL_SECONDS = 1.0
LOOK_SECONDS = 20.0
LONGEST_TURN_SECONDS = 120
ORGANIZATIONS_AT_ONCE = 200
PATIENCE_SECONDS = 10


def notifier_loop(context: WorkerContext) -> Loop:
    """Goes on whatever is away meanwhile."""
    return Loop("notifier", partial(_notify, context), LONGEST_TURN_SECONDS)


async def _notify(context: WorkerContext, turns: Turns) -> None:
    woken = asyncio.Event()

    def heard(_payload: str) -> None:
        woken.set()

    async with listening(context.settings.database.ingest_url, ALERT_OUTBOX, heard, woken.set):
        while True:
            woken.clear()
            if await _look(context, turns):
                woken.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await woken.wait()


async def _look(context: WorkerContext, turns: Turns) -> bool:
    """Whether there is more to be done at once."""
    has_more = False
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            waiting = await alert_outbox.waiting(context.pool, at_most=ORGANIZATIONS_AT_ONCE)
    except Exception as error:  # of whatever kind: the database may be away
        log.warning("notifications wait", error=type(error).__name__)
        return False
    turns.next()
    for org_id in waiting:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                has_more |= await notify(context, org_id)
        except Exception as error:  # of whatever kind: it is this organization's alone
            if is_fault_of_data(driver_error_of(error)):
                log.error(
                    "notifications of an organization fail", org_id=str(org_id), exc_info=error
                )
            else:
                log.warning(
                    "notifications of an organization wait",
                    org_id=str(org_id),
                    error=repr(error)[:200],
                )
        turns.next()
    return has_more


async def notify(context: WorkerContext, org_id: UUID) -> bool:
    """Take up what became of its alerts, and make messages of what is due; whether there is more.
    Nothing, while another notifier is at it."""
    async with context.database.transaction(org_id) as tx:
        turn = func.hashtextextended(f"notifier of {org_id}", 0)
        if not await tx.scalar(select(func.pg_try_advisory_xact_lock(turn))):
            return False
        has_more = await plan(tx)
        # What belongs together may still be in the outbox; who waits for long waits no longer.
        patience = PATIENCE_SECONDS if has_more else 0
        return await bundle(tx, context.settings.mail, due_for_seconds=patience) or has_more
