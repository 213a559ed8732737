"""The job that makes a run. It may begin anew at any moment: what it has written already it finds
again, and leaves as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import record_event
from app.core.job_functions import FunctionParameters, JobFunction, parameters_of
from app.core.target_reference import TargetReference
from app.core.targets import read_target
from app.journal.job_definitions.schemas import OtherSeries
from app.journal.job_runs.service import SETTLE
from db.connections.sessions import SessionReader
from db.models import JobDefinition, JobRun, Organization
from db.queries.events import PLATFORM
from db.queries.job_definitions import (
    NUMERIC,
    AnalysedSensor,
    DayRow,
    OtherPlace,
    analysed_sensors,
    forget_inputs,
    inputs_of,
    write_inputs,
)
from db.queries.job_findings import FindingPlace, FindingRow, standing
from db.readings.times import microseconds, moment_of
from workers.analytics.days import DayPlan, date_of, figures_of, plan
from workers.analytics.finders import Decided, Finder, Pair, finder_of
from workers.analytics.findings import Difference, difference, last_end, write
from workers.analytics.sources import DAY, SensorSource, day_of
from workers.queue.job import JobAttempt, JobFailed, JobType, LeaseLost

LATE_DAYS = 30
"""So far back it is seen what came late."""
SENSORS_MAX = 10_000
SENSORS_AT_ONCE = 100
FINDINGS_MAX = 100_000
BECAUSE_MAX = 100
RUNS_KEPT = 1_000
"""Of a definition."""


@dataclass
class _Run:
    """What is computed. Times are in microseconds: days from `start` on, up to `bound`; those of
    `days` in any case."""

    id: UUID
    definition: JobDefinition
    is_asked: bool
    start: int
    bound: int
    days: list[date]
    parameters: FunctionParameters
    findings: int = 0
    changed: int = 0
    because: list[str] = field(default_factory=list)
    unsaid: int = 0

    def tell(self, reasons: Sequence[str]) -> None:
        room = max(BECAUSE_MAX - len(self.because), 0)
        self.because += reasons[:room]
        self.unsaid += len(reasons[room:])

    @property
    def reasons(self) -> list[str]:
        return self.because + ([f"and {self.unsaid:,} more days"] if self.unsaid else [])


class _Outcome(NamedTuple):
    """Of a sensor."""

    place: FindingPlace
    rows: list[DayRow]
    differences: list[Difference]


async def run_definition(job: JobAttempt) -> None:
    """Raises JobFailed where there are too many sensors or findings."""
    run = await _begin(job)
    if run is None:  # ended with its definition
        return
    sensors = await _sensors(job, run)
    for first in range(0, len(sensors), SENSORS_AT_ONCE):
        page = sensors[first : first + SENSORS_AT_ONCE]
        outcomes = await _computed(job, run, page)
        async with _writing(job, run) as tx:
            await _write(tx, run, outcomes)
            await _save(tx, run, progress=round((first + len(page)) / len(sensors), 4))
    await _end(job, run)


async def _begin(job: JobAttempt) -> _Run | None:
    run_id = UUID(job.payload["runId"])
    async with job.transaction() as tx:
        row = await tx.get(JobRun, (job.org_id, run_id))
        if row is None or row.status != "RUNNING":
            return None
        definition = await tx.get_one(JobDefinition, (job.org_id, row.definition_id))
        bound = microseconds(datetime.now(UTC) - SETTLE)
        oldest = await _oldest(tx, job, bound)
        late = max(oldest, day_of(bound) - LATE_DAYS * DAY)
        if row.is_asked:
            assert row.from_at is not None  # noqa: S101 - whoever asks says from when
            assert row.to_at is not None  # noqa: S101 - and until when
            start = max(oldest, day_of(microseconds(row.from_at)))
            first, end = start, min(microseconds(row.to_at), bound)
        else:
            start, end = late, bound
            settled = definition.settled_to
            first = end if settled is None else max(late, day_of(microseconds(settled)))
            row.from_at, row.to_at = moment_of(start), moment_of(bound)
        days = [date_of(at) for at in range(first, end, DAY)]
        function: JobFunction = msgspec.convert(definition.function, JobFunction)
        parameters = parameters_of(function, definition.parameters)
        return _Run(run_id, definition, row.is_asked, start, bound, days, parameters)


async def _oldest(tx: AsyncSession, job: JobAttempt, bound: int) -> int:
    """The first day of which all readings are kept: what is deleted by its age was found, and
    stays."""
    days = job.context.settings.retention.readings_days
    own = await tx.scalar(select(Organization.retention_days).where(Organization.id == job.org_id))
    return day_of(bound) - (min(days, own or days) - 1) * DAY


async def _sensors(job: JobAttempt, run: _Run) -> list[AnalysedSensor]:
    definition = run.definition
    other = None
    if run.parameters.takes_other:
        said = definition.other or {}
        other = OtherPlace(*msgspec.structs.astuple(msgspec.convert(said, OtherSeries)))
    target = read_target(msgspec.convert(definition.target, TargetReference))
    types = (*NUMERIC, "BOOLEAN", "TEXT") if definition.function == "DATA_GAP" else NUMERIC
    async with job.context.database.reading_transaction(job.org_id) as connection:
        found = await analysed_sensors(
            connection,
            target,
            definition.field,
            value_types=types,
            other=other,
            at_most=SENSORS_MAX + 1,
        )
    if len(found) > SENSORS_MAX:
        raise JobFailed(f"the target has more than {SENSORS_MAX:,} sensors: name a smaller one")
    return found


async def _computed(
    job: JobAttempt, run: _Run, sensors: Sequence[AnalysedSensor]
) -> list[_Outcome]:
    """What was read is looked at first: what comes meanwhile is seen by the next run."""
    database, finder = job.context.database, finder_of(run.parameters)
    end = min(run.bound, max((_end_of(day) for day in run.days), default=run.bound))
    figures = await figures_of(database, job.org_id, sensors, run.start, end)
    ids = [sensor.id for sensor in sensors]
    async with database.reading_transaction(job.org_id) as connection:
        rows = await inputs_of(connection, run.definition.id, ids, date_of(run.start))
    known = {(row.sensor_id, row.day): row for row in rows if row.day <= date_of(end - 1)}
    outcomes = []
    for sensor in sensors:
        planned = plan(
            sensor,
            {day: row for (id_, day), row in known.items() if id_ == sensor.id},
            {day: found for (id_, day), found in figures.items() if id_ == sensor.id},
            run.id,
            days=run.days,
            days_after=finder.days_after,
            end=run.bound,
        )
        run.tell(planned.because)
        outcomes.append(await _of_sensor(job, run, finder, sensor, planned))
    return outcomes


def _end_of(day: date) -> int:
    return ((day - date(1970, 1, 1)).days + 1) * DAY


async def _of_sensor(
    job: JobAttempt, run: _Run, finder: Finder, sensor: AnalysedSensor, planned: DayPlan
) -> _Outcome:
    definition = run.definition
    place = FindingPlace(
        definition.id, definition.annotation_class_id, run.id, sensor.id, sensor.device_id
    )
    decided: list[tuple[Decided, list[FindingRow]]] = []
    for stretch in planned.stretches:
        start, end = stretch
        if decided and end <= decided[-1][0].end:
            continue
        found = await _decided(job, run, finder, _pair(job, sensor), place, (start, end))
        while decided and found[0].start < decided[-1][0].end:
            start = decided.pop()[0].start
            found = await _decided(job, run, finder, _pair(job, sensor), place, (start, end))
        decided.append(found)
    run.findings += sum(len(each.findings) for each, _ in decided)
    if run.findings > FINDINGS_MAX:
        raise JobFailed(f"there are more than {FINDINGS_MAX:,} findings: they'd help nobody")
    differences = [difference(place, rows, each.findings) for each, rows in decided]
    return _Outcome(place, planned.rows, differences)


def _pair(job: JobAttempt, sensor: AnalysedSensor) -> Pair:
    database = job.context.database
    return Pair(
        SensorSource(database, job.org_id, sensor.id),
        None if sensor.other_id is None else SensorSource(database, job.org_id, sensor.other_id),
        None if sensor.other_from is None else microseconds(sensor.other_from),
        None if sensor.other_to is None else microseconds(sensor.other_to),
    )


async def _decided(
    job: JobAttempt,
    run: _Run,
    finder: Finder,
    pair: Pair,
    place: FindingPlace,
    stretch: tuple[int, int],
) -> tuple[Decided, list[FindingRow]]:
    """As far as what stands reaches: where that is shorter now, what follows it is another's."""
    start, end = stretch
    while True:
        decided = await finder.find(pair, start, end, run.bound)
        async with job.context.database.reading_transaction(job.org_id) as connection:
            rows = await standing(
                connection, place, moment_of(decided.start), moment_of(decided.end)
            )
        reached = min(-(-last_end(rows) // DAY) * DAY, run.bound)
        if reached <= max(end, decided.end):
            return decided, rows
        end = reached


@asynccontextmanager
async def _writing(job: JobAttempt, run: _Run) -> AsyncIterator[AsyncSession]:
    """Raises LeaseLost where the run has ended with its definition."""
    async with job.transaction() as tx:
        await _still(tx, run)
        yield tx


async def _still(tx: AsyncSession, run: _Run) -> None:
    """The definition's lock comes first, as for whoever changes or deletes it."""
    of_it = select(JobDefinition.id).where(JobDefinition.id == run.definition.id)
    await tx.scalar(of_it.with_for_update(key_share=True))
    status = await tx.scalar(select(JobRun.status).where(JobRun.id == run.id).with_for_update())
    if status != "RUNNING":
        raise LeaseLost


async def _write(tx: AsyncSession, run: _Run, outcomes: Sequence[_Outcome]) -> None:
    connection = await SessionReader(tx).connected()
    late = date_of(run.bound - LATE_DAYS * DAY)
    for outcome in outcomes:
        for found in outcome.differences:
            run.changed += found.size
            await write(connection, outcome.place, found)
    rows = [row for outcome in outcomes for row in outcome.rows if row.day >= late]
    await write_inputs(connection, run.definition.id, rows)


async def _save(tx: AsyncSession, run: _Run, **values: object) -> None:
    said = {
        "findings": run.findings,
        "changed": run.changed,
        "because": run.reasons,
        **values,
    }
    await tx.execute(update(JobRun).where(JobRun.id == run.id).values(**said))


async def _end(job: JobAttempt, run: _Run) -> None:
    definition_id = run.definition.id
    async with job.last_transaction() as tx:
        await _still(tx, run)
        await _save(tx, run, status="SUCCEEDED", progress=1.0, ended_at=func.now())
        if not run.is_asked:
            settled = update(JobDefinition).where(
                JobDefinition.id == definition_id,
                JobDefinition.updated_at == run.definition.updated_at,
            )
            await tx.execute(
                settled.values(settled_to=moment_of(run.bound), updated_at=JobDefinition.updated_at)
            )
            connection = await SessionReader(tx).connected()
            before = date_of(run.bound) - timedelta(days=LATE_DAYS)
            await forget_inputs(connection, definition_id, before)
        await _forget_runs(tx, definition_id)
        if run.changed:
            _tell(tx, run.definition.name, run, f"{run.changed:,} findings changed")


async def _forget_runs(tx: AsyncSession, definition_id: UUID) -> None:
    of_it = JobRun.definition_id == definition_id
    newest = select(JobRun.started_at).where(of_it).order_by(JobRun.started_at.desc())
    oldest = newest.offset(RUNS_KEPT).limit(1).scalar_subquery()
    await tx.execute(delete(JobRun).where(of_it, JobRun.started_at <= oldest))


def _tell(tx: AsyncSession, name: str, run: _Run, what: str) -> None:
    details = {
        "definitionId": str(run.definition.id),
        "runId": str(run.id),
        "findings": run.findings,
        "changed": run.changed,
    }
    record_event(tx, "ANALYTICS", f"{name}: {what}", actor=PLATFORM, details=details)


async def _give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    run_id = UUID(job.payload["runId"])
    row = await tx.get(JobRun, (job.org_id, run_id))
    if row is None or row.status != "RUNNING":
        return
    row.status, row.failure, row.ended_at = "FAILED", reason, datetime.now(UTC)
    details = {"definitionId": str(row.definition_id), "runId": str(run_id)}
    record_event(
        tx,
        "ANALYTICS",
        f"A run failed: {reason}",
        severity="WARNING",
        actor=PLATFORM,
        details=details,
    )


RUN_DEFINITION = JobType(
    "job-run", run_definition, time_out_seconds=4 * 3600, attempts=5, give_up=_give_up
)
