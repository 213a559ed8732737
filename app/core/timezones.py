"""The IANA time zones, and when their clocks change."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.errors import Unprocessable

# Finer than any two changes of one zone's clock have ever lain apart.
_STRIDE = timedelta(hours=12)
_SECOND = timedelta(seconds=1)


class Stretch(NamedTuple):
    """A stretch of time, from `start` on, in which a zone's clock is ahead of UTC by `offset`."""

    start: datetime
    offset: timedelta


@functools.cache
def names() -> frozenset[str]:
    """Those of the IANA list, whatever the machine has: its `localtime` is another zone elsewhere,
    and `Factory` is the name of none."""
    listed = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(listed) - {"Factory"}


def timezone(name: str) -> ZoneInfo:
    """Raises Unprocessable for a name that is not in the IANA list."""
    if name not in names():
        raise Unprocessable(f"{name!r} is no time zone of the IANA list", code="UNKNOWN_TIMEZONE")
    return ZoneInfo(name)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the zone's clock shows that day; where it skips the day,
    the next one's."""
    midnight = datetime.combine(day, time())
    before, after = (_offset_of(midnight, zone, fold) for fold in (0, 1))
    if before >= after:  # there is one midnight, or there are two
        return (midnight - before).replace(tzinfo=UTC)
    # The clock jumps over midnight, somewhere between what the offsets before and after the jump
    # make of it.
    return _first_change(
        (midnight - after).replace(tzinfo=UTC), (midnight - before).replace(tzinfo=UTC), zone
    )


def stretches(zone: ZoneInfo, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches of equal offset that [start, end) runs through; the first one begins no later
    than start."""
    found = [
        Stretch(
            datetime(start.year, 1, 1, tzinfo=UTC),
            _offset(zone, datetime(start.year, 1, 1, tzinfo=UTC)),
        )
    ]
    for year in range(start.year, end.year + 1):
        found += _changes(zone, year)
    first = max(place for place, stretch in enumerate(found) if stretch.start <= start)
    return [stretch for stretch in found[first:] if stretch.start < end or stretch is found[first]]


@functools.lru_cache(maxsize=10_000)
def _changes(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    """What begins in that year (UTC). zoneinfo doesn't tell its table, so it is asked twice a day,
    once for all."""
    found = []
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    offset = _offset(zone, at)
    while at < end:
        later = at + _STRIDE
        if (then := _offset(zone, later)) != offset:
            found.append(Stretch(_first_change(at, later, zone), then))
            offset = then
        at = later
    return tuple(found)


def _first_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two of different offset at which it changes: always a whole second of
    UTC."""
    offset = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always knows
    return offset


def _offset_of(local: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    offset = local.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # noqa: S101 - as above
    return offset
