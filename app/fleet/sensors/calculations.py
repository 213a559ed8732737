"""What makes a sensor a calculated one. The worker calculates (ingest/calculations)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Uuid, any_, delete, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.errors import Conflict, Fault, NotFound, Unprocessable
from app.core.resource import merge_patch
from app.core.target_reference import TargetReference
from app.core.targets import read_target, require
from app.core.wire import instant
from app.fleet.sensors.calculation_schemas import (
    CalculationBody,
    CalculationInputRead,
    CalculationRead,
    CalculationSensors,
    CalculationUpdate,
    RelatedSensor,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import Calculation, CalculationInput, CalculationLate, Sensor
from db.queries import calculation_chains
from db.readings.times import microseconds, moment_of
from ingest.calculations.definition import (
    DEPTH_MAX,
    CalculationDefinition,
    faults_of,
)
from ingest.calculations.membership import HISTORY

LONGEST_HISTORY = timedelta(days=400)
HISTORY_STEPS_MAX = 600_000
SHOWN = 200


def definition_of(body: CalculationBody) -> CalculationDefinition:
    """Raises Unprocessable with every fault."""
    plain = msgspec.to_builtins(body)
    plain.pop("from", None)
    return _checked(plain)


def _checked(plain: Mapping[str, Any]) -> CalculationDefinition:
    definition = msgspec.convert(
        {name: value for name, value in plain.items() if value is not None}, CalculationDefinition
    )
    faults = [
        Fault(f"$.calculation{fault.path}", fault.code, fault.message)
        for fault in faults_of(definition, is_declared=False)
    ]
    if faults:
        raise _invalid(*faults)
    return definition


def _invalid(*faults: Fault) -> Unprocessable:
    return Unprocessable("it can't be calculated", code="CALCULATION_INVALID", errors=list(faults))


def input_ids(definition: CalculationDefinition) -> list[UUID]:
    return sorted(
        {each.sensor_id for each in definition.inputs.values() if each.sensor_id is not None}
    )


async def check_inputs(reader: Reader, org_id: UUID, definition: CalculationDefinition) -> None:
    """Raises NotFound for an input that isn't there, Unprocessable for one of texts."""
    connection = await reader.connected()
    found = await calculation_chains.sensors_of(connection, input_ids(definition))
    for name, each in definition.inputs.items():
        path = f"$.calculation.inputs.{name}"
        if each.sensor_id is not None:
            if each.sensor_id not in found:
                raise NotFound(f"no sensor {each.sensor_id}")
            if found[each.sensor_id].value_type == "TEXT":
                raise _invalid(Fault(path, "WRONG_TYPE", "nothing is calculated of texts"))
        if each.target is not None:
            if each.target.type == "ORGANIZATION" and each.target.id != org_id:
                raise NotFound(f"no organization {each.target.id}")
            meant = TargetReference(each.target.type, each.target.id, each.target.name)
            await require(reader, read_target(meant))


async def begin(
    tx: AsyncSession,
    actor: Actor,
    sensor: Sensor,
    body: CalculationBody,
    *,
    values_per_day: int,
) -> None:
    """Have the sensor, which is there already, calculated. Raises NotFound, Unprocessable, and
    Conflict where the organization's give as many values as they may."""
    definition = definition_of(body)
    await _check(tx, actor, sensor.id, definition, values_per_day=values_per_day)
    start = start_of(definition, body.from_)
    tx.add(
        Calculation(
            org_id=actor.org_id,
            sensor_id=sensor.id,
            definition=msgspec.to_builtins(definition),
            values_per_day=definition.values_per_day,
            from_at=start,
            calculated_to=start,
            created_by=actor.principal,
        )
    )
    await tx.flush()
    await _add_inputs(tx, actor, sensor.id, definition)


async def change(
    tx: AsyncSession,
    actor: Actor,
    sensor: Sensor,
    update: CalculationUpdate,
    *,
    values_per_day: int,
) -> None:
    """All is calculated anew. Raises what `begin` does, and Unprocessable for a sensor that isn't
    calculated, or that a profile declares."""
    row = await tx.scalar(
        select(Calculation).where(Calculation.sensor_id == sensor.id).with_for_update()
    )
    if row is None:
        message = "the sensor reports its readings itself"
        raise _invalid(Fault("$.calculation", "NOT_CALCULATED", message))
    if row.is_declared:
        message = "a profile says how it is calculated"
        raise _invalid(Fault("$.calculation", "DECLARED", message))
    plain = msgspec.to_builtins(update)
    plain.pop("from", None)
    definition = _checked(merge_patch(row.definition, plain))
    await _check(tx, actor, sensor.id, definition, values_per_day=values_per_day)
    oldest = datetime.now(UTC) - longest_history(definition)
    wanted = max(row.from_at, oldest) if update.from_ is msgspec.UNSET else update.from_
    start = start_of(definition, wanted)
    row.definition = msgspec.to_builtins(definition)
    row.values_per_day, row.version = definition.values_per_day, row.version + 1
    row.from_at = row.calculated_to = start
    row.due_at = row.inputs_due_at = row.updated_at = datetime.now(UTC)
    row.failed_until, row.gap_at, row.gap_reason = None, None, None
    await tx.execute(delete(CalculationInput).where(CalculationInput.sensor_id == sensor.id))
    await tx.execute(delete(CalculationLate).where(CalculationLate.sensor_id == sensor.id))
    await tx.flush()
    await _add_inputs(tx, actor, sensor.id, definition)


async def end(tx: AsyncSession, sensor_id: UUID) -> None:
    """Of a sensor that is deleted."""
    await tx.execute(delete(Calculation).where(Calculation.sensor_id == sensor_id))


async def _check(
    tx: AsyncSession,
    actor: Actor,
    sensor_id: UUID,
    definition: CalculationDefinition,
    *,
    values_per_day: int,
) -> None:
    connection = await SessionReader(tx).connected()
    await connection.execute(calculation_chains.LOCK)
    await check_inputs(SessionReader(tx), actor.org_id, definition)
    ids = input_ids(definition)
    chain = await calculation_chains.chain_of(connection, sensor_id, ids, at_most=DEPTH_MAX)
    if sensor_id in ids or sensor_id in chain.above:
        message = "it would be calculated of itself"
        raise _invalid(Fault("$.calculation.inputs", "CYCLE", message))
    if chain.depth > DEPTH_MAX:
        message = f"at most {DEPTH_MAX} are calculated of one another"
        raise _invalid(Fault("$.calculation.inputs", "TOO_DEEP", message))
    others = await calculation_chains.values_per_day(connection, sensor_id)
    if others + definition.values_per_day > values_per_day:
        raise Conflict(
            f"the organization's calculated sensors may give {values_per_day:,} values a day",
            code="QUOTA_EXCEEDED",
        )


async def _add_inputs(
    tx: AsyncSession, actor: Actor, sensor_id: UUID, definition: CalculationDefinition
) -> None:
    for name, each in definition.inputs.items():
        if each.sensor_id is not None:
            tx.add(
                CalculationInput(
                    org_id=actor.org_id, sensor_id=sensor_id, name=name, input_id=each.sensor_id
                )
            )
    await tx.flush()


def longest_history(definition: CalculationDefinition) -> timedelta:
    return min(LONGEST_HISTORY, timedelta(seconds=HISTORY_STEPS_MAX * definition.step_seconds))


def start_of(definition: CalculationDefinition, wanted: datetime | None) -> datetime:
    """On the grid. Raises Unprocessable for one that is too long ago, or to come."""
    now, longest = datetime.now(UTC), longest_history(definition)
    first, start = now - longest - timedelta(hours=1), now - min(HISTORY, longest)
    if wanted is not None:
        start = instant(wanted, "calculation.from")
    if not first <= start <= now:
        message = f"it lies in the past, and at most {longest.days} days ago"
        raise _invalid(Fault("$.calculation.from", "OUT_OF_RANGE", message))
    return moment_of(definition.closed(microseconds(start)))


# ---- as it is read -------------------------------------------------------------------------------


async def read_all(reader: Reader, sensor_ids: Sequence[UUID]) -> dict[UUID, CalculationRead]:
    """Of those sensors that are calculated."""
    ids = any_(literal(list(sensor_ids), ARRAY(Uuid)))
    rows = await reader.rows(select(Calculation).where(Calculation.sensor_id == ids))
    now = datetime.now(UTC)
    return {row.sensor_id: read(row, now) for row in rows}


def read(row: Calculation, now: datetime) -> CalculationRead:
    definition = msgspec.convert(row.definition, CalculationDefinition)
    whole = (now - row.from_at).total_seconds() - 2 * definition.step_seconds - 10
    done = (row.calculated_to - row.from_at).total_seconds()
    return CalculationRead(
        expression=definition.expression,
        inputs={
            name: msgspec.convert(msgspec.to_builtins(each), CalculationInputRead)
            for name, each in definition.inputs.items()
        },
        step_seconds=definition.step_seconds,
        max_age_seconds=definition.max_age // 1_000_000,
        from_=row.from_at,
        is_declared=row.is_declared,
        calculated_to=row.calculated_to,
        progress=1.0 if done >= whole else max(0.0, done / whole),
        left_out=row.inputs_left_out,
        gap_at=row.gap_at,
        gap_reason=row.gap_reason,
    )


async def sensors_around(reader: Reader, sensor_id: UUID) -> CalculationSensors:
    connection = await reader.connected()
    inputs = await calculation_chains.inputs_of(connection, sensor_id, at_most=SHOWN)
    users = await calculation_chains.users_of(connection, sensor_id, at_most=SHOWN)
    return CalculationSensors(
        inputs=[RelatedSensor(*row) for row in inputs],
        input_count=await calculation_chains.count_inputs(connection, sensor_id),
        used_by=[RelatedSensor(*row) for row in users],
    )
