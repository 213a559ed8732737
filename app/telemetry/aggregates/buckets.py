"""Where buckets begin. Pure: intervals, a zone and a range in, instants out.

Of the calendar: days begin with the first instant at which the zone's clock shows them, weeks with Mondays, months
with their first day, years with January; several days are counted from Monday 2000-01-03, several months from January
2000. A day that a zone skipped has no bucket, one with a clock change is longer or shorter.

Of the clock: wherever the zone's clock shows a multiple of the width since midnight of 2000-01-03. Where the clock is
put forward over such a multiple, a bucket begins with the jump; where it is put back, an hour that comes twice is two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.core.timezones import Stretch, start_of_day, stretches
from app.telemetry.aggregates.intervals import Interval

ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday
_YEAR = timedelta(days=366)
_SMALLEST = timedelta(microseconds=1)


def edges(
    interval: Interval, zone: ZoneInfo, start: datetime, end: datetime, *, most: int
) -> list[datetime]:
    """The edges in UTC of all buckets that touch [start, end): the first at or before start, the last at or after end.

    Of more than `most` buckets there are `most` + 2 edges, and the rest is left out.
    """
    if interval.length and zone.key == "UTC":
        return _of_utc(interval.length, start, end, most)
    found = (
        _of_clock(interval.length, zone, start)
        if interval.length
        else _of_calendar(interval, zone, start)
    )
    return list(islice(_until(found, end), most + 2))


def _of_utc(width: timedelta, start: datetime, end: datetime, most: int) -> list[datetime]:
    """No clock changes there: all at once."""
    first = start - (start - ORIGIN) % width
    count = min(-((first - end) // width), most + 1)
    return [first + width * number for number in range(count + 1)]


def _until(found: Iterator[datetime], end: datetime) -> Iterator[datetime]:
    for edge in found:
        yield edge
        if edge >= end:
            return


def _of_calendar(interval: Interval, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    number = _number_of(start.astimezone(zone).date(), interval)
    edge = start_of_day(_first_day(number, interval), zone)
    while True:
        number += 1
        following = start_of_day(_first_day(number, interval), zone)
        # Equal where the zone skipped a day. At or before start where its clock went back to the day before.
        if following > max(edge, start):
            yield edge
        edge = max(edge, following)


def _number_of(day: date, interval: Interval) -> int:
    if interval.months:
        return ((day.year - 2000) * 12 + day.month - 1) // interval.months
    return (day - ORIGIN.date()).days // interval.days


def _first_day(number: int, interval: Interval) -> date:
    if interval.months:
        years, months = divmod(number * interval.months, 12)
        return date(2000 + years, 1 + months, 1)
    return ORIGIN.date() + timedelta(days=number * interval.days)


def _of_clock(width: timedelta, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    last = _clock_edge_before(width, zone, start)
    yield last
    while (
        True
    ):  # a year at a time, so that no more of a zone's changes are looked up than are asked for
        until = last + width + _YEAR
        for stretch, following in _neighbours(stretches(zone, last, until)):
            edge = _next_multiple(width, stretch, max(last, stretch.start))
            stop = until if following is None else following.start
            while edge < stop:
                yield (last := edge)
                edge += width
            if following is not None and _begins_with_change(width, stretch, following):
                yield (last := following.start)


def _neighbours(found: list[Stretch]) -> Iterator[tuple[Stretch, Stretch | None]]:
    return zip(found, [*found[1:], None], strict=True)


def _clock_edge_before(width: timedelta, zone: ZoneInfo, at: datetime) -> datetime:
    """The last edge at or before that instant."""
    stretch = stretches(zone, at, at + _SMALLEST)[0]
    edge = at - (at + stretch.offset - ORIGIN) % width
    if edge >= stretch.start:
        return edge
    before = stretches(zone, stretch.start - _SMALLEST, stretch.start)[0]
    if _begins_with_change(width, before, stretch):
        return stretch.start
    return _clock_edge_before(width, zone, stretch.start - _SMALLEST)


def _next_multiple(width: timedelta, stretch: Stretch, at: datetime) -> datetime:
    """The first instant after that one at which the clock shows a multiple of the width."""
    return at + width - (at + stretch.offset - ORIGIN) % width


def _begins_with_change(width: timedelta, before: Stretch, after: Stretch) -> bool:
    shown = after.start + after.offset - ORIGIN
    shown_before = after.start - _SMALLEST + before.offset - ORIGIN
    return not shown % width or shown // width > shown_before // width
