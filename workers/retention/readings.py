"""What is done once a night: readings, rollups and the keys of closed days, of the platform and of
each organization."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from db.models import Organization
from db.rollups import retention
from workers.context import WorkerContext
from workers.organizations import for_each_organization

log = structlog.get_logger()

RETENTION = "retention"
"""The name of the scheduled task."""
CLOSED_AFTER = timedelta(days=2)
# A fraction of a second each 20,000 readings: what is left is done the next time.
SECONDS_EACH = 3600.0


async def apply_retention(context: WorkerContext) -> None:
    """Safe to run at any time and to be stopped at any moment: what is left is done the next time.

    The platform's own first: whatever becomes of an organization, old days are dropped.
    """
    pool, settings = context.owner_pool, context.settings
    now = datetime.now(UTC)
    dropped = await retention.drop_old_days(
        pool, before=(now - timedelta(days=settings.retention.readings_days)).date()
    )
    expired = await retention.drop_old_rollups(
        pool, before=(now - timedelta(days=settings.retention.rollups_days)).date()
    )
    reindexed = await retention.reindex_closed_days(pool, before=(now - CLOSED_AFTER).date())
    log.info(
        "retention applied",
        days_dropped=len(dropped),
        buckets_expired=expired,
        days_reindexed=len(reindexed),
    )
    # One after the other: each deletes as fast as the disk takes it.
    await for_each_organization(
        context, apply_own_retention, task=RETENTION, at_once=1, seconds_each=SECONDS_EACH
    )


async def apply_own_retention(context: WorkerContext, org_id: UUID) -> None:
    """Delete what the organization doesn't want to keep any longer, where it has said so."""
    async with context.database.transaction(org_id) as tx:
        days = await tx.scalar(select(Organization.retention_days).where(Organization.id == org_id))
    if days is None:
        return
    deleted = await retention.delete_days_before(
        context.owner_pool, org_id, datetime.now(UTC).date() - timedelta(days=days)
    )
    if deleted:
        log.info("readings deleted", org_id=str(org_id), readings=deleted)
