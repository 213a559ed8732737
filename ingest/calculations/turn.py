"""Some calculations worked on together: from the moments that are to be calculated to what is
written of them."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

import numpy as np

from db.connections.types import Connection, Pool
from db.queries import alerting, calculations
from db.queries.alerting import SensorRef
from db.queries.calculations import (
    CalculationSpan,
    DueCalculation,
    InputRow,
    LateEntry,
    NewLate,
    StandRow,
)
from db.readings import store as writing
from db.readings.columns import Floats, Integers, ValueType
from db.readings.times import microseconds, moment_of
from ingest.alerting.series import ValueSeries
from ingest.alerting.watching import ALL_READINGS, series_of
from ingest.calculations.definition import SECOND, CalculationDefinition
from ingest.calculations.points import CalculatedPoints, calculate, moments
from ingest.calculations.spans import READINGS_MAX, WantedMoments, read_members
from ingest.pipeline.compare import StoredReadings
from ingest.pipeline.directory import NO_READING, Sensor
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import sort_by_key
from ingest.pipeline.store import store_in
from ingest.pipeline.values import ValueColumns

GRACE = 5 * SECOND
"""How long a moment waits for inputs that have not been heard of since."""
POINTS_AT_ONCE = 1_000
MEMBER_POINTS_AT_ONCE = 20_000
"""Moments of a calculation's turn, counted once for each sensor."""
TOO_MANY = f"a sensor has more than {READINGS_MAX:,} readings in a step"


@dataclass(frozen=True, slots=True)
class CalculationTask:
    """A calculation, with what is late of it, and up to when time lets it be calculated."""

    due: DueCalculation
    definition: CalculationDefinition
    inputs: Sequence[InputRow]
    to: int
    late: Sequence[LateEntry] = ()

    @property
    def start(self) -> int:
        """After it moments have values: those whose readings are kept."""
        kept = microseconds(self.due.kept_from) + self.definition.reach
        return max(self.definition.closed(microseconds(self.due.from_at)), kept)

    @property
    def calculated_to(self) -> int:
        return microseconds(self.due.calculated_to)

    @property
    def points_at_once(self) -> int:
        return max(1, min(POINTS_AT_ONCE, MEMBER_POINTS_AT_ONCE // max(1, len(self.inputs))))

    @property
    def fresh_to(self) -> int:
        """The end of what is calculated in this turn, beside what is late."""
        after = max(self.calculated_to, self.start)
        return min(
            self.to, self.definition.closed(after) + self.points_at_once * self.definition.step
        )


@dataclass(slots=True)
class CalculatedRange:
    """The moments in (after, to], calculated."""

    after: int
    to: int
    points: CalculatedPoints


@dataclass(slots=True)
class CalculationResult:
    task: CalculationTask
    ranges: list[CalculatedRange] = field(default_factory=list)
    left: list[tuple[int, int]] = field(default_factory=list)
    """Moments that are late, and were not calculated in this turn."""
    calculated_to: int = 0


def planned(task: CalculationTask) -> list[tuple[int, int]]:
    """Ranges (after, to] of moments, in order: what late readings may have changed, and what is
    new."""
    reach = task.definition.reach
    late = [
        (
            max(microseconds(each.from_at) - 1, task.start),
            min(microseconds(each.to_at) + reach, task.calculated_to),
        )
        for each in task.late
    ]
    fresh = max(task.calculated_to, task.start), task.fresh_to
    return _merged(
        [each for each in (*late, fresh) if len(moments(task.definition, each[0], each[1]))]
    )


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for after, to in sorted(ranges):
        if found and after <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], to)
        else:
            found.append((after, to))
    return found


async def calculated(pool: Pool, tasks: Sequence[CalculationTask]) -> list[CalculationResult]:
    """Of each task as much as a turn may take; first what is late."""
    results = [CalculationResult(task, calculated_to=task.calculated_to) for task in tasks]
    small: list[tuple[CalculationResult, int, int]] = []
    for result in results:
        ranges = planned(result.task)
        left = result.task.points_at_once
        for after, to in ranges:
            end = min(to, result.task.definition.closed(after) + left * result.task.definition.step)
            if end > after and left > 0:
                small.append((result, after, end))
                left -= len(moments(result.task.definition, after, end))
            if end < to:
                result.left.append((max(after, end), to))
    for group in _groups(small):
        await _calculate(pool, group)
    for result in results:
        _close(result)
    return results


def _close(result: CalculationResult) -> None:
    """What is new counts as far as it was calculated without a hole; what is left of it is new the
    next time."""
    task, known = result.task, result.task.calculated_to
    for each in sorted(result.ranges, key=lambda each: each.after):
        if each.after <= max(known, task.start) and each.to > known:
            known = each.to
    result.calculated_to = max(known, min(task.start, task.to))
    result.left = [
        (after, min(to, task.calculated_to))
        for after, to in result.left
        if after < task.calculated_to
    ]


_Wanted = tuple[CalculationResult, int, int]


def _groups(wanted: Sequence[_Wanted]) -> list[list[_Wanted]]:
    """So that what is read together is bounded."""
    groups: list[list[_Wanted]] = []
    cost = MEMBER_POINTS_AT_ONCE
    for each in wanted:
        result, after, to = each
        steps = (to - after) // result.task.definition.step + 1
        own = steps * max(1, len(result.task.inputs))
        if cost + own > MEMBER_POINTS_AT_ONCE // 10:
            groups.append([])
            cost = 0
        groups[-1].append(each)
        cost += own
    return groups


async def _calculate(pool: Pool, group: Sequence[_Wanted]) -> None:
    wanted = [_moments(result.task, after, to) for result, after, to in group]
    found = await read_members(pool, wanted)
    for each, asked, members in zip(group, wanted, found, strict=True):
        result, after, to = each
        if members is not None:
            points = calculate(asked.definition, members, asked.at)
            result.ranges.append(CalculatedRange(after, to, points))
        elif len(asked.at) == 1:
            gap = CalculatedPoints(asked.at, np.full(1, np.nan), TOO_MANY)
            result.ranges.append(CalculatedRange(after, to, gap))
        else:
            middle = int(asked.at[len(asked.at) // 2 - 1])
            await _calculate(pool, [(result, after, middle)])
            await _calculate(pool, [(result, middle, to)])


def _moments(task: CalculationTask, after: int, to: int) -> WantedMoments:
    wanted = WantedMoments(task.definition, task.inputs, moments(task.definition, after, to))
    return replace(wanted, inputs=[row for row in task.inputs if wanted.is_used(row)])


# ---- what differs is written ---------------------------------------------------------------------


async def write(
    pool: Pool, results: Sequence[CalculationResult], now: int, closed_days: Set[tuple[UUID, date]]
) -> StoredReadings | None:
    """In one transaction; what was stored, for whom it concerns, and None where all was as it is.
    Values of closed days are gaps: their organizations may open no more days."""
    async with writing.transaction(pool) as connection:
        standing = await _standing(connection, results)
        refs = [result.task.due.sensor for result in standing]
        await alerting.lock_sensors(connection, refs)
        changes = await _changes(connection, standing, closed_days)
        stored = await _store(connection, changes)
        await _stand(connection, standing, now)
    return stored


async def _standing(
    connection: Connection, results: Sequence[CalculationResult]
) -> list[CalculationResult]:
    """Those that nobody else has worked on since they were read; what was late of them is done."""
    dues = [result.task.due for result in results]
    locked = await calculations.lock(connection, [due.sensor for due in dues])
    mine = [
        result
        for result, due in zip(results, dues, strict=True)
        if locked.get(due.sensor) == (due.version, due.calculated_to)
    ]
    entries = [entry.id for result in mine for entry in result.task.late]
    taken = await calculations.take_late(connection, entries)
    others = [result for result in mine if not {entry.id for entry in result.task.late} <= taken]
    # What somebody else has taken of them was calculated by them; the rest is late again.
    await _note_again(
        connection,
        [
            NewLate(*entry[1:])
            for result in others
            for entry in result.task.late
            if entry.id in taken
        ],
    )
    return [result for result in mine if result not in others]


async def _note_again(connection: Connection, late: Sequence[NewLate]) -> None:
    if late:
        await calculations.add_late(connection, late)


@dataclass(slots=True)
class ValueChange:
    """Of one calculated sensor: the times of values that go, and values that come."""

    due: DueCalculation
    gone: Integers
    at: Integers
    values: Floats


async def _changes(
    connection: Connection,
    results: Sequence[CalculationResult],
    closed_days: Set[tuple[UUID, date]],
) -> list[ValueChange]:
    ranges = [(result.task.due, each) for result in results for each in result.ranges]
    spans = [
        CalculationSpan(
            *due.sensor,
            moment_of(each.after + 1),
            moment_of(each.after + 1),
            moment_of(each.to),
            ALL_READINGS,
        )
        for due, each in ranges
    ]
    found = await calculations.read_spans(connection, spans)
    changes = [
        _difference(due, each.points, series_of(packed), closed_days)
        for (due, each), packed in zip(ranges, found, strict=True)
    ]
    return [change for change in changes if len(change.gone) or len(change.at)]


def _difference(
    due: DueCalculation,
    points: CalculatedPoints,
    stored: ValueSeries,
    closed_days: Set[tuple[UUID, date]],
) -> ValueChange:
    wanted = ~np.isnan(points.values)
    if closed_days:
        wanted &= np.array([(due.org_id, date_of(at)) not in closed_days for at in points.at], bool)
    at, values = points.at[wanted], points.values[wanted]
    place = np.searchsorted(at, stored.at)
    inside = np.minimum(place, max(len(at) - 1, 0))
    is_kept = np.zeros(len(stored), bool)
    if len(at):
        is_kept = (at[inside] == stored.at) & (values[inside] == stored.number)
    is_new = np.ones(len(at), bool)
    is_new[inside[is_kept]] = False
    return ValueChange(due, stored.at[~is_kept], at[is_new], values[is_new])


def date_of(at: int) -> date:
    return moment_of(at).date()


async def _store(connection: Connection, changes: Sequence[ValueChange]) -> StoredReadings | None:
    gone: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for change in changes:
        values = [(change.due.sensor_id, moment_of(at)) for at in change.gone.tolist()]
        if values:
            gone.setdefault(change.due.org_id, []).extend(values)
    for org_id in sorted(gone):
        await calculations.delete_values(connection, org_id, gone[org_id])
    come = [change for change in changes if len(change.at)]
    if not come:
        return None
    refs = sorted({change.due.sensor for change in come})
    latest = await alerting.lock_sensors(connection, refs)
    newest = {ref: microseconds(row.at) for ref, row in latest.items()}
    readings = sort_by_key(_rows(come, newest))
    outcome = await store_in(connection, readings, is_trusted=True)
    return outcome.stored


def _rows(changes: Sequence[ValueChange], newest: dict[SensorRef, int]) -> Rows[Sensor]:
    sensors = {
        change.due.sensor: Sensor(
            change.due.sensor_id,
            change.due.org_id,
            change.due.device_id,
            change.due.key,
            "DOUBLE",
            is_widenable=False,
            newest=newest.get(change.due.sensor, NO_READING),
        )
        for change in changes
    }
    number = {ref: place for place, ref in enumerate(sensors)}
    values = np.concatenate([change.values for change in changes])
    rows = Rows.of(
        list(sensors.values()),
        np.concatenate(
            [np.full(len(change.at), number[change.due.sensor], np.intp) for change in changes]
        ),
        np.concatenate([change.at for change in changes]),
        values=ValueColumns.of(values),
    )
    zeros = np.zeros(len(values), np.intp)
    type_ = np.full(len(values), ValueType.DOUBLE, np.uint8)
    return replace(rows, type=type_, message=zeros, index=zeros)


async def _stand(connection: Connection, results: Sequence[CalculationResult], now: int) -> None:
    left = [
        NewLate(*result.task.due.sensor, moment_of(after + 1), _last_reading(result, after, to))
        for result in results
        for after, to in result.left
    ]
    await _note_again(connection, left)
    if results:
        await calculations.stand(connection, [_row(result, now) for result in results])


def _last_reading(result: CalculationResult, after: int, to: int) -> datetime:
    """So that the moments that it reaches are these."""
    return moment_of(max(after + 1, to - result.task.definition.reach))


def _row(result: CalculationResult, now: int) -> StandRow:
    task, to = result.task, result.calculated_to
    newest = next((each for each in result.ranges if len(each.points.at) and each.to >= to), None)
    is_gap = newest is not None and newest.points.reason is not None
    return StandRow(
        *task.due.sensor,
        calculated_to=moment_of(to),
        due_at=moment_of(due_at(task, to, now)),
        is_newest=newest is not None,
        gap_at=moment_of(int(newest.points.at[-1])) if newest is not None and is_gap else None,
        gap_reason=newest.points.reason if newest is not None else None,
    )


def due_at(task: CalculationTask, calculated_to: int, now: int) -> int:
    """When there is something to do again."""
    following = task.definition.closed(calculated_to) + task.definition.step
    if following <= task.to:
        return now
    return following + (SECOND if following > now else GRACE)
