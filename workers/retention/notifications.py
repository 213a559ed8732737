"""The delivery log is kept for a while, and so long that somebody still asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from db.models import Notification
from workers.context import WorkerContext
from workers.organizations import for_each_organization

NOTIFICATION_LOG = "notification log"
ROWS_AT_ONCE = 10_000


async def forget_notifications(context: WorkerContext) -> None:
    """Of every organization."""
    await for_each_organization(context, _forget, task=NOTIFICATION_LOG)


async def _forget(context: WorkerContext, org_id: UUID) -> None:
    days = context.settings.retention.notifications_days
    before = datetime.now(UTC) - timedelta(days=days)
    old = select(Notification.id).where(Notification.created_at < before).limit(ROWS_AT_ONCE)
    is_more = True
    while is_more:
        async with context.database.transaction(org_id) as tx:
            gone = await tx.execute(
                delete(Notification)
                .where(Notification.id.in_(old.scalar_subquery()))
                .returning(Notification.id)
                .execution_options(synchronize_session=False)
            )
            is_more = len(gone.all()) == ROWS_AT_ONCE
