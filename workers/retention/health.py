"""Days of health: those ahead are made, those beyond the retention dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.queries.health import drop_health_days, ensure_health_days
from workers.context import WorkerContext

log = structlog.get_logger()

DAYS_AHEAD = 3


async def keep_health_partitions(context: WorkerContext) -> None:
    """Safe to run at any time and by any number of workers."""
    today = datetime.now(UTC).date()
    # What is as old as it may be must still find its day.
    first = today - timedelta(days=context.settings.retention.health_days + 1)
    ahead = [today + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
    await ensure_health_days(context.pool, ahead)
    await drop_health_days(context.pool, before=first)
    log.info("health kept", days=context.settings.retention.health_days)
