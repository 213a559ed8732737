"""Which sensors the inputs of calculations mean, kept as the fleet changes; and the sensors whose
calculation the profile of their component declares.

A sensor that joins a target counts from the moment on at which that is seen, or since it was made,
if that is not long ago; one that leaves it counts up to then. Of sensors with several units those
of the first one's count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from db.connections.faults import is_fault_of_data
from db.connections.types import Connection, Pool
from db.ids import new_id
from db.queries import calculation_inputs, calculations
from db.queries.calculation_inputs import (
    CalculationOfInputs,
    DeclaredCalculation,
    MeantInput,
    NewInput,
    StandingInput,
)
from db.queries.calculations import NewLate
from db.queries.quotas import rooms_in
from db.queries.registry import SensorInsert, insert_sensors
from db.readings.times import microseconds, moment_of
from ingest.calculations.definition import (
    MEMBERS_MAX,
    InputSource,
    decode_definition,
)

log = structlog.get_logger()

CALCULATIONS_AT_ONCE = 200
LOOK_AGAIN = timedelta(seconds=60)
LOOK_FOR_MISSING = timedelta(seconds=5)
NEW_FOR = timedelta(minutes=10)
_BEGINNING = UUID(int=0)
HISTORY = timedelta(days=7)
"""So far back a series begins, where nobody says otherwise."""


async def synchronize(pool: Pool, now: datetime) -> int:
    """Look at the inputs that are due; how many calculations had some."""
    due = await calculation_inputs.due_of_inputs(pool, now, at_most=CALCULATIONS_AT_ONCE)
    for each in due:
        try:
            async with pool.acquire() as connection, connection.transaction():
                await _synchronize(connection, each, now)
        except Exception as error:
            if not is_fault_of_data(error):
                raise
            log.error("inputs can't be found", sensor_id=str(each.sensor_id), exc_info=error)
            async with pool.acquire() as connection:
                again_at = now + LOOK_AGAIN
                await calculation_inputs.looked_at(connection, each.sensor, again_at, 0)
    return len(due)


async def _synchronize(
    connection: Connection, calculation: CalculationOfInputs, now: datetime
) -> None:
    standing = await calculation_inputs.lock_inputs(connection, calculation)
    if standing is None:
        return
    definition, left_out = decode_definition(calculation.definition), 0
    is_complete, is_fixed = True, True
    begun: list[NewInput] = []
    gone: list[StandingInput] = []
    for name, each in definition.inputs.items():
        if each.sensor_id is not None:
            continue
        is_fixed = False
        meant = await _meant(connection, calculation, each)
        wanted = {one.id: one for one in meant if one.unit == meant[0].unit}
        left_out += len(meant) - len(wanted)
        is_complete &= bool(wanted)
        own = [row for row in standing if row.name == name]
        known = {row.input_id for row in own if not row.is_ended}
        begun += [
            NewInput(*calculation.sensor, name, id_, _from(one, each, now) if own else None)
            for id_, one in wanted.items()
            if id_ not in known
        ]
        gone += [row for row in own if not row.is_ended and row.input_id not in wanted]
    await calculation_inputs.begin_inputs(connection, begun)
    await calculation_inputs.end_inputs(connection, calculation.sensor, gone, now)
    if gone and now <= calculation.calculated_to:
        late = NewLate(*calculation.sensor, now, calculation.calculated_to)
        await calculations.add_late(connection, [late])
    wait = timedelta(days=36_500) if is_fixed else LOOK_AGAIN if is_complete else LOOK_FOR_MISSING
    await calculation_inputs.looked_at(connection, calculation.sensor, now + wait, left_out)


async def _meant(
    connection: Connection, calculation: CalculationOfInputs, each: InputSource
) -> Sequence[MeantInput]:
    assert each.field is not None  # noqa: S101 - of inputs that aren't one sensor
    if each.target is None:
        return await calculation_inputs.near(
            connection, calculation.sensor, each.field, each.component
        )
    named = each.target.name if each.target.id is None else str(each.target.id)
    return await calculation_inputs.of_target(
        connection,
        calculation.org_id,
        each.target.type,
        named,
        each.field,
        at_most=MEMBERS_MAX,
    )


def _from(one: MeantInput, each: InputSource, now: datetime) -> datetime | None:
    """Near by it counts for all moments; in a target from now on, or since it was made. The first
    ones count for all moments, too."""
    if each.target is None:
        return None
    return one.created_at if now - one.created_at < NEW_FOR else now


# ---- what profiles declare -----------------------------------------------------------------------


@dataclass
class Declarations:
    """`place` is the component up to which the round has come: those for which there is no room
    keep no others waiting."""

    sensors_per_device: int
    values_per_day: int
    place: UUID = _BEGINNING

    async def follow(self, pool: Pool, now: datetime) -> int:
        """Make the sensors that profiles declare and that aren't there, and calculate those anew
        that are declared otherwise; how many."""
        found = await calculation_inputs.declared(
            pool, after=self.place, at_most=CALCULATIONS_AT_ONCE
        )
        is_round_over = len(found) < CALCULATIONS_AT_ONCE
        self.place = _BEGINNING if is_round_over else found[-1].place
        return await _declare_all(pool, found, now, self)


async def _declare_all(
    pool: Pool, found: Sequence[DeclaredCalculation], now: datetime, limits: Declarations
) -> int:
    count = 0
    for each in found:
        try:
            async with pool.acquire() as connection, connection.transaction():
                if await _has_room(connection, each, limits):
                    await _declare(connection, each, now)
                    count += 1
        except Exception as error:  # its device reports that key at this moment
            if not is_fault_of_data(error):
                raise
            log.error("a calculation can't begin", field=each.key, exc_info=error)
    return count


async def _has_room(
    connection: Connection, each: DeclaredCalculation, limits: Declarations
) -> bool:
    own = decode_definition(each.definition).values_per_day
    if (
        await calculation_inputs.per_day(connection, each.org_id, each.sensor_id) + own
        > limits.values_per_day
    ):
        log.warning("too many calculated values", org_id=str(each.org_id))
        return False
    if each.sensor_id is not None:
        return True
    there = await calculation_inputs.sensors_of_device(connection, each.org_id, each.device_id)
    room = (await rooms_in(connection, "sensors", {each.org_id: 1}))[each.org_id]
    return there < limits.sensors_per_device and (room is None or room > 0)


async def _declare(connection: Connection, each: DeclaredCalculation, now: datetime) -> None:
    definition = decode_definition(each.definition)
    sensor_id: UUID = each.sensor_id or new_id()
    if each.sensor_id is None:
        await insert_sensors(
            connection,
            [
                SensorInsert(
                    each.org_id,
                    sensor_id,
                    each.device_id,
                    each.component_id,
                    each.key,
                    "DOUBLE",
                    each.unit,
                    is_widenable=False,
                    labels="{}",
                )
            ],
        )
    start = moment_of(definition.closed(microseconds(now - HISTORY)))
    await calculation_inputs.begin(
        connection,
        (each.org_id, sensor_id),
        each.definition,
        values_per_day=definition.values_per_day,
        from_at=start,
        calculated_to=start,
    )
