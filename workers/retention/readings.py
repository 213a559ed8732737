"""What is done once a night: retention of the platform and of organizations, smaller keys of closed
days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.rollups import retention
from workers.context import WorkerContext

log = structlog.get_logger()

CLOSED_AFTER = timedelta(days=2)


async def apply_retention(context: WorkerContext) -> None:
    """Safe to run at any time and to be stopped at any moment: what is left is done the next
    time."""
    pool, settings = context.owner_pool, context.settings
    now = datetime.now(UTC)
    deleted = await retention.keep_organizations_retention(pool, now=now)
    dropped = await retention.drop_old_days(
        pool, before=(now - timedelta(days=settings.retention_days)).date()
    )
    expired = await retention.drop_old_rollups(
        pool, before=(now - timedelta(days=settings.rollup_retention_days)).date()
    )
    reindexed = await retention.reindex_closed_days(pool, before=(now - CLOSED_AFTER).date())
    log.info(
        "retention applied",
        readings_deleted=deleted,
        days_dropped=len(dropped),
        buckets_expired=expired,
        days_reindexed=len(reindexed),
    )
