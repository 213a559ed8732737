"""Who is told of what became of an alert, when, or why not. Pure functions, in the order in which
they are asked; each refusal becomes a row of the delivery log with its reason.

    refusal      is it told at all: severity, long over, muted, never told of, flapping
    due_in       when: the first of a group waits, the others follow, escalations later
    is_held_back as many were sent by this channel as it may in an hour
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.alerting.notifications.message import SEVERITIES
from db.queries.alert_outbox import AlertCause, AlertDetails, NotifyTarget

# How often followers of a group are told, once the first message of it was.
FOLLOW_SECONDS = 300
# Openings of one sensor's alerts by one rule within an hour: from so many on it flaps, until there
# are so few.
FLAPPING_FROM = 5
FLAPPING_UNTIL = 2
HOUR = timedelta(hours=1)

_OPENINGS = ("FIRED", "REOPENED")
_MAY_ESCALATE = (*_OPENINGS, "SEVERITY", "UNMUTED")


class SuppressedReason(StrEnum):
    """Why something was not sent."""

    CHANNEL_GONE = "CHANNEL_GONE"
    CHANNEL_DISABLED = "CHANNEL_DISABLED"
    BELOW_SEVERITY = "BELOW_SEVERITY"
    ENDED_LONG_AGO = "ENDED_LONG_AGO"
    MUTED = "MUTED"
    MAINTENANCE = "MAINTENANCE"
    NOT_TOLD = "NOT_TOLD"
    NOT_RISEN = "NOT_RISEN"
    FLAPPING = "FLAPPING"
    REFUTED = "REFUTED"
    ENDED = "ENDED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    HELD_BACK = "HELD_BACK"


@dataclass(frozen=True, slots=True)
class OutboxChange:
    """What became of an alert, of the outbox."""

    cause: AlertCause
    severity: str
    details: AlertDetails


@dataclass(frozen=True, slots=True)
class ChannelHistory:
    """What this channel was, or is about to be, told of this alert: the highest severity, None if
    nothing."""

    told_severity: str | None = None


def is_asked_for(change: OutboxChange, target: NotifyTarget) -> bool:
    """Whether the rule says at all that this target is told. What fired is taken back and rises for
    whoever is told that it fired."""
    match change.cause:
        case "SEVERITY" | "REOPENED" | "REFUTED" | "UNMUTED":
            return "FIRED" in target.on or change.cause in target.on
        case _:
            return change.cause in target.on


def refusal(
    change: OutboxChange,
    target: NotifyTarget,
    history: ChannelHistory,
    openings: Sequence[datetime],
    now: datetime,
) -> SuppressedReason | None:
    """Why it is not told; None where it is. `openings` are when alerts of the same rule and sensor
    opened lately, in order, this one's among them."""
    details = change.details
    if change.cause in ("RESOLVED", "REFUTED", "ACKNOWLEDGED"):
        return SuppressedReason.NOT_TOLD if history.told_severity is None else None
    if _rank(change.severity) < _rank(target.min_severity):
        return SuppressedReason.BELOW_SEVERITY
    if details.ended_at is not None and _is_long_over(details, now):
        return SuppressedReason.ENDED_LONG_AGO
    if details.muted_by is not None:
        return SuppressedReason("MUTED" if details.muted_by == "MUTE" else "MAINTENANCE")
    if change.cause in ("SEVERITY", "UNMUTED") and not _has_risen(change, history):
        return SuppressedReason.NOT_RISEN
    if change.cause in _OPENINGS and flapping(openings) == "SILENT":
        return SuppressedReason.FLAPPING
    return None


def cause_of(change: OutboxChange, target: NotifyTarget, openings: Sequence[datetime]) -> str:
    """As what it is told: at the end of a mute, that it fired."""
    if target.after_seconds and change.cause in _MAY_ESCALATE:
        return "ESCALATED"
    if change.cause == "UNMUTED":
        return "FIRED"
    if change.cause in _OPENINGS and flapping(openings) == "BEGINS":
        return "FLAPPING"
    return change.cause


def flapping(openings: Sequence[datetime]) -> str:
    """Whether the last of these openings is TOLD, tells that it BEGINS to flap, or is SILENT."""
    flaps, said, first = False, "TOLD", 0
    for number, at in enumerate(openings):
        while at - openings[first] >= HOUR:
            first += 1
        within = number - first + 1
        if not flaps and within >= FLAPPING_FROM:
            flaps, said = True, "BEGINS"
        elif flaps and within <= FLAPPING_UNTIL:
            flaps, said = False, "TOLD"
        else:
            said = "SILENT" if flaps else "TOLD"
    return said


def due_at(
    change: OutboxChange,
    target: NotifyTarget,
    *,
    now: datetime,
    group_due_at: datetime | None,
    group_sent_at: datetime | None,
) -> datetime:
    """When it is sent: with those of its group that wait already; the first of a group after
    `groupSeconds`, what follows a message of the group FOLLOW_SECONDS after that."""
    if target.after_seconds and change.cause in _MAY_ESCALATE:
        return max(now, change.details.fired_at + timedelta(seconds=target.after_seconds))
    group_seconds = change.details.group_seconds
    if not group_seconds:
        return now
    if group_due_at is not None:
        return group_due_at
    first = now + timedelta(seconds=group_seconds)
    if group_sent_at is None:
        return first
    return max(first, group_sent_at + timedelta(seconds=FOLLOW_SECONDS))


def is_held_back(*, sent_in_hour: int, max_per_hour: int) -> bool:
    return sent_in_hour >= max_per_hour


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity)


def _is_long_over(details: AlertDetails, now: datetime) -> bool:
    assert details.ended_at is not None  # noqa: S101 - asked before
    within = timedelta(seconds=details.notify_ended_within_seconds)
    return now - details.ended_at > within


def _has_risen(change: OutboxChange, history: ChannelHistory) -> bool:
    told = history.told_severity
    return told is None or _rank(change.severity) > _rank(told)
