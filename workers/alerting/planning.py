"""The outbox becomes rows of the delivery log: one for each change and each channel that the rule
names, to be sent when, or not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.notifications.message import highest
from app.alerting.notifications.policy import (
    FOLLOW_SECONDS,
    ChannelHistory,
    OutboxChange,
    SuppressedReason,
    cause_of,
    due_at,
    is_asked_for,
    refusal,
)
from db.ids import new_id
from db.models import AlertChange, Notification
from db.queries.alert_outbox import AlertDetails, NotifyTarget

CHANGES_AT_ONCE = 200
# Of a rule and subject: how far back openings are looked at.
OPENINGS_HOURS = 24
OPENINGS_MAX = 100

_OPENINGS = ("FIRED", "REOPENED", "FLAPPING")
_LATER = ("REPEAT", "ESCALATED")
_TAKEN_BACK = {
    "RESOLVED": SuppressedReason.ENDED,
    "ACKNOWLEDGED": SuppressedReason.ACKNOWLEDGED,
    "REFUTED": SuppressedReason.REFUTED,
}

Group = tuple[UUID, UUID | None, UUID | None]
"""Channel, rule, site: told together."""
Pair = tuple[UUID, UUID | None, UUID | None]
"""Channel, rule, subject: what flaps."""


async def plan(tx: AsyncSession) -> bool:
    """Take up the oldest of the outbox; whether there is more."""
    oldest = select(AlertChange.id).order_by(AlertChange.number).limit(CHANGES_AT_ONCE)
    taken = await tx.scalars(
        delete(AlertChange)
        .where(AlertChange.id.in_(oldest.scalar_subquery()))
        .returning(AlertChange)
        .execution_options(synchronize_session=False)
    )
    changes = sorted(taken.all(), key=lambda change: change.number)
    if not changes:
        return False
    plan_ = await _Plan.of(tx, changes)
    for change in changes:
        await plan_.take(change)
    await tx.flush()
    return len(changes) == CHANGES_AT_ONCE


@dataclass
class _Plan:
    """What is known of those that the changes are about, growing with each."""

    tx: AsyncSession
    now: datetime
    of_alerts: dict[tuple[UUID, UUID | None], list[Notification]]
    """By channel and alert."""
    openings: dict[Pair, list[datetime]]
    group_due_at: dict[Group, datetime]
    group_sent_at: dict[Group, datetime]

    @classmethod
    async def of(cls, tx: AsyncSession, changes: Sequence[AlertChange]) -> _Plan:
        now = await tx.scalar(select(func.now()))
        assert now is not None  # noqa: S101 - the database's clock
        plan_ = cls(tx, now, defaultdict(list), defaultdict(list), {}, {})
        alerts = {change.alert_id for change in changes}
        rules = {change.rule_id for change in changes}
        known = await tx.scalars(
            select(Notification).where(Notification.alert_id.in_(alerts)).order_by(Notification.id)
        )
        for row in known:
            plan_.of_alerts[row.channel_id, row.alert_id].append(row)
        await plan_._look_at_openings(rules)
        await plan_._look_at_groups(rules)
        return plan_

    async def _look_at_openings(self, rules: set[UUID]) -> None:
        since = self.now - timedelta(hours=OPENINGS_HOURS)
        rows = await self.tx.execute(
            select(
                Notification.channel_id,
                Notification.rule_id,
                Notification.subject_id,
                Notification.occurred_at,
            ).where(
                Notification.rule_id.in_(rules),
                Notification.cause.in_(_OPENINGS),
                Notification.created_at > since,
            )
        )
        for channel_id, rule_id, subject_id, occurred_at in rows:
            self.openings[channel_id, rule_id, subject_id].append(occurred_at)

    async def _look_at_groups(self, rules: set[UUID]) -> None:
        columns = (Notification.channel_id, Notification.rule_id, Notification.site_id)
        of_rules = select(*columns, func.min(Notification.due_at)).where(
            Notification.rule_id.in_(rules), Notification.cause.not_in(_LATER)
        )
        waiting = await self.tx.execute(
            of_rules.where(Notification.due_at.is_not(None)).group_by(*columns)
        )
        self.group_due_at = _by_group(waiting.tuples())
        lately = self.now - timedelta(seconds=2 * FOLLOW_SECONDS)
        at = func.max(func.coalesce(Notification.sent_at, Notification.created_at))
        sent = await self.tx.execute(
            select(*columns, at)
            .where(
                Notification.rule_id.in_(rules),
                Notification.message_id.is_not(None),
                Notification.created_at > lately,
            )
            .group_by(*columns)
        )
        self.group_sent_at = _by_group(sent.tuples())

    async def take(self, row: AlertChange) -> None:
        details = msgspec.convert(row.details, AlertDetails)
        change = OutboxChange(row.cause, row.severity, details)  # type: ignore[arg-type]
        if row.cause in _TAKEN_BACK:
            await self._take_back(row)
        for target in details.notify:
            if is_asked_for(change, target):
                self._tell(row, change, target)

    async def _take_back(self, row: AlertChange) -> None:
        """What waits and is wrong by now: it stays in the log, but for repeats, which nobody
        misses."""
        await self.tx.flush()
        of_alert = [Notification.alert_id == row.alert_id, Notification.due_at.is_not(None)]
        await self.tx.execute(delete(Notification).where(*of_alert, Notification.cause == "REPEAT"))
        if row.cause != "REFUTED":
            of_alert.append(Notification.cause == "ESCALATED")
        await self.tx.execute(
            update(Notification)
            .where(*of_alert)
            .values(status="SUPPRESSED", reason=_TAKEN_BACK[row.cause].value, due_at=None)
        )

    def _tell(self, row: AlertChange, change: OutboxChange, target: NotifyTarget) -> None:
        details = change.details
        subject = details.sensor_id or details.device_id
        pair = (target.channel_id, row.rule_id, subject)
        group = (target.channel_id, row.rule_id, details.site_id)
        known = self.of_alerts[target.channel_id, row.alert_id]
        if change.cause in _OPENINGS:
            self.openings[pair].append(row.occurred_at)
        # At the end of a mute it is told once more when the same one opened.
        openings = sorted(set(self.openings[pair]))[-OPENINGS_MAX:]
        refused = refusal(change, target, _history(known), openings, self.now)
        if refused and row.cause == "UNMUTED":
            return  # the log has it from before
        told = Notification(
            id=new_id(),
            channel_id=target.channel_id,
            alert_id=row.alert_id,
            rule_id=row.rule_id,
            subject_id=subject,
            site_id=details.site_id,
            cause=row.cause if refused else cause_of(change, target, openings),
            severity=row.severity,
            occurred_at=row.occurred_at,
            details=_kept(details),
            status="SUPPRESSED" if refused else "PENDING",
            reason=refused.value if refused else None,
        )
        if refused is None:
            told.due_at = due_at(
                change,
                target,
                now=self.now,
                group_due_at=self.group_due_at.get(group),
                group_sent_at=self.group_sent_at.get(group),
            )
            if told.cause not in _LATER:
                self.group_due_at.setdefault(group, told.due_at)
                self._repeat_later(told, details)
        self.tx.add(told)
        known.append(told)

    def _repeat_later(self, told: Notification, details: AlertDetails) -> None:
        if told.cause in ("FIRED", "REOPENED") and details.repeat_seconds:
            self.tx.add(repeat_of(told, self.now, details.repeat_seconds))


def repeat_of(told: Notification, after: datetime, seconds: int) -> Notification:
    """The same once more, so much later; taken away when the alert ends or somebody takes it on."""
    return Notification(
        id=new_id(),
        channel_id=told.channel_id,
        alert_id=told.alert_id,
        rule_id=told.rule_id,
        subject_id=told.subject_id,
        site_id=told.site_id,
        cause="REPEAT",
        severity=told.severity,
        occurred_at=told.occurred_at,
        details=told.details,
        due_at=after + timedelta(seconds=seconds),
    )


def _by_group(
    rows: Iterable[tuple[UUID, UUID | None, UUID | None, datetime | None]],
) -> dict[Group, datetime]:
    return {(channel, rule, site): at for channel, rule, site, at in rows if at is not None}


def _history(known: Sequence[Notification]) -> ChannelHistory:
    """What isn't made a message yet and may never be is not told."""
    told = [
        row.severity
        for row in known
        if row.status in ("SENT", "PENDING", "FAILED")
        and row.cause not in ("RESOLVED", "REFUTED", "ACKNOWLEDGED")
        and not (row.cause in _LATER and row.message_id is None)
    ]
    return ChannelHistory(highest(told) if told else None)


def _kept(details: AlertDetails) -> dict[str, object]:
    """Who else is told is no part of a message."""
    kept: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(details, notify=()))
    return kept
