"""What is due: moments that have come and of whose inputs all have been heard, or that have had
their time; readings that came late; a history that is not filled yet, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
import structlog

from db.connections.types import Pool
from db.queries import calculations
from db.queries.alerting import SensorRef
from db.queries.calculations import DueCalculation, InputRow, LateEntry, WatchRow
from db.queries.quotas import open_days
from db.readings.partitions import ensure_partitions
from db.readings.times import DAY_MICROSECONDS, EPOCH, microseconds, moment_of
from ingest.alerting.each import for_all_or_each
from ingest.calculations.definition import decode_definition
from ingest.calculations.turn import (
    GRACE,
    CalculationResult,
    CalculationTask,
    calculated,
    due_at,
    planned,
    write,
)
from ingest.pipeline.compare import StoredReadings
from ingest.pipeline.run import notify

log = structlog.get_logger()

CALCULATIONS_AT_ONCE = 500
WAIT_AFTER_FAILURE = timedelta(minutes=1)
FAILED = "it can't be calculated at the moment, and is tried again"


@dataclass
class CalculationClock:
    """`subscribers` are told of what was stored, after its commit, as those of the pipeline."""

    pool: Pool
    subscribers: Sequence[Callable[[StoredReadings], None]] = ()
    days: set[date] = field(default_factory=set)
    """The days that are known to have a partition."""

    async def tick(self, now: datetime, *, at_most: int = CALCULATIONS_AT_ONCE) -> int:
        """Calculate what is due; how many there were with something to do: call again while there
        are some."""
        due = await calculations.due(self.pool, now, at_most=at_most)
        gone = [each.sensor for each in due if each.is_gone]
        if gone:
            await calculations.forget(self.pool, gone)
        by_sensor = {each.sensor: each for each in due if not each.is_gone}
        worked = 0

        async def work(some: Sequence[SensorRef]) -> None:
            nonlocal worked
            worked += await self._work([by_sensor[sensor] for sensor in some], microseconds(now))

        async def wait(sensor: SensorRef) -> None:
            until = now + WAIT_AFTER_FAILURE
            await calculations.postpone(self.pool, sensor, until, FAILED)

        await for_all_or_each(sorted(by_sensor), work, wait)
        return worked

    async def _work(self, due: Sequence[DueCalculation], now: int) -> int:
        tasks = await self._tasks(due, now)
        busy = [task for task in tasks if task.late or planned(task)]
        idle = [
            (*task.due.sensor, moment_of(due_at(task, task.calculated_to, now)))
            for task in tasks
            if not task.late and not planned(task)
        ]
        await calculations.wait(self.pool, idle)
        if busy:
            results = await calculated(self.pool, busy)
            closed = await self._closed_days(results)
            stored = await write(self.pool, results, now, closed)
            if stored is not None:
                notify(self.subscribers, stored)
        return len(busy)

    async def _tasks(self, due: Sequence[DueCalculation], now: int) -> list[CalculationTask]:
        """What comes of their inputs from now on behind what will be calculated is noted before it
        is listed what did."""
        refs = [each.sensor for each in due]
        inputs = await calculations.inputs(self.pool, refs)
        tasks = [_task(each, inputs[each.sensor], now) for each in due]
        watched, seen = _unwatched(tasks)
        await calculations.watch(self.pool, watched)
        await calculations.see(self.pool, seen)
        late: Mapping[SensorRef, list[LateEntry]] = await calculations.late_entries(self.pool, refs)
        return [replace(task, late=late[task.due.sensor]) for task in tasks]

    async def _closed_days(self, results: Sequence[CalculationResult]) -> set[tuple[UUID, date]]:
        """Make the partitions of what is to be stored; the days that may have none."""
        wanted: dict[UUID, set[date]] = {}
        for result in results:
            for each in result.ranges:
                has = each.points.at[~np.isnan(each.points.values)]
                days = {_date(number) for number in np.unique(has // DAY_MICROSECONDS).tolist()}
                if days - self.days:
                    wanted.setdefault(result.task.due.org_id, set()).update(days - self.days)
        if not wanted:
            return set()
        opened = await open_days(self.pool, wanted)
        days = {day for of_one in opened.values() for day in of_one}
        await ensure_partitions(self.pool, days)
        self.days |= days
        return {(org_id, day) for org_id, of_one in wanted.items() for day in of_one - days}


def _date(number: int) -> date:
    return EPOCH.date() + timedelta(days=number)


def _task(due: DueCalculation, inputs: Sequence[InputRow], now: int) -> CalculationTask:
    definition = decode_definition(due.definition)
    heard = _heard(inputs, set(definition.inputs), now)
    return CalculationTask(due, definition, inputs, definition.closed(max(heard, now - GRACE)))


def _heard(inputs: Sequence[InputRow], names: set[str], now: int) -> int:
    """Up to when all that is calculated of now has been heard of."""
    present = [each for each in inputs if microseconds(each.to_at) > now]
    if {each.name for each in present} != names:
        return 0
    newest = [0 if each.at is None else microseconds(each.at) for each in present]
    return min(now, *newest)


def _unwatched(tasks: Sequence[CalculationTask]) -> tuple[list[WatchRow], list[InputRow]]:
    """What is to be watched, and up to when it is settled; and those of which that is new."""
    settled: dict[SensorRef, int] = {}
    seen: list[InputRow] = []
    for task in tasks:
        for each in task.inputs:
            if each.at is None:
                continue
            if not each.is_watched:
                seen.append(each)
            if not each.is_watched or microseconds(each.at) < task.fresh_to:
                ref = each.org_id, each.input_id
                settled[ref] = max(settled.get(ref, 0), task.fresh_to)
    return [WatchRow(*ref, moment_of(at)) for ref, at in sorted(settled.items())], seen
