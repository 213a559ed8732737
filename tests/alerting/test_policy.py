"""Who is told of what, when, and why not: decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.alerting.notifications.policy import (
    ChannelHistory,
    OutboxChange,
    cause_of,
    due_at,
    flapping,
    is_asked_for,
    is_held_back,
    refusal,
)
from db.queries.alert_outbox import AlertDetails, NotifyTarget

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANNEL = UUID(int=1)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def change(cause: Any = "FIRED", severity: str = "WARNING", **details: Any) -> OutboxChange:
    given = {"rule_name": "warm", "summary": "> 8", "started_at": ago(minutes=9)}
    given |= {"fired_at": ago(minutes=4), **details}
    return OutboxChange(cause, severity, AlertDetails(**given))


def target(**more: Any) -> NotifyTarget:
    return NotifyTarget(CHANNEL, **more)


TOLD = ChannelHistory("WARNING")


@pytest.mark.parametrize(
    ("what", "whom", "history", "reason"),
    [
        (change(), target(), ChannelHistory(), None),
        (
            change(severity="INFO"),
            target(min_severity="WARNING"),
            ChannelHistory(),
            "BELOW_SEVERITY",
        ),
        (change(severity="CRITICAL"), target(min_severity="WARNING"), ChannelHistory(), None),
        (change(ended_at=ago(hours=2)), target(), ChannelHistory(), "ENDED_LONG_AGO"),
        (change(ended_at=ago(minutes=59)), target(), ChannelHistory(), None),
        (
            change(ended_at=ago(minutes=2), notify_ended_within_seconds=60),
            target(),
            ChannelHistory(),
            "ENDED_LONG_AGO",
        ),
        (change(muted_by="MUTE"), target(), ChannelHistory(), "MUTED"),
        (change("UNMUTED"), target(), ChannelHistory(), None),
        (change("UNMUTED"), target(), TOLD, "NOT_RISEN"),
        (change(muted_by="MAINTENANCE"), target(), ChannelHistory(), "MAINTENANCE"),
        (change("RESOLVED"), target(), TOLD, None),
        (change("RESOLVED"), target(), ChannelHistory(), "NOT_TOLD"),
        (change("RESOLVED", muted_by="MUTE"), target(), TOLD, None),
        (change("REFUTED"), target(), TOLD, None),
        (change("REFUTED"), target(), ChannelHistory(), "NOT_TOLD"),
        (change("SEVERITY", "CRITICAL"), target(), TOLD, None),
        (change("SEVERITY", "WARNING"), target(), TOLD, "NOT_RISEN"),
        (change("SEVERITY", "INFO"), target(), TOLD, "NOT_RISEN"),
        (change("SEVERITY", "CRITICAL"), target(min_severity="CRITICAL"), ChannelHistory(), None),
        (change("REOPENED"), target(), TOLD, None),
    ],
)
def test_what_is_told_and_why_not(
    what: OutboxChange, whom: NotifyTarget, history: ChannelHistory, reason: str | None
) -> None:
    assert refusal(what, whom, history, [NOW], NOW) == reason


@pytest.mark.parametrize(
    ("cause", "on", "is_told"),
    [
        ("FIRED", ("FIRED",), True),
        ("FIRED", ("RESOLVED",), False),
        ("RESOLVED", ("FIRED",), False),
        ("REFUTED", ("FIRED",), True),
        ("SEVERITY", ("FIRED",), True),
        ("SEVERITY", ("SEVERITY",), True),
        ("REOPENED", ("RESOLVED",), False),
        ("ACKNOWLEDGED", ("FIRED", "RESOLVED"), False),
        ("ACKNOWLEDGED", ("ACKNOWLEDGED",), True),
    ],
)
def test_what_a_rule_asks_for(cause: str, on: tuple[str, ...], *, is_told: bool) -> None:
    assert is_asked_for(change(cause), target(on=on)) is is_told


def openings(*minutes: float) -> list[datetime]:
    return [NOW + timedelta(minutes=at) for at in minutes]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ((0,), "TOLD"),
        ((0, 10, 20, 30), "TOLD"),
        ((0, 10, 20, 30, 40), "BEGINS"),
        ((0, 10, 20, 30, 40, 50), "SILENT"),
        ((0, 15, 30, 45, 60), "TOLD"),  # never five within an hour
        ((0, 10, 20, 30, 40, 85), "SILENT"),  # three within its hour
        ((0, 10, 20, 30, 40, 100.1), "TOLD"),
        ((0, 10, 20, 30, 40, 200, 201, 202, 203, 204), "BEGINS"),
    ],
)
def test_what_flaps_is_told_once_and_then_not_until_it_has_calmed_down(
    at: tuple[float, ...], said: str
) -> None:
    assert flapping(openings(*at)) == said


def test_an_opening_that_flaps_is_told_as_that_or_not_at_all() -> None:
    begins, silent = openings(0, 1, 2, 3, 4), openings(0, 1, 2, 3, 4, 5)
    assert cause_of(change(), target(), begins) == "FLAPPING"
    assert refusal(change(), target(), ChannelHistory(), begins, NOW) is None
    assert refusal(change(), target(), ChannelHistory(), silent, NOW) == "FLAPPING"


def when(what: OutboxChange, whom: NotifyTarget | None = None, **group: Any) -> float:
    """Seconds from now."""
    known = {"group_due_at": None, "group_sent_at": None, **group}
    return (due_at(what, whom or target(), now=NOW, **known) - NOW).total_seconds()


def test_the_first_of_a_group_waits_and_the_others_go_with_it() -> None:
    assert when(change(group_seconds=30)) == 30
    assert when(change(group_seconds=30), group_due_at=NOW + timedelta(seconds=12)) == 12
    assert when(change(group_seconds=0), group_due_at=NOW + timedelta(seconds=12)) == 0


def test_followers_of_a_message_come_five_minutes_after_it() -> None:
    assert when(change(), group_sent_at=ago(seconds=100)) == 200
    assert when(change(), group_sent_at=ago(seconds=299)) == 30
    assert when(change(group_seconds=0), group_sent_at=ago(seconds=1)) == 0


def test_an_escalation_comes_so_long_after_it_fired_whenever_that_was_found() -> None:
    whom = target(after_seconds=600)
    assert cause_of(change(), whom, [NOW]) == "ESCALATED"
    assert when(change(fired_at=ago(seconds=240)), whom) == 360
    assert when(change(fired_at=ago(hours=3)), whom) == 0
    assert cause_of(change("RESOLVED"), whom, [NOW]) == "RESOLVED"


def test_a_channel_sends_no_more_than_it_may_in_an_hour() -> None:
    assert not is_held_back(sent_in_hour=59, max_per_hour=60)
    assert is_held_back(sent_in_hour=60, max_per_hour=60)
