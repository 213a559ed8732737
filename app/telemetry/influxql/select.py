"""SELECT: readings as they are, or buckets of them, of every series that is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import numpy as np

from app.core.timezones import timezone
from app.telemetry.aggregates.buckets import edges
from app.telemetry.aggregates.cost import BUCKETS_MAX, check_bucket_count
from app.telemetry.aggregates.filling import Fill, filled
from app.telemetry.aggregates.functions import Column
from app.telemetry.aggregates.intervals import LONGEST, Interval
from app.telemetry.aggregates.series import Answer, Grid, Wanted, answers
from app.telemetry.influxql.aggregates import Parts, aggregate_of, combined
from app.telemetry.influxql.columns import calls_of, column_of, is_transformed, name_of
from app.telemetry.influxql.conditions import FIELD, Asked, asked_of, sources_of
from app.telemetry.influxql.schemas import Cell, InfluxSeries, cut, cut_series, times_of
from app.telemetry.influxql.statements import (
    Call,
    Duration,
    InfluxError,
    Pattern,
    Ref,
    Select,
    Wildcard,
)
from db.connections.types import Connection
from db.queries import influx_series as queries
from db.queries.influx_series import AllOf, SeriesOfSensor
from db.readings.times import microseconds

SERIES_MAX = 500  # sensors of a statement
RAW_SERIES_MAX = 100
ROWS_MAX = 10_000  # readings as they are
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
Group = tuple[str, tuple[tuple[str, str], ...]]
"""Measurement and tags of a series that is answered."""


async def select(
    tx: Connection, statement: Select, now: datetime, *, epoch: str | None, readings_max: int
) -> list[InfluxSeries]:
    """Raises InfluxError; Unprocessable where that would be too much."""
    asked = asked_of(statement.where, now)
    is_raw = all(_is_value(field.expression) for field in statement.fields)
    at_most = RAW_SERIES_MAX if is_raw else SERIES_MAX
    condition = AllOf([sources_of(statement.sources), asked.series])
    found = await queries.series_of(tx, condition, at_most=at_most + 1)
    if len(found) > at_most:
        raise InfluxError(
            f"that is of more than {at_most} sensors; narrow it by a measurement or by tags"
        )
    groups = _grouped(statement, found)
    if is_raw:
        series = await _raw(tx, statement, asked, groups, now, epoch)
    else:
        grid = _grid(statement, asked, now)
        series = await _buckets(tx, statement, groups, grid, now, epoch, readings_max)
    return cut_series([cut(each, statement.bounds) for each in series], statement.bounds)


def _is_value(expression: object) -> bool:
    return isinstance(expression, Wildcard | Ref)


def _grouped(statement: Select, found: Sequence[SeriesOfSensor]) -> dict[Group, list[Any]]:
    groups: dict[Group, list[Any]] = defaultdict(list)
    for each in found:
        tags = tuple((tag, each.tags.get(tag, "")) for tag in _tags(statement, each))
        groups[each.measurement, tags].append(each)
    return groups


def _tags(statement: Select, series: SeriesOfSensor) -> list[str]:
    """Those that series are told apart by."""
    names: list[str] = []
    for each in statement.dimensions:
        match each:
            case Ref(name):
                names.append(name)
            case Wildcard():
                names += sorted(series.tags)
            case Call("time", _):
                pass
            case Pattern():
                raise InfluxError("GROUP BY takes time(), tags by name, and *")
            case Call(name, _):
                raise InfluxError(f"GROUP BY {name}() isn't supported")
    return list(dict.fromkeys(names))


# Readings as they are


async def _raw(
    tx: Connection,
    statement: Select,
    asked: Asked,
    groups: Mapping[Group, Sequence[SeriesOfSensor]],
    now: datetime,
    epoch: str | None,
) -> list[InfluxSeries]:
    if any(isinstance(each, Call) for each in statement.dimensions):
        raise InfluxError('GROUP BY time() needs a function, as in mean("value")')
    sensors = {each.sensor_id: each for group in groups.values() for each in group}
    wanted = (statement.bounds.limit or ROWS_MAX) + statement.bounds.offset
    rows = await queries.readings_of(
        tx,
        list(sensors),
        asked.start or now - LONGEST,
        asked.end or now + _DAY,
        of_each=min(wanted, ROWS_MAX + 1),
        at_most=ROWS_MAX + 1,
        descending=statement.is_descending,
    )
    if len(rows) > ROWS_MAX:
        raise InfluxError(f"that is more than {ROWS_MAX} readings; ask for less time, or a LIMIT")
    of_sensor = {each.sensor_id: key for key, group in groups.items() for each in group}
    by_group: dict[Group, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        by_group[of_sensor[row["sensor_id"]]].append(row)
    return [
        _raw_series(statement, group, by_group[group], sensors, epoch)
        for group in groups
        if by_group[group]
    ]


def _raw_series(
    statement: Select,
    group: Group,
    rows: Sequence[asyncpg.Record],
    sensors: Mapping[Any, SeriesOfSensor],
    epoch: str | None,
) -> InfluxSeries:
    grouped_by = dict(group[1])
    own = {tag for row in rows for tag in sensors[row["sensor_id"]].tags} - grouped_by.keys()
    names: list[tuple[str, str]] = []  # the column's, and what stands in it
    for field in statement.fields:
        if isinstance(field.expression, Wildcard):
            names += [(name, name) for name in sorted([*own, FIELD])]
        elif isinstance(field.expression, Ref) and field.expression.name.lower() != "time":
            names.append((field.alias or field.expression.name, field.expression.name))
    times = times_of([microseconds(row["ts"]) for row in rows], epoch)
    values = [
        [at, *(_cell(row, sensors, what) for _, what in names)]
        for at, row in zip(times, rows, strict=True)
    ]
    return InfluxSeries(group[0], ["time", *(name for name, _ in names)], values, grouped_by)


def _cell(row: asyncpg.Record, sensors: Mapping[Any, SeriesOfSensor], what: str) -> Cell:
    if what != FIELD:
        return sensors[row["sensor_id"]].tags.get(what)
    kinds = ("value_double", "value_bigint", "value_bool", "value_text")
    return next((row[kind] for kind in kinds if row[kind] is not None), None)


# Buckets


def _grid(statement: Select, asked: Asked, now: datetime) -> Grid:
    """Raises InfluxError, Unprocessable."""
    widths = [each for each in statement.dimensions if isinstance(each, Call)]
    end = asked.end or now
    if not widths:
        start = asked.start or end - LONGEST
        if start >= end:
            raise InfluxError("the range of time is empty")
        minutes = -((start - end) // _MINUTE)
        width = Interval(f"PT{minutes}M", length=minutes * _MINUTE)
        return _Whole(width, "UTC", start, end, [start, end])
    match [each.arguments for each in widths]:
        case [[Duration(value)]] if value > timedelta():
            width = _interval(value)
        case _:
            raise InfluxError("GROUP BY time() takes one duration, as in time(1m)")
    if asked.start is None:
        raise InfluxError("GROUP BY time() needs a beginning: time >= …")
    if asked.start >= end:
        raise InfluxError("the range of time is empty")
    zone: ZoneInfo = timezone(statement.zone)
    found = edges(width, zone, asked.start, end, most=BUCKETS_MAX)
    check_bucket_count([len(found) - 1], asked.start, end)
    return Grid(width, zone.key, asked.start, end, found)


class _Whole(Grid):
    """One bucket, cut by nothing but its range."""

    @property
    def step(self) -> None:
        return None


def _interval(width: timedelta) -> Interval:
    """Whole days are the calendar's."""
    if width % _DAY == timedelta():
        return Interval(f"P{width.days}D", days=width.days)
    return Interval(f"PT{width.total_seconds():.6f}S", length=width)


async def _buckets(
    tx: Connection,
    statement: Select,
    groups: Mapping[Group, Sequence[SeriesOfSensor]],
    grid: Grid,
    now: datetime,
    epoch: str | None,
    readings_max: int,
) -> list[InfluxSeries]:
    calls = [call for field in statement.fields for call in calls_of(field.expression)]
    if not calls:
        raise InfluxError("a statement needs a value or a function of it")
    for call in calls:
        if not call.arguments or call.arguments[0] not in (Ref(FIELD), Wildcard()):
            raise InfluxError(f'the only field is "{FIELD}": {call.name}("{FIELD}")')
    needs = tuple(dict.fromkeys(need for call in calls for need in aggregate_of(call).needs))
    sensors = [each for group in groups.values() for each in group if each.value_type != "TEXT"]
    check_bucket_count([len(grid)] * len(sensors) or [0], grid.start, grid.end)
    wanted = [Wanted(each.sensor_id, needs or ("sum",), grid, Fill.NONE) for each in sensors]
    found = await answers(tx, wanted, now=now, readings_max=readings_max)
    parts = {each.sensor_id: _part(of, grid) for each, of in zip(sensors, found, strict=True)}
    series = []
    for group, members in groups.items():
        of_group = [parts[each.sensor_id] for each in members if each.sensor_id in parts]
        if any(part["count"].any() for part in of_group):
            series.append(_series(statement, group, of_group, grid, now, epoch))
    return series


def _part(answer: Answer, grid: Grid) -> dict[str, Column]:
    """The answer's columns over all buckets."""
    counts = np.zeros(len(grid))
    counts[answer.places] = answer.counts
    part = {"count": counts}
    for name, values in answer.values.items():
        part[name] = np.full(len(grid), np.nan)
        part[name][answer.places] = values
    return part


def _series(
    statement: Select, group: Group, parts: Parts, grid: Grid, now: datetime, epoch: str | None
) -> InfluxSeries:
    starts = np.array([edge.timestamp() for edge in grid.edges[:-1]])
    columns = [
        column_of(field.expression, lambda call: combined(call, parts), starts)
        for field in statement.fields
    ]
    keeps_empty = statement.fill != "none" and not any(
        is_transformed(field.expression) for field in statement.fields
    )
    if keeps_empty:
        columns = [_filled(each, statement, starts, now) for each in columns]
        rows = list(range(len(grid)))
    else:
        is_there = ~np.isnan(np.array(columns)).all(axis=0)
        if all(_counts(field.expression) for field in statement.fields):
            is_there &= np.array([part["count"] for part in parts]).sum(axis=0) > 0
        rows = np.flatnonzero(is_there).tolist()
    times = times_of([microseconds(grid.edges[row]) for row in rows], epoch)
    values: list[list[Cell]] = [
        [at, *(_number(column[row]) for column in columns)]
        for at, row in zip(times, rows, strict=True)
    ]
    if statement.is_descending:
        values.reverse()
    names = ["time", *_names(statement)]
    return InfluxSeries(group[0], names, values, dict(group[1]))


def _counts(expression: object) -> bool:
    return isinstance(expression, Call) and expression.name == "count"


def _filled(column: Column, statement: Select, starts: Column, now: datetime) -> Column:
    if isinstance(statement.fill, float):
        return np.where(np.isnan(column), statement.fill, column)
    if statement.fill in ("previous", "linear"):
        return filled(Fill(statement.fill), column, starts, now=now.timestamp())
    return column


def _number(value: float) -> Cell:
    if np.isnan(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else float(value)


def _names(statement: Select) -> Iterator[str]:
    """Those that come twice are numbered, as InfluxDB does."""
    known: dict[str, int] = {}
    for field in statement.fields:
        name = field.alias or name_of(field.expression)
        number = known[name] = known.get(name, -1) + 1
        yield f"{name}_{number}" if number else name
