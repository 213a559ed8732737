"""Sensors that are decided together, unless one of them can't be: then each by itself, so that it
keeps no other waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from db.connections.faults import is_fault_of_data
from db.queries.alerting import SensorRef

log = structlog.get_logger()


async def for_all_or_each(
    sensors: Sequence[SensorRef],
    decide: Callable[[Sequence[SensorRef]], Awaitable[None]],
    postpone: Callable[[SensorRef], Awaitable[None]],
) -> int:
    """How many were decided. Raises what is the database's moment, and nothing else."""
    if not sensors:
        return 0
    try:
        await decide(sensors)
    except Exception as error:
        if not is_fault_of_data(error):
            raise
        if len(sensors) == 1:
            log.error("a sensor can't be decided", sensor_id=str(sensors[0][1]), exc_info=error)
            await postpone(sensors[0])
            return 0
    else:
        return len(sensors)
    return sum([await for_all_or_each([sensor], decide, postpone) for sensor in sensors])
