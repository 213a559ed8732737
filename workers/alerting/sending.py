"""A message is sent until the receiver takes it, or it is too old to be of use.

At least once: a worker that dies between the receiver's yes and our commit sends it again, under
the same id (`webhook-id`, Message-ID), by which receivers can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.notification_channels.service import destination_of
from app.alerting.notifications.delivery import DeliveryOutcome, attempt
from app.alerting.notifications.message import AlertLine, AlertMessage, highest
from app.alerting.notifications.policy import SuppressedReason
from app.core.events import record_event
from db.models import Device, MediaCapture, Notification, NotificationChannel, Sensor, Site
from db.queries.alert_outbox import AlertDetails
from db.queries.events import PLATFORM
from workers.queue.job import JobAttempt, JobFailed, JobType, RetryLater

# With the longest wait between two it is two and a half hours: later nobody wants to be woken.
ATTEMPTS = 20
LONGEST_WAIT_SECONDS = 900
TIME_OUT_SECONDS = 120
FAILURES_TOLD_EVERY = timedelta(days=1)


async def send_notification(job: JobAttempt) -> None:
    """Raises RetryLater until it is taken, JobFailed where it never will be."""
    message_id = UUID(job.payload["messageId"])
    async with job.transaction() as tx:
        rows = await _rows(tx, message_id)
        if not rows:
            return
        channel = await tx.scalar(
            select(NotificationChannel).where(NotificationChannel.id == rows[0].channel_id)
        )
        if channel is None:
            await _end(tx, message_id, status="SUPPRESSED", reason=SuppressedReason.CHANNEL_GONE)
            return
        message = await _message(tx, rows, job.context.settings.server.public_url)
    target = destination_of(channel, job.context.keys)
    outcome = await attempt(target, message, job.context.settings, taken_by=rows[0].taken_by)
    if not outcome.is_delivered:
        await _note_failure(job, channel.id, message_id, outcome)
        failure = RetryLater if outcome.may_be_tried_again else JobFailed
        raise failure(outcome.error or "it was not taken")
    async with job.last_transaction() as tx:
        await _end(tx, message_id, status="SENT", outcome=outcome)
        await tx.execute(
            update(NotificationChannel)
            .where(
                NotificationChannel.id == channel.id,
                NotificationChannel.failing_since.is_not(None),
            )
            .values(failing_since=None, updated_at=NotificationChannel.updated_at)
        )


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    message_id = UUID(job.payload["messageId"])
    rows = await _rows(tx, message_id)
    if not rows:
        return
    lately = datetime.now(UTC) - FAILURES_TOLD_EVERY
    told = await tx.scalar(
        select(Notification.id)
        .where(
            Notification.channel_id == rows[0].channel_id,
            Notification.status == "FAILED",
            Notification.cause != "TEST",
            Notification.created_at > lately,
        )
        .limit(1)
    )
    await _end(tx, message_id, status="FAILED")
    if told is None:
        record_event(
            tx,
            "NOTIFICATION",
            "A notification could not be delivered",
            actor=PLATFORM,
            severity="WARNING",
            details={"channelId": str(rows[0].channel_id), "error": reason},
        )


SEND_NOTIFICATION = JobType(
    "send-notification",
    send_notification,
    time_out_seconds=TIME_OUT_SECONDS,
    attempts=ATTEMPTS,
    give_up=give_up,
    longest_wait_seconds=LONGEST_WAIT_SECONDS,
)


async def _rows(tx: AsyncSession, message_id: UUID) -> Sequence[Notification]:
    """Of the message, the first one at the head; none where it has ended."""
    found = await tx.scalars(
        select(Notification)
        .where(Notification.message_id == message_id, Notification.status == "PENDING")
        .order_by(Notification.id)
    )
    return found.all()


async def _message(tx: AsyncSession, rows: Sequence[Notification], public_url: str) -> AlertMessage:
    first = rows[0]
    assert first.message_id is not None  # noqa: S101 - by it they were found
    if first.cause == "DIGEST":
        held_back = await tx.scalar(
            select(func.count()).where(
                Notification.message_id == first.message_id, Notification.id != first.message_id
            )
        )
        return AlertMessage(
            id=first.message_id,
            cause="DIGEST",
            severity=first.severity,
            created_at=first.occurred_at,
            held_back=held_back or 0,
        )
    return AlertMessage(
        id=first.message_id,
        cause=first.cause,
        severity=highest([row.severity for row in rows]),
        created_at=first.created_at,
        news=await _news(tx, rows, public_url),
    )


async def _news(tx: AsyncSession, rows: Sequence[Notification], public_url: str) -> list[AlertLine]:
    details = [msgspec.convert(row.details, AlertDetails) for row in rows]
    sensors = await _names(tx, Sensor, {each.sensor_id for each in details})
    devices = await _names(tx, Device, {each.device_id for each in details})
    sites = await _names(tx, Site, {each.site_id for each in details})
    captured = await _captured(tx, {row.alert_id for row in rows})
    return [
        AlertLine(
            alert_id=row.alert_id or row.id,
            rule_id=row.rule_id or row.id,
            cause=row.cause,
            severity=row.severity,
            occurred_at=row.occurred_at,
            details=each,
            site=sites.get(each.site_id),
            device=devices.get(each.device_id),
            sensor=sensors.get(each.sensor_id),
            footage_url=f"{public_url}/console/alerts/{row.alert_id}"
            if row.alert_id in captured
            else None,
        )
        for row, each in zip(rows, details, strict=True)
    ]


async def _captured(tx: AsyncSession, alert_ids: set[UUID | None]) -> set[UUID | None]:
    """Those that cameras were asked about; what they saw may still be cut."""
    wanted = alert_ids - {None}
    if not wanted:
        return set()
    found = select(MediaCapture.alert_id).where(MediaCapture.alert_id.in_(wanted)).distinct()
    return set((await tx.scalars(found)).all())


async def _names(
    tx: AsyncSession, model: type[Any], ids: set[UUID | None]
) -> dict[UUID | None, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    found = await tx.execute(select(model.id, model.name).where(model.id.in_(wanted)))
    return dict(row._tuple() for row in found)


async def _note_failure(
    job: JobAttempt, channel_id: UUID, message_id: UUID, outcome: DeliveryOutcome
) -> None:
    async with job.transaction() as tx:
        await tx.execute(
            update(Notification)
            .where(Notification.message_id == message_id, Notification.status == "PENDING")
            .values(
                attempts=Notification.attempts + 1,
                status_code=outcome.status_code,
                error=outcome.error,
                taken_by=list(outcome.taken_by),
            )
        )
        # What telemetry writes is no edit of the channel.
        await tx.execute(
            update(NotificationChannel)
            .where(NotificationChannel.id == channel_id)
            .values(
                failing_since=func.coalesce(NotificationChannel.failing_since, func.now()),
                updated_at=NotificationChannel.updated_at,
            )
        )


async def _end(
    tx: AsyncSession,
    message_id: UUID,
    *,
    status: str,
    reason: SuppressedReason | None = None,
    outcome: DeliveryOutcome | None = None,
) -> None:
    ended: dict[str, Any] = {"status": status, "reason": reason.value if reason else None}
    if outcome is not None:
        ended |= {
            "attempts": Notification.attempts + 1,
            "status_code": outcome.status_code,
            "error": outcome.error,
            "sent_at": func.now(),
        }
    await tx.execute(
        update(Notification)
        .where(Notification.message_id == message_id, Notification.status == "PENDING")
        .values(**ended)
    )
