"""Day partitions made ahead of time, so that midnight costs no device a wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from db.readings import ensure_partitions

log = structlog.get_logger()

DAYS_AHEAD = 3


async def make_partitions(context: dict[str, Any]) -> None:
    """Safe to run at any time and by any number of workers: a partition that is there is left alone."""
    today = datetime.now(UTC).date()
    await ensure_partitions(context["pool"], [today + timedelta(days=n) for n in range(-1, DAYS_AHEAD + 1)])
    log.info("partitions made ahead", days=DAYS_AHEAD)
