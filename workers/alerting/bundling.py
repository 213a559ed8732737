"""Rows whose time has come become messages: a group is one, and a channel sends no more than it may
in an hour; of the rest one digest tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.notifications.message import highest
from app.alerting.notifications.policy import HOUR, SuppressedReason, is_held_back
from app.core.jobs import start_job
from app.settings.mail import MailSettings
from db.ids import new_id
from db.models import Notification, NotificationChannel
from workers.alerting.planning import repeat_of

ROWS_AT_ONCE = 5_000

Key = tuple[UUID, UUID | None, UUID | None, UUID | None]


async def bundle(tx: AsyncSession, mail: MailSettings, *, due_for_seconds: float) -> bool:
    """Make messages of what has been due for so long, each with its job; whether there is more."""
    now = await tx.scalar(select(func.now()))
    assert now is not None  # noqa: S101 - the database's clock
    found = await tx.scalars(
        select(Notification)
        .where(Notification.due_at <= now - timedelta(seconds=due_for_seconds))
        .order_by(Notification.due_at, Notification.id)
        .limit(ROWS_AT_ONCE)
    )
    rows = found.all()
    if not rows:
        return False
    bundling = await _Bundling.of(tx, now, mail, {row.channel_id for row in rows})
    for group in _groups(rows):
        await bundling.take(group)
    await tx.flush()
    return len(rows) == ROWS_AT_ONCE


def _groups(rows: Sequence[Notification]) -> list[list[Notification]]:
    groups: dict[Key, list[Notification]] = defaultdict(list)
    for row in rows:
        groups[_key(row)].append(row)
    return list(groups.values())


def _key(row: Notification) -> Key:
    """With groupSeconds 0 each alert is alone."""
    is_alone = row.details.get("groupSeconds", 30) == 0
    return row.channel_id, row.rule_id, row.site_id, row.alert_id if is_alone else None


@dataclass
class _Bundling:
    tx: AsyncSession
    now: datetime
    mail: MailSettings
    channels: dict[UUID, NotificationChannel]
    sent_in_hour: dict[UUID, int]
    mails_in_hour: int

    @classmethod
    async def of(
        cls, tx: AsyncSession, now: datetime, mail: MailSettings, channel_ids: set[UUID]
    ) -> _Bundling:
        channels = await tx.scalars(
            select(NotificationChannel).where(NotificationChannel.id.in_(channel_ids))
        )
        lately = Notification.created_at > now - HOUR
        messages = func.count(func.distinct(Notification.message_id))
        sent = await tx.execute(
            select(Notification.channel_id, messages)
            .where(lately, Notification.status != "SUPPRESSED")
            .group_by(Notification.channel_id)
        )
        sent_in_hour = dict(row._tuple() for row in sent)
        recipients = await tx.execute(
            select(NotificationChannel.id, func.cardinality(NotificationChannel.email_to))
        )
        mails = sum(sent_in_hour.get(id_, 0) * number for id_, number in recipients)
        by_id = {channel.id: channel for channel in channels}
        return cls(tx, now, mail, by_id, defaultdict(int, sent_in_hour), mails)

    async def take(self, rows: Sequence[Notification]) -> None:
        channel = self.channels.get(rows[0].channel_id)
        if channel is None:
            await self._suppress(rows, SuppressedReason.CHANNEL_GONE)
        elif not channel.is_enabled:
            await self._suppress(rows, SuppressedReason.CHANNEL_DISABLED)
        elif rows[0].cause != "DIGEST" and self._is_held_back(channel):
            await self._suppress(rows, SuppressedReason.HELD_BACK)
            await self._digest_later(rows)
        else:
            await self._send(channel, rows)

    def _is_held_back(self, channel: NotificationChannel) -> bool:
        mails = self.mails_in_hour + len(channel.email_to)
        return is_held_back(
            sent_in_hour=self.sent_in_hour[channel.id], max_per_hour=channel.max_per_hour
        ) or (channel.type == "EMAIL" and mails > self.mail.per_organization_hour)

    async def _send(self, channel: NotificationChannel, rows: Sequence[Notification]) -> None:
        message_id = rows[0].id
        await self._write(rows, message_id=message_id, due_at=None)
        for row in rows:
            if row.cause == "REPEAT" and (seconds := row.details.get("repeatSeconds")):
                self.tx.add(repeat_of(row, self.now, seconds))
        if rows[0].cause == "DIGEST":
            await self._gather_held_back(rows[0])
        self.sent_in_hour[channel.id] += 1
        self.mails_in_hour += len(channel.email_to)
        await start_job(self.tx, "send-notification", {"messageId": str(message_id)})

    async def _suppress(self, rows: Sequence[Notification], reason: SuppressedReason) -> None:
        await self._write(rows, status="SUPPRESSED", reason=reason.value, due_at=None)

    async def _write(self, rows: Sequence[Notification], **values: Any) -> None:
        """In one statement, however many there are: the ORM would send one for each."""
        await self.tx.execute(
            update(Notification)
            .where(Notification.id.in_([row.id for row in rows]))
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    async def _digest_later(self, rows: Sequence[Notification]) -> None:
        """Within the hour, one for the channel."""
        waiting = await self.tx.scalar(
            select(Notification).where(
                Notification.channel_id == rows[0].channel_id,
                Notification.cause == "DIGEST",
                Notification.due_at.is_not(None),
            )
        )
        severity = highest([row.severity for row in rows])
        if waiting is not None:
            waiting.severity = highest([waiting.severity, severity])
            return
        self.tx.add(
            Notification(
                id=new_id(),
                channel_id=rows[0].channel_id,
                cause="DIGEST",
                severity=severity,
                occurred_at=self.now,
                due_at=self.now + HOUR,
            )
        )
        await self.tx.flush()

    async def _gather_held_back(self, digest: Notification) -> None:
        """What it stands for is not told of by the next one."""
        await self.tx.flush()
        await self.tx.execute(
            update(Notification)
            .where(
                Notification.channel_id == digest.channel_id,
                Notification.reason == SuppressedReason.HELD_BACK.value,
                Notification.message_id.is_(None),
                Notification.created_at > self.now - timedelta(days=1),
            )
            .values(message_id=digest.id)
        )
