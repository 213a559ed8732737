"""What would become of messages, now: nothing is stored, and no sensor is made.

The same steps as in run.py. Whether there is room for more sensors or days in the organization's
quotas is not asked: that is of the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from db.readings.store import StoreResult, existing_values
from ingest.pipeline.compare import compare
from ingest.pipeline.convert import convert_values
from ingest.pipeline.create import resolve_created, sensors_to_create, sensors_to_widen
from ingest.pipeline.directory import Sensor, Subject
from ingest.pipeline.expand import all_or_none
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import Receipt, receipts
from ingest.pipeline.registry import Registry
from ingest.pipeline.rows import Rows
from ingest.pipeline.run import Deps, checked
from ingest.pipeline.sort import sort_by_key


async def preview(messages: Sequence[Message], deps: Deps) -> list[Receipt]:
    """One receipt for each message, in order, as if they were stored together."""
    rows = _with_sensors(await checked(messages, deps), deps.registry)
    readings = sort_by_key(all_or_none(convert_values(_widened(rows))))
    existing = await existing_values(deps.pool, readings.unique)
    is_new = np.ones(len(readings.unique), bool)
    is_new[list(existing)] = False
    return receipts(len(messages), compare(readings, StoreResult(is_new, existing)))


def _with_sensors(rows: Rows[Subject], registry: Registry) -> Rows[Sensor]:
    """As if those that are missing had been created."""
    if set(map(type, rows.sensors)) <= {Sensor}:
        return cast(Rows[Sensor], rows)
    return resolve_created(rows, registry.foreseen(sensors_to_create(rows)))


def _widened(rows: Rows[Sensor]) -> Rows[Sensor]:
    """As if those had been that meet their first fraction."""
    wider = {sensor.id for sensor in sensors_to_widen(rows)}
    if not wider:
        return rows
    sensors = [
        replace(sensor, value_type="DOUBLE") if sensor.id in wider else sensor
        for sensor in rows.sensors
    ]
    return rows.about(sensors, rows.sensor)
