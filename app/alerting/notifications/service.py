"""The delivery log: what was told, what was not, and why."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.alerting.notifications.policy import SuppressedReason
from app.alerting.notifications.schemas import NotificationRead, NotificationStatus
from app.core import resource
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.models import Notification

SORTS = {"createdAt": Notification.created_at}


async def page(
    reader: Reader,
    page_request: PageRequest,
    *,
    channel_id: UUID | None = None,
    alert_id: UUID | None = None,
    status: NotificationStatus | None = None,
) -> Page[NotificationRead]:
    """Of a channel, or of an alert."""
    statement = select(Notification)
    if channel_id is not None:
        statement = statement.where(Notification.channel_id == channel_id)
    if alert_id is not None:
        statement = statement.where(Notification.alert_id == alert_id)
    if status is not None:
        statement = statement.where(Notification.status == status.value)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Notification.id)
    return found.page([_read(row) for row in found.rows])


def _read(row: Notification) -> NotificationRead:
    return NotificationRead(
        id=row.id,
        alert_id=row.alert_id,
        channel_id=row.channel_id,
        cause=row.cause,
        severity=row.severity,
        status=NotificationStatus(row.status),
        reason=None if row.reason is None else SuppressedReason(row.reason),
        message_id=row.message_id,
        attempts=row.attempts,
        status_code=row.status_code,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
