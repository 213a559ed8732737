"""Months of the journal: those ahead are made, those beyond the retention dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.queries.events import drop_event_months, ensure_event_months
from workers.context import WorkerContext

log = structlog.get_logger()


async def keep_event_partitions(context: WorkerContext) -> None:
    """Safe to run at any time and by any number of workers."""
    days = context.settings.retention.events_days
    await ensure_event_months(context.pool)
    await drop_event_months(context.pool, before=datetime.now(UTC) - timedelta(days=days))
    log.info("events kept", days=days)
