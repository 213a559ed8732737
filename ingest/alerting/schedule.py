"""When a rule is active: what a wall clock shows at its place, never seconds since midnight.

So an hour that is skipped doesn't exist, one that comes twice counts twice, and a window over
midnight belongs to the day on which it begins. Times are microseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.alerting.definition import SITE_ZONE, WEEK_DAYS, RuleSchedule

SECOND = 1_000_000
WEEK_SECONDS = 7 * 86_400
# A zone's clock changes at most once in so long.
HALF_DAY_SECONDS = 43_200
# Days that a zone leaves out may make a weekly window skip a week.
WEEKS_AHEAD = 4


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """Minutes of the wall clock's day; over midnight where `to` is no later than `start`."""

    days: frozenset[int]
    start: int
    to: int

    def holds(self, weekday: int, minute: int) -> bool:
        if self.start < self.to:
            return weekday in self.days and self.start <= minute < self.to
        begun_today = weekday in self.days and minute >= self.start
        return begun_today or ((weekday - 1) % 7 in self.days and minute < self.to)


@dataclass(frozen=True, slots=True)
class WallClock:
    zone: str
    windows: tuple[WeeklyWindow, ...]

    def is_active(self, at: int) -> bool:
        local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(self.zone))
        weekday, minute = local.weekday(), local.hour * 60 + local.minute
        return any(window.holds(weekday, minute) for window in self.windows)

    def next_edge(self, at: int) -> int | None:
        """When it next begins or ends to be active, after `at`; None where it never does."""
        week = at // (WEEK_SECONDS * SECOND)
        for number in range(week, week + WEEKS_AHEAD):
            edges = _edges(self, number)
            place = bisect_right(edges, at)
            if place < len(edges):
                return edges[place]
        return None


@lru_cache(maxsize=512)
def clock_of(schedule: RuleSchedule, site_zone: str) -> WallClock:
    zone = site_zone if schedule.timezone == SITE_ZONE else schedule.timezone
    windows = tuple(
        WeeklyWindow(frozenset(map(WEEK_DAYS.index, times.days)), minute_of(times.from_), to)
        for times in schedule.weekly
        for to in [minute_of(times.to)]
    )
    return WallClock(zone, windows)


def minute_of(wall: str) -> int:
    """Of "HH:MM", the minute of the day."""
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=8192)
def _edges(clock: WallClock, week: int) -> tuple[int, ...]:
    """All in the week, counted from 1970-01-01 UTC."""
    first = week * WEEK_SECONDS
    marks = _wall_marks(clock, first) | _clock_changes(ZoneInfo(clock.zone), first)
    inside = sorted(mark for mark in marks if first <= mark < first + WEEK_SECONDS)
    moments = [mark * SECOND for mark in inside]
    return tuple(at for at in moments if clock.is_active(at) != clock.is_active(at - 1))


def _wall_marks(clock: WallClock, first: int) -> set[int]:
    """When the wall clock may show a window's beginning or end: both times where it does twice."""
    zone, day = ZoneInfo(clock.zone), date(1970, 1, 1) + timedelta(seconds=first)
    minutes = {0} | {mark for window in clock.windows for mark in (window.start, window.to)}
    return {
        int(
            datetime.combine(
                day + timedelta(days=number), time(minute // 60 % 24, minute % 60, fold=fold), zone
            ).timestamp()
        )
        for number in range(-2, 9)
        for minute in minutes
        for fold in (0, 1)
    }


def _clock_changes(zone: ZoneInfo, first: int) -> set[int]:
    def offset(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, zone).utcoffset()

    found = set()
    for start in range(first - HALF_DAY_SECONDS, first + WEEK_SECONDS, HALF_DAY_SECONDS):
        before, after = start, start + HALF_DAY_SECONDS
        if offset(before) == offset(after):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            if offset(middle) == offset(start):
                before = middle
            else:
                after = middle
        found.add(after)
    return found
