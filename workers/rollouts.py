"""The clock of roll-outs: each that is due makes a step, in a transaction of its own."""

from __future__ import annotations

import structlog

from app.control.rollouts import service
from db.queries.rollouts import due_rollouts
from workers.context import WorkerContext

log = structlog.get_logger()

ROLLOUTS = "roll-outs"
"""The name of the scheduled task."""
AT_ONCE = 100


async def step_rollouts(context: WorkerContext) -> None:
    """One that fails keeps no other from its step: it is tried again at the next tick."""
    for org_id, rollout_id in await due_rollouts(context.pool, at_most=AT_ONCE):
        try:
            async with context.database.transaction(org_id) as tx:
                await service.step(tx, org_id, rollout_id)
        except Exception as error:  # of whatever kind: it is this one's alone
            log.error("a roll-out waits", rollout=str(rollout_id), exc_info=error)
