"""Day partitions made ahead of time, so that midnight costs no device a wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.readings.partitions import ensure_partitions
from workers.context import WorkerContext

log = structlog.get_logger()

DAYS_AHEAD = 3


async def make_partitions(context: WorkerContext) -> None:
    """A partition that is there is left alone."""
    today = datetime.now(UTC).date()
    await ensure_partitions(
        context.pool, [today + timedelta(days=n) for n in range(-1, DAYS_AHEAD + 1)]
    )
    log.info("partitions made ahead", days=DAYS_AHEAD)
