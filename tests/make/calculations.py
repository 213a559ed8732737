"""Calculated series without a worker: a test says when time passes and when late readings are taken
in; and what such a series is, in plain Python."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from db.readings.times import microseconds, moment_of
from ingest.calculations.clock import CalculationClock
from ingest.calculations.definition import CalculationDefinition, InputSource
from tests.make.alerting import AlertStand
from tests.make.people import admin_address
from tests.make.platform import RunningPlatform

SECOND = 1_000_000
Readings = Mapping[int, float]
"""By time in microseconds since 1970."""


@dataclass(frozen=True)
class Term:
    """An expression for both sides: as text, and as Python."""

    text: str
    names: Sequence[str]

    def value(self, inputs: Mapping[str, float | None]) -> float | None:
        if any(inputs[name] is None for name in self.names):
            return None
        try:
            found = eval(self.text, {"__builtins__": {}}, {**inputs, "abs": abs})
        except ZeroDivisionError:
            return None
        return float(found) if math.isfinite(found) else None


TERMS = (
    Term("a + b", "ab"),
    Term("a - b * 2", "ab"),
    Term("(a - b) / b * 100", "ab"),
    Term("abs(a) / 4", "a"),
    Term("1 / (a - 2)", "a"),
)


def random_calculation(
    rng: random.Random, sensors: Sequence[UUID]
) -> tuple[CalculationDefinition, Term]:
    term = rng.choice(TERMS)
    inputs = {
        name: InputSource(
            sensor_id=rng.choice(sensors),
            aggregate=rng.choice(["LAST", "LAST", "AVG", "MIN", "MAX", "SUM", "COUNT", "RANGE"]),
        )
        for name in term.names
    }
    step = rng.choice([10, 20, 60])
    age = rng.choice([None, 1, 15, 100, 5000])
    return (
        CalculationDefinition(
            expression=term.text, inputs=inputs, step_seconds=step, max_age_seconds=age
        ),
        term,
    )


def expected(
    definition: CalculationDefinition,
    term: Term,
    stored: Mapping[UUID, Readings],
    after: int,
    to: int,
) -> dict[int, float]:
    """By definition: each moment by itself, in plain Python."""
    found: dict[int, float] = {}
    step = definition.step_seconds * SECOND
    for at in range((after // step + 1) * step, to + 1, step):
        inputs = {
            name: _input(each, stored[each.sensor_id], at, step, definition)
            for name, each in definition.inputs.items()
            if each.sensor_id is not None
        }
        value = term.value(inputs)
        if value is not None:
            found[at] = value
    return found


def _input(
    each: InputSource,
    readings: Readings,
    at: int,
    step: int,
    definition: CalculationDefinition,
) -> float | None:
    if each.aggregate == "LAST":
        seconds = definition.max_age_seconds
        age = max(3 * definition.step_seconds, 300) if seconds is None else seconds
        known = [time for time in readings if at - age * SECOND <= time <= at]
        return readings[max(known)] if known else None
    values = [readings[time] for time in sorted(readings) if at - step <= time < at]
    if each.aggregate == "COUNT":
        return float(len(values))
    if each.aggregate == "SUM":
        return sum(values, 0.0)
    if not values:
        return None
    match each.aggregate:
        case "AVG":
            return sum(values) / len(values)
        case "MIN":
            return min(values)
        case "MAX":
            return max(values)
    return max(values) - min(values)


@dataclass
class CalculationStand:
    """Calculated sensors beside those of an AlertStand."""

    stand: AlertStand
    clock: CalculationClock

    @classmethod
    async def of(cls, stand: AlertStand) -> CalculationStand:
        return cls(stand, CalculationClock(stand.pool))

    async def add(
        self, definition: CalculationDefinition, start: int, *, sensor_id: UUID | None = None
    ) -> UUID:
        """A sensor that is calculated from then on."""
        id_ = sensor_id or await self.stand.add_sensor()
        start_at = moment_of(definition.closed(start))
        await self.stand.admin.execute(
            "INSERT INTO platform.calculation (org_id, sensor_id, definition, values_per_day, "
            "from_at, calculated_to, due_at, created_by) "
            "VALUES ($1, $2, $3, 1, $4, $4, $4, 'test')",
            self.stand.org_id,
            id_,
            msgspec.json.encode(definition).decode(),
            start_at,
        )
        for name, each in definition.inputs.items():
            if each.sensor_id is not None:
                await self.stand.admin.execute(
                    "INSERT INTO platform.calculation_input (org_id, sensor_id, name, input_id) "
                    "VALUES ($1, $2, $3, $4)",
                    self.stand.org_id,
                    id_,
                    name,
                    each.sensor_id,
                )
        return id_

    async def tick(self, now: int) -> int:
        return await self.clock.tick(moment_of(now))

    async def settle(self, now: int) -> None:
        """Until nothing is late, and nothing is due."""
        while await self.stand.repair(now) or await self.tick(now):
            pass

    async def values(self, sensor_id: UUID) -> dict[int, float]:
        rows = await self.stand.admin.fetch(
            "SELECT ts, value_double FROM tsd.reading WHERE (org_id, sensor_id) = ($1, $2)",
            self.stand.org_id,
            sensor_id,
        )
        return {microseconds(row[0]): row[1] for row in rows}

    async def calculated_to(self, sensor_id: UUID) -> int:
        at: datetime = await self.stand.admin.fetchval(
            "SELECT calculated_to FROM platform.calculation WHERE sensor_id = $1", sensor_id
        )
        return microseconds(at)

    async def state(self, sensor_id: UUID) -> Any:
        return await self.stand.admin.fetchrow(
            "SELECT * FROM platform.calculation WHERE sensor_id = $1", sensor_id
        )


@contextmanager
def late_calculations(platform: RunningPlatform) -> Iterator[None]:
    """While the block runs, each calculation has something late, and nobody takes it up."""
    address = admin_address(platform)
    with psycopg.connect(address) as holding, psycopg.connect(address) as admin:
        holding.execute("SELECT FROM platform.calculation FOR NO KEY UPDATE")
        admin.execute(
            "INSERT INTO platform.calculation_late (org_id, sensor_id, from_at, to_at) "
            "SELECT org_id, sensor_id, now(), now() FROM platform.calculation"
        )
        admin.commit()
        yield
        admin.execute("DELETE FROM platform.calculation_late")
