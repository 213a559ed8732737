"""What a calculation would give, before there is a sensor of it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import numpy as np

from app.core.errors import Unprocessable
from app.core.target_reference import TargetReference
from app.core.targets import read_target
from app.core.wire import time_range
from app.fleet.sensors.calculation_schemas import (
    CalculatedValue,
    CalculationPreview,
    CalculationPreviewRequest,
)
from app.fleet.sensors.calculations import check_inputs, definition_of
from db.connections.readers import ConnectionReader
from db.connections.types import Connection
from db.queries import calculation_chains, target_sql
from db.readings.columns import Floats
from db.readings.series import series
from db.readings.times import microseconds, moment_of
from ingest.alerting.series import ValueSeries
from ingest.calculations.definition import MEMBERS_MAX, CalculationDefinition, InputSource
from ingest.calculations.points import CalculatedPoints, Member, calculate, moments

POINTS_MAX = 2_000
SECONDS_MAX = 20
PAGE_READINGS = 100_000


async def preview(
    connection: Connection, org_id: UUID, asked: CalculationPreviewRequest, *, readings_max: int
) -> CalculationPreview:
    """Raises what making the sensor would raise, and Unprocessable for what is too much."""
    start, end = time_range(asked.from_, asked.to)
    definition = definition_of(asked.calculation)
    await check_inputs(ConnectionReader(connection), org_id, definition)
    after, to = microseconds(start), microseconds(end)
    if (to - after) // definition.step > POINTS_MAX:
        raise Unprocessable(f"a preview is of at most {POINTS_MAX} steps", code="TOO_EXPENSIVE")
    reading = _PreviewReading(connection, definition, after, to, readings_max)
    members = {name: await reading.members(each) for name, each in definition.inputs.items()}
    at = moments(definition, after, to)
    points = await asyncio.to_thread(calculate, definition, members, at)
    return _result(points, sum(map(len, members.values())), reading.spent)


class _PreviewReading:
    """What is read for one preview, which has an end."""

    def __init__(
        self,
        connection: Connection,
        definition: CalculationDefinition,
        after: int,
        to: int,
        readings_max: int,
    ) -> None:
        self._connection = connection
        self._start = moment_of(after - definition.reach)
        self._end = moment_of(to + 1)
        self._readings_max = readings_max
        self.spent = 0

    async def members(self, each: InputSource) -> list[Member]:
        """In the order of their ids."""
        if each.sensor_id is not None:
            return [Member(await self._readings(each.sensor_id))]
        assert each.target is not None  # noqa: S101 - one of the two is there
        target = read_target(TargetReference(each.target.type, each.target.id, each.target.name))
        found = await calculation_chains.members_of(
            self._connection,
            target_sql.sensor_condition(target.kinds),
            target.arguments,
            each.field or "",
            MEMBERS_MAX,
        )
        wanted = [id_ for id_, unit in found if unit == found[0][1]]
        return [Member(await self._readings(id_)) for id_ in wanted]

    async def _readings(self, sensor_id: UUID) -> ValueSeries:
        times, numbers, after = [np.empty(0, np.int64)], [np.empty(0)], None
        while True:
            found = await series(
                self._connection,
                sensor_id,
                self._start,
                self._end,
                after=after,
                limit=PAGE_READINGS,
            )
            self._spend(len(found))
            if len(found):
                times.append(found.ts)
                numbers.append(_numbers(found.values))
                after = found.last_at
            if len(found) < PAGE_READINGS:
                return ValueSeries(np.concatenate(times), np.concatenate(numbers))

    def _spend(self, readings: int) -> None:
        self.spent += readings
        if self.spent > self._readings_max:
            raise Unprocessable(
                f"a preview would read more than {self._readings_max} readings",
                code="TOO_EXPENSIVE",
            )


def _numbers(values: object) -> Floats:
    return np.array(values, np.float64)


def _result(points: CalculatedPoints, sensors: int, readings: int) -> CalculationPreview:
    has = ~np.isnan(points.values)
    pairs = zip(points.at[has].tolist(), points.values[has].tolist(), strict=True)
    return CalculationPreview(
        items=[CalculatedValue(moment_of(at), value) for at, value in pairs],
        gaps=int((~has).sum()),
        reason=points.reason,
        sensors=sensors,
        readings=readings,
    )
