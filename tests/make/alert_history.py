"""The reference: which alerts a rule raises, by definition, from all readings at once.

Spans of time in which a level's condition holds are cut to the schedule, made shorter by `for` and
longer by `clear`, and put together. Nothing of the machine is used, but for the clock of schedules,
which has a reference of its own.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from ingest.alerting.definition import (
    SEVERITIES,
    RuleDefinition,
    RuleInput,
    RuleLevel,
    default_step,
)
from ingest.alerting.schedule import WallClock, clock_of

SECOND = 1_000_000
Value = float | str
Reading = tuple[int, Value]
Others = Mapping[UUID, Sequence[Reading]]
"""The readings of other sensors, by time."""
Span = tuple[int, int | None]


class AlertRecord(NamedTuple):
    """Times in microseconds since 1970; `steps` are (from when, severity's place in SEVERITIES)."""

    started_at: int
    fired_at: int
    ended_at: int | None
    steps: tuple[tuple[int, int], ...]


class On(NamedTuple):
    """A level is on in [start, end), an instant where they are equal; since when its signal was."""

    start: int
    end: int | None
    since: int
    severity: int


def history(
    definition: RuleDefinition,
    start: int,
    readings: Sequence[Reading],
    now: int,
    zone: str = "UTC",
    others: Others | None = None,
) -> list[AlertRecord]:
    """`readings` by time, none after `now`."""
    clock = None if definition.schedule is None else clock_of(definition.schedule, zone)
    if definition.kind not in ("VALUE", "NO_DATA"):
        readings = _windows(definition, start, readings, now, others or {})
    held = [(start, value) for at, value in readings if at <= start][-1:]
    since = [*held, *(reading for reading in readings if reading[0] > start)]
    if definition.operator == "CHANGED":
        ons = _changes(definition, since, clock, now)
    else:
        ons = [
            on
            for level in definition.levels
            for on in _level_on(definition, level, start, readings, since, clock, now)
        ]
    return _episodes(ons, definition.cooldown_seconds * SECOND, now)


def _changes(
    definition: RuleDefinition, since: Sequence[Reading], clock: WallClock | None, now: int
) -> list[On]:
    [level] = definition.levels
    clear = level.clear_for_seconds * SECOND
    moments = [
        at
        for (_, before), (at, value) in itertools.pairwise(since)
        if value != before and (clock is None or clock.is_active(at))
    ]
    runs: list[list[int]] = []
    for at in moments:
        if runs and at <= runs[-1][1] + clear:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    return [
        On(first, last + clear if last + clear <= now else None, first, _place(level))
        for first, last in runs
    ]


def _level_on(
    definition: RuleDefinition,
    level: RuleLevel,
    start: int,
    readings: Sequence[Reading],
    since: Sequence[Reading],
    clock: WallClock | None,
    now: int,
) -> list[On]:
    if definition.kind == "NO_DATA":
        silence = (definition.window_seconds or 0) * SECOND
        spans = _silences([at for at, _ in readings], silence, start, now)
    else:
        spans = _true_spans(definition, level, since)
    if clock is not None:
        spans = _within(spans, clock, start, now)
    wait, clear = level.for_seconds * SECOND, level.clear_for_seconds * SECOND
    found: list[list[int | None]] = []
    for first, last in spans:
        end = None if last is None else last + clear
        before = found[-1][1] if found else None
        if found and before is not None and first <= before:
            found[-1][1] = end  # it began again within `clear`
        elif first + wait < (math.inf if last is None else last) and first + wait <= now:
            found.append([first + wait, end, first])
    return [
        On(
            on_at or 0,
            off_at if off_at is not None and off_at <= now else None,
            first or 0,
            _place(level),
        )
        for on_at, off_at, first in found
    ]


def _place(level: RuleLevel) -> int:
    return SEVERITIES.index(level.severity)


def _silences(times: Sequence[int], silence: int, start: int, now: int) -> list[Span]:
    spans: list[Span] = []
    for at, following in zip(times, [*times[1:], None], strict=True):
        first = at + silence
        is_long = first <= now if following is None else following > max(first, start)
        if is_long:
            spans.append((max(first, start), following))
    return spans


def _true_spans(
    definition: RuleDefinition, level: RuleLevel, since: Sequence[Reading]
) -> list[Span]:
    acts, holds = _tests(definition, level)
    spans: list[Span] = []
    began: int | None = None
    for at, value in since:
        if began is None and acts(value):
            began = at
        elif began is not None and not holds(value):
            spans.append((began, at))
            began = None
    return spans if began is None else [*spans, (began, None)]


def _tests(
    definition: RuleDefinition, level: RuleLevel
) -> tuple[Callable[[Value], bool], Callable[[Value], bool]]:
    """Where the level begins, and where it goes on."""
    if definition.kind == "STUCK":
        return (lambda value: float(value) <= definition.tolerance,) * 2
    if definition.operator is None:
        return (lambda value: value != 0,) * 2
    clear = (
        level.value if level.clear_value is None else level.clear_value,
        level.low if level.clear_low is None else level.clear_low,
        level.high if level.clear_high is None else level.clear_high,
    )

    def test(bounds: tuple[Value | None, float | None, float | None]) -> Callable[[Value], bool]:
        return lambda value: _compare(definition, value, *bounds)

    return test((level.value, level.low, level.high)), test(clear)


def _compare(
    definition: RuleDefinition,
    value: Value,
    wanted: Value | None,
    low: float | None,
    high: float | None,
) -> bool:
    if isinstance(value, str) and isinstance(wanted, str) and definition.ignore_case:
        value, wanted = value.casefold(), wanted.casefold()
    return COMPARISONS[definition.operator or ""](value, wanted, low, high)


COMPARISONS: dict[str, Callable[..., bool]] = {
    "GT": lambda value, wanted, low, high: value > wanted,
    "GTE": lambda value, wanted, low, high: value >= wanted,
    "LT": lambda value, wanted, low, high: value < wanted,
    "LTE": lambda value, wanted, low, high: value <= wanted,
    "EQ": lambda value, wanted, low, high: value == wanted,
    "NEQ": lambda value, wanted, low, high: value != wanted,
    "BETWEEN": lambda value, wanted, low, high: low <= value <= high,
    "OUTSIDE": lambda value, wanted, low, high: not low <= value <= high,
    "IS_TRUE": lambda value, wanted, low, high: value == 1,
    "IS_FALSE": lambda value, wanted, low, high: value == 0,
    "CONTAINS": lambda value, wanted, low, high: wanted in value,
    "NOT_CONTAINS": lambda value, wanted, low, high: wanted not in value,
}


class Column(NamedTuple):
    """A sensor's numbers, by time."""

    times: Sequence[int]
    values: Sequence[float]


def _column(readings: Sequence[Reading]) -> Column:
    return Column([at for at, _ in readings], [float(value) for _, value in readings])


def _windows(
    definition: RuleDefinition, start: int, readings: Sequence[Reading], now: int, others: Others
) -> list[Reading]:
    """The value of each window that ends after the start."""
    width = (definition.window_seconds or 0) * SECOND
    step = (definition.step_seconds or default_step(definition.window_seconds or 0)) * SECOND
    own, known = _column(readings), {id_: _column(found) for id_, found in others.items()}
    found = []
    for end in range((start // step + 1) * step, now + 1, step):
        value = _value(definition, own, known, end - width, end)
        if value is not None:
            found.append((end, value))
    return found


def _value(
    definition: RuleDefinition, own: Column, others: Mapping[UUID, Column], first: int, end: int
) -> float | None:
    least = definition.min_count or 1
    if definition.kind == "STUCK":
        return _window("RANGE", definition.min_count or 2, own, first, end)
    if definition.kind == "RATE_OF_CHANGE":
        return _rate(own, first, end)
    if definition.kind == "DEVIATION":
        assert definition.other is not None
        mine = _window("AVG", least, own, first, end)
        other = _window("AVG", least, _of(definition.other, own, others), first, end)
        if mine is None or other is None or (definition.relative and other == 0):
            return None
        return 100 * (mine - other) / abs(other) if definition.relative else mine - other
    if definition.kind == "EXPRESSION":
        inputs: dict[str, float] = {}
        for name, each in definition.inputs.items():
            value = _window(each.aggregate, least, _of(each, own, others), first, end)
            if value is None:
                return None
            inputs[name] = value
        return MEANINGS[definition.expression or ""](inputs)
    return _window(definition.aggregate or "", least, own, first, end)


def _of(each: RuleInput, own: Column, others: Mapping[UUID, Column]) -> Column:
    return own if each.sensor_id is None else others[each.sensor_id]


MEANINGS: dict[str, Callable[[Mapping[str, float]], float | None]] = {
    "a > 4 and b < 3": lambda row: float(row["a"] > 4 and row["b"] < 3),
    "a - b": lambda row: row["a"] - row["b"],
    "a / b": lambda row: row["a"] / row["b"] if row["b"] else None,
    "not (b > 3) or a == 0": lambda row: float(not row["b"] > 3 or row["a"] == 0),
    "if(a > b, max(a, b), -abs(a))": lambda row: (
        max(row["a"], row["b"]) if row["a"] > row["b"] else -abs(row["a"])
    ),
}
"""Expressions by chance, and what they mean."""


def _rate(own: Column, first: int, end: int) -> float | None:
    base = bisect_right(own.times, first)
    newest = own.values[bisect_left(own.times, end) - 1]
    return newest - own.values[base - 1] if base else None


def _window(function: str, least: int, column: Column, first: int, end: int) -> float | None:
    values = column.values[bisect_left(column.times, first) : bisect_left(column.times, end)]
    if function == "COUNT":
        return float(len(values))
    if function == "SUM" and least <= 1:
        return math.fsum(values)
    if len(values) < least:
        return None
    return {
        "AVG": lambda: math.fsum(values) / len(values),
        "SUM": lambda: math.fsum(values),
        "MIN": lambda: min(values),
        "MAX": lambda: max(values),
        "RANGE": lambda: max(values) - min(values),
        "LAST": lambda: values[-1],
    }[function]()


def _within(spans: Sequence[Span], clock: WallClock, start: int, now: int) -> list[Span]:
    """The parts in which the schedule is active."""
    active: list[Span] = []
    at: int = start
    while at <= now:
        edge = clock.next_edge(at)
        is_over = edge is None or edge > now
        if clock.is_active(at):
            active.append((at, None if is_over else edge))
        if is_over or edge is None:
            break
        at = edge
    parts = []
    for first, last in spans:
        for opens, closes in active:
            begins = max(first, opens)
            ends = min(math.inf if last is None else last, math.inf if closes is None else closes)
            if begins < ends:
                parts.append((begins, None if ends == math.inf else int(ends)))
    return sorted(parts, key=lambda part: part[0])


def _episodes(ons: Sequence[On], cooldown: int, now: int) -> list[AlertRecord]:
    """While any level is on; not before the cooldown is over."""

    def are_on(at: int) -> list[On]:
        return [on for on in ons if on.start <= at and (on.end is None or at < on.end)]

    found: list[AlertRecord] = []
    earliest, position = -math.inf, -math.inf
    while True:
        least = max(earliest, position)
        opens = [
            max(on.start, least)
            for on in ons
            if max(on.start, least) <= now and (on.end is None or max(on.start, least) < on.end)
        ]
        fired = {alert.fired_at for alert in found}
        instants = [on.start for on in ons if on.start == on.end >= least and on.start not in fired]
        if not opens and not instants:
            return found
        at = int(min(opens + instants))
        on = are_on(at)
        if not on:
            severity = max(each.severity for each in ons if each.start == each.end == at)
            found.append(AlertRecord(at, at, at, ((at, severity),)))
            earliest, position = at + cooldown, at
            continue
        found.append(_episode(at, on, ons, are_on, now))
        end = found[-1].ended_at
        if end is None:
            return found
        earliest, position = end + cooldown, end


def _episode(
    fired: int, on: Sequence[On], ons: Sequence[On], are_on: Callable[[int], list[On]], now: int
) -> AlertRecord:
    steps = [(fired, max(each.severity for each in on))]
    edges = {edge for each in ons for edge in (each.start, each.end) if edge is not None}
    for at in sorted(edge for edge in edges if fired < edge <= now):
        still = are_on(at)
        if not still:
            return AlertRecord(min(each.since for each in on), fired, at, tuple(steps))
        severity = max(each.severity for each in still)
        if severity != steps[-1][1]:
            steps.append((at, severity))
    return AlertRecord(min(each.since for each in on), fired, None, tuple(steps))
