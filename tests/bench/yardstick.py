"""The limit of taking readings in: COPY of ready tuples, without a question whether any of them is new."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from tests.bench.cpu import metered
from tests.bench.fleet import SENSORS, STEP, value
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand

NAME = "yardstick"
TITLE = "COPY, 5,000 a transaction"
READINGS_PER_COMMIT = 5_000
COLUMNS = ("org_id", "sensor_id", "ts", "value_double")

Tuple = tuple[UUID, UUID, datetime, float]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        yield [Pair(NAME, TITLE, "readings/s", yardstick(stand))]

    return Topic([NAME], stand.sizes.repetitions, pairs)


def yardstick(stand: Stand) -> Measure:
    async def copy() -> Run:
        readings = stand.sizes.yardstick_readings
        batches = _batches(stand, readings)
        await stand.clear()
        async with metered(stand.admin, None) as spent:
            began = time.perf_counter()
            for batch in batches:
                await stand.ingest.copy_records_to_table(
                    "reading", schema_name="tsd", columns=COLUMNS, records=batch
                )
            seconds = time.perf_counter() - began
        await stand.check_stored(readings)
        return Run(readings / seconds, spent.details(readings))

    return copy


def _batches(stand: Stand, readings: int) -> list[list[Tuple]]:
    """Every sensor in turn, time and again, as a fleet reports."""
    sensors = [(tenant.org_id, sensor) for tenant in stand.tenants for sensor in tenant.sensors]
    start = stand.timeline.take(readings // SENSORS)
    tuples = [
        (*sensor, start + step * STEP, value())
        for step in range(readings // SENSORS)
        for sensor in sensors
    ]
    return [
        tuples[at : at + READINGS_PER_COMMIT] for at in range(0, len(tuples), READINGS_PER_COMMIT)
    ]
