"""What was read of each day, and the days that a run computes.

A day's figures come from its rollup: how many readings, of what, from when until when. Where they
are not what they were when the day was last computed, something came late or was deleted. The sum
and the spread are compared with a tolerance: their last digits depend on how they came about.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from db.connections.sessions import Database
from db.queries.job_definitions import AnalysedSensor, DayRow
from db.readings.buckets import Buckets, partials
from db.readings.times import moment_of
from workers.analytics.sources import DAY

Fingerprint = list[float]
COLUMNS = ("count", "sum", "m2", "min", "max", "first_at", "last_at")
TOLERANCE = 1e-9
_NEVER = date(1970, 1, 1)


@dataclass
class DayFigures:
    """Of a sensor and the one beside it."""

    readings: int = 0
    fingerprint: Fingerprint = field(default_factory=list)


def date_of(at: int) -> date:
    return _NEVER + timedelta(days=at // DAY)


def start_of(day: date) -> int:
    return (day - _NEVER).days * DAY


async def figures_of(
    database: Database,
    org_id: UUID,
    sensors: Sequence[AnalysedSensor],
    start: int,
    end: int,
) -> dict[tuple[UUID, date], DayFigures]:
    """By sensor and day, of the days in [start, end) that have readings, of either of the two."""
    ids = {sensor.id for sensor in sensors} | {
        sensor.other_id for sensor in sensors if sensor.other_id is not None
    }
    question = Buckets(sorted(ids), [moment_of(start), moment_of(end)], timedelta(days=1))
    async with database.reading_transaction(org_id) as connection:
        found = await partials(connection, [question], COLUMNS)
    found_of: dict[UUID, dict[date, tuple[int, Fingerprint]]] = {}
    for (_, sensor_id), held in found.items():
        columns = [held.columns[name].tolist() for name in COLUMNS]
        rows = zip(held.at.tolist(), held.counts.tolist(), *columns, strict=True)
        found_of[sensor_id] = {
            date_of(at): (count, [float(count), *figures]) for at, count, *figures in rows
        }
    return {
        (sensor.id, day): _together(found_of, sensor, day)
        for sensor in sensors
        for day in {*found_of.get(sensor.id, {}), *found_of.get(sensor.other_id or sensor.id, {})}
    }


def _together(
    found: dict[UUID, dict[date, tuple[int, Fingerprint]]], sensor: AnalysedSensor, day: date
) -> DayFigures:
    figures = DayFigures()
    for id_ in (sensor.id, sensor.other_id):
        if id_ is not None:
            count, fingerprint = found.get(id_, {}).get(day, (0, [0.0] * (1 + len(COLUMNS))))
            figures.readings += count
            figures.fingerprint += fingerprint
    return figures


def is_same(one: Fingerprint, other: Fingerprint) -> bool:
    size = 1 + len(COLUMNS)
    return len(one) == len(other) and all(
        _is_same_day(one[at : at + size], other[at : at + size]) for at in range(0, len(one), size)
    )


def _is_same_day(one: Fingerprint, other: Fingerprint) -> bool:
    count_all, count, sum_, m2, least, most, *times = one
    other_all, other_count, other_sum, other_m2, *rest = other
    if [count_all, count, *map(str, (least, most, *times))] != [
        other_all,
        other_count,
        *map(str, rest),
    ]:
        return False
    largest = max(abs(least), abs(most)) if count else 0.0
    near = TOLERANCE * count * largest
    return not (abs(sum_ - other_sum) > near or abs(m2 - other_m2) > near * largest)


@dataclass
class DayPlan:
    """What of a sensor is to be computed: `stretches` of days, [start, end) in microseconds; what
    is to be written down then; in words why."""

    stretches: list[tuple[int, int]]
    rows: list[DayRow]
    because: list[str]


def plan(
    sensor: AnalysedSensor,
    before: dict[date, DayRow],
    now: dict[date, DayFigures],
    run_id: UUID,
    *,
    days: Collection[date],
    days_after: int,
    end: int,
) -> DayPlan:
    """`days` are computed in any case; besides, those that depend on one of which something else
    was read than before, up to `end`."""
    changed = [
        day
        for day in sorted({*before, *now})
        if day not in before
        or not is_same(before[day].fingerprint, now.get(day, DayFigures()).fingerprint)
    ]
    computed = {*days, *(each for day in changed for each in _from(day, days_after, end))}
    return DayPlan(
        _stretches(computed, end),
        [_row(sensor, day, run_id, now.get(day, DayFigures())) for day in changed],
        [
            f"{sensor.name} ({str(sensor.id)[:8]}…) on {day}: {before[day].readings:,} readings "
            f"became {now.get(day, DayFigures()).readings:,}"
            for day in changed
            if day in before and day not in days
        ],
    )


def _row(sensor: AnalysedSensor, day: date, run_id: UUID, figures: DayFigures) -> DayRow:
    return DayRow(sensor.id, day, run_id, figures.readings, figures.fingerprint)


def _from(day: date, days_after: int, end: int) -> list[date]:
    """The day, and those after it for which its readings matter."""
    days = [day + timedelta(days=number) for number in range(days_after + 1)]
    return [each for each in days if start_of(each) < end]


def _stretches(days: Collection[date], end: int) -> list[tuple[int, int]]:
    """Days without a gap between them go together."""
    found: list[tuple[int, int]] = []
    for day in sorted(days):
        start = start_of(day)
        if found and found[-1][1] >= start:
            found[-1] = found[-1][0], min(start + DAY, end)
        else:
            found.append((start, min(start + DAY, end)))
    return [(start, stop) for start, stop in found if start < stop]


def now_in_microseconds() -> int:
    return int(datetime.now(UTC).timestamp() * 1e6)
