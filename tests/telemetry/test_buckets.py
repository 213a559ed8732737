"""Where buckets begin, held against zoneinfo: every zone, both clock changes, every width."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import timezones
from app.core.errors import Malformed, Unprocessable
from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.intervals import LADDER, interval, shortest

ZONES = sorted(available_timezones())
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def edges_of(text: str, zone: str, start: datetime, end: datetime) -> list[datetime]:
    return edges(interval(text), ZoneInfo(zone), start, end, most=100_000)


def local(zone: str, found: list[datetime]) -> list[str]:
    return [f"{edge.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for edge in found]


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The slow way: ask every hour, then every second of that hour by halves."""
    moment = start
    while moment < end:
        if moment.astimezone(zone).utcoffset() != (moment + HOUR).astimezone(zone).utcoffset():
            before, after = moment, moment + HOUR
            while after - before > timedelta(seconds=1):
                middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
                same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            yield after
        moment += HOUR


def first_instant_of(day: date, zone: ZoneInfo, near: datetime) -> datetime:
    """The slow way: the first minute, then second, whose local date is that day or a later one."""
    moment = near
    for step in (HOUR, timedelta(minutes=1), timedelta(seconds=1)):
        while moment.astimezone(zone).date() < day:
            moment += step
        moment -= step
    return moment + timedelta(seconds=1)


@pytest.mark.parametrize("letter", sorted({name[0] for name in ZONES}))
def test_days_of_every_zone_begin_with_their_first_instant_at_every_clock_change(
    letter: str,
) -> None:
    for name in (name for name in ZONES if name[0] == letter):
        zone = ZoneInfo(name)
        for change, _ in timezones.stretches(zone, at("2025-06-01"), at("2026-06-01"))[1:]:
            found = edges_of("P1D", name, change - DAY, change + DAY)
            assert found[0] <= change - DAY
            assert found[-1] >= change + DAY
            for edge in found:
                day = edge.astimezone(zone).date()
                assert edge == first_instant_of(day, zone, edge - 2 * DAY), (name, edge)
            days = [edge.astimezone(zone).date() for edge in found]
            assert all(after - before == DAY for before, after in itertools.pairwise(days)), (
                name,
                days,
            )


@pytest.mark.parametrize("text", ["PT15M", "PT1H", "PT6H"])
def test_hours_of_every_zone_begin_where_its_clock_shows_them_at_every_clock_change(
    text: str,
) -> None:
    width = interval(text).length
    for name in ZONES:
        zone = ZoneInfo(name)
        for year in (2025, 2026):
            for stretch in timezones.stretches(zone, at(f"{year}-01-01"), at(f"{year + 1}-01-01"))[
                1:
            ]:
                found = edges_of(text, name, stretch.start - DAY, stretch.start + DAY)
                assert found[0] <= stretch.start - DAY < found[1]
                assert found[-2] < stretch.start + DAY <= found[-1]
                for before, after in itertools.pairwise(found):
                    shown = after.astimezone(zone).replace(tzinfo=None) - datetime(2000, 1, 3)  # noqa: DTZ001
                    assert not shown % width or after == stretch.start, (name, after)
                    assert timedelta(0) < after - before <= width + 2 * HOUR, (name, before)
                    if not before < stretch.start < after:
                        assert after - before <= width


@pytest.mark.parametrize(
    "name", ["Europe/Amsterdam", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"]
)
def test_the_changes_of_a_clock_are_found_to_the_second(name: str) -> None:
    zone = ZoneInfo(name)
    start, end = at("2009-01-01"), at("2016-01-01")
    found = [stretch.start for stretch in timezones.stretches(zone, start, end)]
    assert found[1:] == list(changes(zone, start, end))


CALENDAR: dict[str, tuple[str, str, str, str, list[str]]] = {
    "a day of 23 hours": ("P1D", "Europe/Amsterdam", "2026-03-28T23:00", "2026-03-30T00:00",
                          ["2026-03-28T23:00", "2026-03-29T22:00", "2026-03-30T22:00"]),
    "a day of 25 hours": ("P1D", "Europe/Amsterdam", "2026-10-24T22:00", "2026-10-26T00:00",
                          ["2026-10-24T22:00", "2026-10-25T23:00", "2026-10-26T23:00"]),
    "a day of 23:30 hours": ("P1D", "Australia/Lord_Howe", "2026-10-03T13:30", "2026-10-04T13:00",
                             ["2026-10-03T13:30", "2026-10-04T13:00"]),
    "a day that a zone skipped": ("P1D", "Pacific/Apia", "2011-12-29T12:00", "2011-12-31T12:00",
                                  ["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00", "2012-01-01T10:00"]),
    "midnight itself is skipped": ("P1D", "Asia/Beirut", "2026-03-28T00:00", "2026-03-29T12:00",
                                   ["2026-03-27T22:00", "2026-03-28T22:00", "2026-03-29T21:00"]),
    "an odd offset": ("P1D", "Asia/Kathmandu", "2026-06-01T00:00", "2026-06-01T20:00",
                      ["2026-05-31T18:15", "2026-06-01T18:15", "2026-06-02T18:15"]),
    "weeks begin on Monday": ("P1W", "Europe/Amsterdam", "2026-03-29T00:00", "2026-03-30T12:00",
                              ["2026-03-22T23:00", "2026-03-29T22:00", "2026-04-05T22:00"]),
    "months": ("P1M", "America/New_York", "2026-02-15T00:00", "2026-04-15T00:00",
               ["2026-02-01T05:00", "2026-03-01T05:00", "2026-04-01T04:00", "2026-05-01T04:00"]),
    "quarters": ("P3M", "UTC", "2026-02-15T00:00", "2026-04-01T00:00", ["2026-01-01T00:00", "2026-04-01T00:00"]),
    "years": ("P1Y", "UTC", "2026-02-15T00:00", "2026-04-01T00:00", ["2026-01-01T00:00", "2027-01-01T00:00"]),
    "decades": ("P10Y", "UTC", "1999-02-15T00:00", "2001-01-01T00:00",
                ["1990-01-01T00:00", "2000-01-01T00:00", "2010-01-01T00:00"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CALENDAR)
def test_calendar_buckets(name: str) -> None:
    text, zone, start, end, expected = CALENDAR[name]
    assert edges_of(text, zone, at(start), at(end)) == [at(edge) for edge in expected]


CLOCK: dict[str, tuple[str, str, str, str, list[str]]] = {
    "six hours, one of them skipped": ("PT6H", "Europe/Amsterdam", "2026-03-28T23:00", "2026-03-29T10:00",
                                       ["2026-03-28T23:00", "2026-03-29T04:00", "2026-03-29T10:00"]),
    "six hours, one of them twice": ("PT6H", "Europe/Amsterdam", "2026-10-24T22:00", "2026-10-25T11:00",
                                     ["2026-10-24T22:00", "2026-10-25T05:00", "2026-10-25T11:00"]),
    "an hour that comes twice is two": ("PT1H", "Europe/Amsterdam", "2026-10-25T00:00", "2026-10-25T02:00",
                                        ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"]),
    "hours at an odd offset": ("PT1H", "Asia/Kathmandu", "2026-06-01T00:00", "2026-06-01T00:30",
                               ["2026-05-31T23:15", "2026-06-01T00:15", "2026-06-01T01:15"]),
    "put forward by half an hour, over a full one": (
        "PT1H", "Australia/Lord_Howe", "2026-10-03T14:30", "2026-10-03T17:00",
        ["2026-10-03T14:30", "2026-10-03T15:30", "2026-10-03T16:00", "2026-10-03T17:00"]),
    "put back by half an hour": ("PT1H", "Australia/Lord_Howe", "2026-04-04T14:00", "2026-04-04T16:30",
                                 ["2026-04-04T14:00", "2026-04-04T15:30", "2026-04-04T16:30"]),
    "seconds of an offset before standard time": ("PT1H", "Europe/Amsterdam", "1900-06-01T00:00", "1900-06-01T00:10",
                                                  ["1900-05-31T23:42", "1900-06-01T00:42"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOCK)
def test_clock_buckets(name: str) -> None:
    text, zone, start, end, expected = CLOCK[name]
    found = edges_of(text, zone, at(start), at(end))
    if "seconds" in name:  # tables differ by some seconds in what they believe of that time
        assert found[1] - found[0] == HOUR
        assert (
            found[0].astimezone(ZoneInfo(zone)).minute
            == found[0].astimezone(ZoneInfo(zone)).second
            == 0
        )
    else:
        assert found == [at(edge) for edge in expected]


_widths = st.sampled_from(
    [
        "PT7S",
        "PT1M",
        "PT20M",
        "PT1H",
        "PT5H",
        "PT24H",
        "PT36H",
        "P1D",
        "P5D",
        "P1W",
        "P1M",
        "P5M",
        "P1Y",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    text=_widths,
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    count=st.floats(0.01, 200),
)
def test_edges_rise_enclose_the_range_and_do_not_depend_on_where_it_begins(
    text: str, zone: str, start: datetime, count: float
) -> None:
    start = start.replace(tzinfo=UTC)
    end = start + interval(text).about * count
    found = edges_of(text, zone, start, end)
    assert found[0] <= start < found[1]
    assert found[-2] < end <= found[-1]
    assert all(before < after for before, after in itertools.pairwise(found))
    for place in range(0, len(found) - 1, 37):
        assert edges_of(text, zone, found[place], end) == found[place:]
        inside = found[place + 1] - timedelta(microseconds=1)
        if inside < end:
            assert edges_of(text, zone, inside, end) == found[place:]


def test_more_buckets_than_asked_for_are_not_made() -> None:
    found = edges(interval("PT1S"), ZoneInfo("UTC"), at("1900-01-01"), at("2199-01-01"), most=10)
    assert len(found) == 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1Y", (12, 0)),
        ("P1Y6M", (18, 0)),
        ("P2W", (0, 14)),
        ("P1W1D", (0, 8)),
        ("PT1H30M", (0, 0)),
        ("PT0.5S", (0, 0)),
    ],
)
def test_intervals(text: str, expected: tuple[int, int]) -> None:
    found = interval(text)
    assert (found.months, found.days) == expected
    assert bool(found.length) == (expected == (0, 0))


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "P1D2W", "P-1D", "PT1.5H", "p1d", "P1DT", "every day", "PT1H\n"],
)
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(Malformed):
        interval(text)


@pytest.mark.parametrize("text", ["P0D", "PT0S", "P1M1D", "P1MT1S", "P11Y", "P3661D"])
def test_what_is_no_width(text: str) -> None:
    with pytest.raises(Unprocessable):
        interval(text)


@settings(max_examples=200, deadline=None)
@given(
    seconds=st.integers(1, 10 * 366 * 86_400),
    points=st.integers(3, 2000),
    zone=st.sampled_from(ZONES),
)
def test_auto_never_gives_more_points_than_asked_for(seconds: int, points: int, zone: str) -> None:
    chosen = shortest(timedelta(seconds=seconds), points)
    start = at("2015-03-29T00:17:03")
    found = edges(chosen, ZoneInfo(zone), start, start + timedelta(seconds=seconds), most=10_000)
    # At a clock change an hour is cut in two at most once in some months.
    assert len(found) - 1 <= points + seconds / (60 * 86_400) + 1 or chosen == LADDER[-1]
