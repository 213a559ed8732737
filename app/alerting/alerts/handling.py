"""What people do about alerts: beside the episode, which is the readings' alone.

    ACTIVE ──acknowledge──▶ ACKNOWLEDGED ──resolve──▶ RESOLVED
       └────────────────────resolve───────────────────────┘

Resolved while it still holds, an alert opens again after the rule's `reopenAfterSeconds`; a rise in
severity makes an acknowledged one active again. Both are the engine's (ingest/alerting). An act
locks the alert alone, is told to the journal with the person as its actor, and to the rule's
channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alerts import service
from app.alerting.alerts.schemas import (
    AlertBulkResults,
    AlertChoice,
    AlertGravity,
    AlertRead,
    AlertStatus,
)
from app.alerting.alerts.search import AlertFilter, wanted_alerts
from app.core.actor import Actor
from app.core.bulk import OPERATIONS_MAX, BulkProblem, BulkResult
from app.core.errors import Conflict, NotFound, Problem, Unprocessable
from app.core.events import record_event
from db.connections.sessions import SessionReader
from db.models import Alert, AlertComment, AlertRule, Membership
from db.queries import alert_news
from db.queries.alert_news import AlertNews
from db.queries.alert_outbox import AlertCause

_WORDS = {
    "ACKNOWLEDGED": "was acknowledged",
    "RESOLVED": "was resolved",
    "ASSIGNED": "was assigned",
    "COMMENTED": "was commented on",
}
_TOLD: dict[str, AlertCause] = {"ACKNOWLEDGED": "ACKNOWLEDGED", "RESOLVED": "RESOLVED"}
"""What channels hear of; the journal hears of all."""


@dataclass(frozen=True, slots=True)
class AlertAct:
    """What somebody does to alerts: `change` says whether there was anything to do."""

    cause: str
    change: Callable[[Alert, ActMoment], bool]
    comment: str | None = None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ActMoment:
    """Who does it, and when; after how long a rule's alerts open again, and how many comments an
    alert has."""

    principal: str
    now: datetime
    reopen_seconds: Mapping[UUID, int]
    comments: Mapping[UUID, int]


def acknowledge(comment: str | None) -> AlertAct:
    return AlertAct("ACKNOWLEDGED", _acknowledge, comment)


def _acknowledge(alert: Alert, moment: ActMoment) -> bool:
    if alert.status == AlertStatus.RESOLVED:
        raise Conflict("the alert is resolved already", code="ALERT_STATE")
    if alert.status == AlertStatus.ACKNOWLEDGED:
        return False
    alert.status = AlertStatus.ACKNOWLEDGED
    alert.acknowledged_at, alert.acknowledged_by = moment.now, moment.principal
    return True


def resolve(comment: str | None) -> AlertAct:
    return AlertAct("RESOLVED", _resolve, comment)


def _resolve(alert: Alert, moment: ActMoment) -> bool:
    if alert.status == AlertStatus.RESOLVED:
        return False
    alert.status = AlertStatus.RESOLVED
    alert.resolved_at, alert.resolved_by = moment.now, moment.principal
    reopen_seconds = moment.reopen_seconds[alert.rule_id]
    holds = alert.ended_at is None and alert.refuted_at is None
    if holds and reopen_seconds:
        alert.reopen_at = moment.now + timedelta(seconds=reopen_seconds)
    return True


async def assign(tx: AsyncSession, assignee: str | None) -> AlertAct:
    """Raises Unprocessable for somebody who isn't a member."""
    if assignee is not None:
        user_id = UUID(assignee.removeprefix("user_"))
        member = select(Membership.user_id).where(Membership.user_id == user_id)
        if await tx.scalar(member) is None:
            raise Unprocessable(f"{assignee} is no member of the organization")

    def change(alert: Alert, _: ActMoment) -> bool:
        is_other, alert.assignee = alert.assignee != assignee, assignee
        return is_other

    return AlertAct("ASSIGNED", change, details={"assignee": assignee})


def comment(text: str) -> AlertAct:
    return AlertAct("COMMENTED", lambda _alert, _moment: True, text)


async def perform(tx: AsyncSession, actor: Actor, alert_id: UUID, act: AlertAct) -> AlertRead:
    """Raises NotFound, or Conflict where its state doesn't allow it. Done already is done."""
    [found] = await _perform_all(tx, actor, [alert_id], act)
    if isinstance(found, Problem):
        raise found
    return (await service.read(SessionReader(tx), [found]))[0]


async def perform_chosen(
    tx: AsyncSession, actor: Actor, choice: AlertChoice, act: AlertAct
) -> AlertBulkResults:
    """One result for each. Raises Unprocessable where it isn't said which."""
    ids, has_more = await _chosen(tx, choice)
    found = await _perform_all(tx, actor, ids, act)
    results = [_result(index, ids[index], each) for index, each in enumerate(found)]
    return AlertBulkResults(results, has_more)


def _result(index: int, alert_id: UUID, found: Alert | Problem) -> BulkResult:
    if isinstance(found, Problem):
        return BulkResult(index, found.status, alert_id, BulkProblem(found.code, found.detail))
    return BulkResult(index, 200, alert_id)


async def _chosen(tx: AsyncSession, choice: AlertChoice) -> tuple[list[UUID], bool]:
    if (choice.ids is None) == (choice.filter is None):
        raise Unprocessable("say which alerts: either ids or filter")
    if choice.filter is None:
        return list(dict.fromkeys(choice.ids or ())), False
    asked = choice.filter
    wanted = AlertFilter(
        statuses=asked.status or (),
        severities=[AlertGravity(name) for name in asked.severity or ()],
        rule_id=asked.rule_id,
        device_id=asked.device_id,
        sensor_id=asked.sensor_id,
        site_id=asked.site_id,
        start=asked.from_,
        end=asked.to,
    )
    newest = wanted_alerts(wanted).order_by(Alert.fired_at.desc(), Alert.id.desc())
    ids = (await tx.scalars(newest.with_only_columns(Alert.id).limit(OPERATIONS_MAX + 1))).all()
    return list(ids[:OPERATIONS_MAX]), len(ids) > OPERATIONS_MAX


async def _perform_all(
    tx: AsyncSession, actor: Actor, ids: Sequence[UUID], act: AlertAct
) -> list[Alert | Problem]:
    """In the order of the ids; locked in that of all."""
    rows = await tx.scalars(
        select(Alert).where(Alert.id.in_(ids)).order_by(Alert.id).with_for_update()
    )
    alerts = {alert.id: alert for alert in rows}
    moment = await _moment(tx, actor, list(alerts.values()))
    found = {id_: _perform(tx, alert, act, moment) for id_, alert in alerts.items()}
    await tx.flush()
    changed = [alert for alert, is_new in found.values() if is_new is True]
    await _tell(tx, actor, changed, act, moment.now)
    return [_outcome(id_, found.get(id_)) for id_ in ids]


def _outcome(id_: UUID, found: tuple[Alert, bool | Problem] | None) -> Alert | Problem:
    if found is None:
        return NotFound(f"no alert {id_}")
    alert, what = found
    return what if isinstance(what, Problem) else alert


async def _moment(tx: AsyncSession, actor: Actor, alerts: Sequence[Alert]) -> ActMoment:
    rules = await tx.execute(
        select(AlertRule.id, AlertRule.reopen_after_seconds).where(
            AlertRule.id.in_({alert.rule_id for alert in alerts})
        )
    )
    comments = await tx.execute(
        select(AlertComment.alert_id, func.count())
        .where(AlertComment.alert_id.in_([alert.id for alert in alerts]))
        .group_by(AlertComment.alert_id)
    )
    now = (await tx.scalars(select(func.now()))).one()
    counts = {row[0]: row[1] for row in comments}
    return ActMoment(actor.principal, now, {row[0]: row[1] for row in rules}, counts)


def _perform(
    tx: AsyncSession, alert: Alert, act: AlertAct, moment: ActMoment
) -> tuple[Alert, bool | Problem]:
    try:
        if act.comment is not None and moment.comments.get(alert.id, 0) >= service.COMMENTS_MAX:
            raise Conflict(
                f"an alert has at most {service.COMMENTS_MAX} comments", code="ALERT_STATE"
            )
        is_new = act.change(alert, moment)
    except Problem as problem:
        return alert, problem
    if is_new:
        alert.changed_at = moment.now
    if act.comment is not None:
        tx.add(AlertComment(alert_id=alert.id, comment=act.comment, created_by=moment.principal))
    return alert, is_new


async def _tell(
    tx: AsyncSession, actor: Actor, alerts: Sequence[Alert], act: AlertAct, now: datetime
) -> None:
    for alert in alerts:
        details = {"alertId": str(alert.id), "ruleId": str(alert.rule_id), "cause": act.cause}
        said = {} if act.comment is None else {"comment": act.comment}
        record_event(
            tx,
            "ALERT",
            f"{alert.rule_name} {_WORDS[act.cause]}",
            actor=actor.principal,
            severity=alert.severity,  # type: ignore[arg-type] # of the journal's own words
            details={**details, **(act.details or {}), **said},
            site_id=alert.site_id,
            device_id=alert.device_id,
            component_id=alert.component_id,
            sensor_id=alert.sensor_id,
        )
    if (cause := _TOLD.get(act.cause)) is not None and alerts:
        news = [AlertNews(actor.org_id, alert.id, cause, alert.severity, now) for alert in alerts]
        connection = await SessionReader(tx).connected()
        await alert_news.tell_channels(connection, news, actor=actor.principal)
