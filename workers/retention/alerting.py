"""Alerting's own past: changes of signals so long ago that no late reading begins from them."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from db.queries.alert_late import forget_old_transitions
from ingest.alerting.repair import HORIZON
from workers.context import WorkerContext

log = structlog.get_logger()

TRANSITIONS_AT_ONCE = 5_000


async def forget_transitions(context: WorkerContext) -> None:
    """Those before the horizon, but of each pair the last one."""
    before = datetime.now(UTC) - HORIZON
    deleted, batch = 0, TRANSITIONS_AT_ONCE
    while batch == TRANSITIONS_AT_ONCE:
        batch = await forget_old_transitions(context.pool, before, at_most=TRANSITIONS_AT_ONCE)
        deleted += batch
    if deleted:
        log.info("transitions of alerting forgotten", transitions=deleted)
