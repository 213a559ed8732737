"""The width of buckets, as ISO 8601 says it: of the calendar (P1D, P1W, P1M, P3M, P1Y) or of the clock (PT15M, PT1H)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from app.core.errors import Malformed, Unprocessable

AUTO = "auto"
LONGEST = timedelta(days=3660)

_INTERVAL = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """One of months, days and length is more than nothing: months and days are the calendar's, length is elapsed time."""

    text: str
    months: int = 0
    days: int = 0
    length: timedelta = timedelta(0)

    @property
    def about(self) -> timedelta:
        """Its usual length: months are a twelfth of a Gregorian year."""
        return self.length or timedelta(days=self.days or self.months * 30.436875)


def interval(text: str, name: str = "interval") -> Interval:
    """Raises Malformed for what is no ISO 8601 duration, Unprocessable for one that is no width of buckets."""
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise Malformed(
            f"{name} must be {AUTO} or an ISO 8601 duration such as PT15M, PT1H, P1D, P1W or P1M"
        )
    number = {unit: float(digits) for unit, digits in match.groupdict("0").items()}
    months, days = (
        int(number["years"] * 12 + number["months"]),
        int(number["weeks"] * 7 + number["days"]),
    )
    length = timedelta(hours=number["hours"], minutes=number["minutes"], seconds=number["seconds"])
    if months and (days or length):
        raise Unprocessable(
            f"{name} must be of years and months alone, or of weeks, days, hours and so on"
        )
    # Days with hours are no days of a calendar: elapsed time, 24 hours each.
    found = (
        Interval(text, length=length + timedelta(days=days))
        if length
        else Interval(text, months, days)
    )
    if not timedelta(0) < found.about <= LONGEST:
        raise Unprocessable(f"{name} must be longer than nothing and at most {LONGEST.days} days")
    return found


# What `auto` chooses from: widths that people read off a clock or a calendar.
LADDER = tuple(
    interval(text)
    for text in (
        "PT1S", "PT5S", "PT10S", "PT30S", "PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT3H", "PT6H", "PT12H",
        "P1D", "P1W", "P1M", "P3M", "P1Y",
    )
)  # fmt: skip


def shortest(span: timedelta, points: int) -> Interval:
    """The shortest that cuts a range of this length into at most so many buckets, the longest where none does.

    One bucket more than fit is counted on: a range seldom begins where a bucket does.
    """
    for candidate in LADDER:
        if span / candidate.about + 2 <= points:
            return candidate
    return LADDER[-1]
