"""A rule is active by what a wall clock at its place shows, also where that is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingest.alerting.definition import WEEK_DAYS, RuleSchedule, WeeklyTimes
from ingest.alerting.schedule import SECOND, clock_of

ALWAYS = (WeeklyTimes(days=WEEK_DAYS, from_="00:00", to="00:00"),)
NIGHT = (WeeklyTimes(days=WEEK_DAYS, from_="02:00", to="03:00"),)
OVER_MIDNIGHT = (WeeklyTimes(days=("FRI", "SAT"), from_="23:00", to="02:10"),)


def micros(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


def active_seconds(zone: str, weekly: tuple[WeeklyTimes, ...], first: datetime, hours: int) -> int:
    """By the edges alone."""
    clock = clock_of(RuleSchedule(timezone=zone, weekly=weekly), "UTC")
    at, end, total = micros(first), micros(first + timedelta(hours=hours)), 0
    while at < end:
        edge = clock.next_edge(at)
        until = end if edge is None else min(edge, end)
        total += (until - at) // SECOND if clock.is_active(at) else 0
        at = until
    return total


@pytest.mark.parametrize(
    ("zone", "first", "hours", "expected"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), 24, 0),
        ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 24, 7200),
        ("Europe/Berlin", datetime(2026, 6, 1, 12, tzinfo=UTC), 24, 3600),
        ("Australia/Lord_Howe", datetime(2025, 10, 4, 3, tzinfo=UTC), 24, 1800),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 3, tzinfo=UTC), 24, 3600),
        ("Pacific/Apia", datetime(2011, 12, 29, 12, tzinfo=UTC), 48, 7200),
    ],
)
def test_an_hour_that_is_skipped_does_not_exist_and_one_that_comes_twice_counts_twice(
    zone: str, first: datetime, hours: int, expected: int
) -> None:
    assert active_seconds(zone, NIGHT, first, hours) == expected


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2026, 3, 27, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 23, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 3, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 2, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 28, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("weekly", [NIGHT, OVER_MIDNIGHT])
def test_edges_are_where_a_look_at_the_wall_clock_each_minute_finds_them(
    zone: str, first: datetime, weekly: tuple[WeeklyTimes, ...]
) -> None:
    clock = clock_of(RuleSchedule(timezone="SITE", weekly=weekly), zone)
    minutes = [first + timedelta(minutes=number) for number in range(5 * 1440)]
    shown = [shows(moment.astimezone(ZoneInfo(zone)), weekly) for moment in minutes]
    assert [clock.is_active(micros(moment)) for moment in minutes] == shown
    expected = [
        micros(moment)
        for moment, before, after in zip(minutes[1:], shown, shown[1:], strict=False)
        if before != after
    ]
    found, at = [], micros(first)
    while (edge := clock.next_edge(at)) is not None and edge <= micros(minutes[-1]):
        found.append(edge)
        at = edge
    assert found == expected


def shows(local: datetime, weekly: tuple[WeeklyTimes, ...]) -> bool:
    """Whether a window is open on a clock that shows this."""
    today, yesterday = WEEK_DAYS[local.weekday()], WEEK_DAYS[local.weekday() - 1]
    wall = f"{local:%H:%M}"
    return any(
        (each.from_ <= wall < each.to and today in each.days)
        if each.from_ < each.to
        else (wall >= each.from_ and today in each.days)
        or (wall < each.to and yesterday in each.days)
        for each in weekly
    )


def test_a_schedule_without_an_edge_has_none() -> None:
    clock = clock_of(RuleSchedule(timezone="Europe/Berlin", weekly=ALWAYS), "UTC")
    now = micros(datetime(2026, 3, 28, tzinfo=UTC))
    assert clock.is_active(now)
    assert clock.next_edge(now) is None
