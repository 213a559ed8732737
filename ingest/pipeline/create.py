"""Sensors are created as they are first reported, and widened as they first report a fraction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from db.readings.columns import Codes
from ingest.pipeline.directory import NewSensor, Sensor, SensorName, Subject
from ingest.pipeline.registry import Registry
from ingest.pipeline.rejection import Rejection
from ingest.pipeline.rows import Rows
from ingest.pipeline.values import ValueKind

_INITIAL_TYPE = {
    ValueKind.FLOAT: "DOUBLE",
    ValueKind.INTEGER: "BIGINT",
    ValueKind.BOOLEAN: "BOOLEAN",
    ValueKind.TEXT: "TEXT",
    ValueKind.HUGE: "DOUBLE",  # a whole number that no BIGINT can hold is a DOUBLE from the start
}


async def create_sensors(rows: Rows[Subject], registry: Registry) -> Rows[Sensor]:
    """The rows about sensors that are all there now: those that were missing are created."""
    if set(map(type, rows.sensors)) <= {Sensor}:
        return cast(Rows[Sensor], rows)
    created = await registry.create(sensors_to_create(rows))
    return resolve_created(rows, created)


def sensors_to_create(rows: Rows[Subject]) -> list[NewSensor]:
    """Each as its profile says, or typed by the values that name it here: one fraction makes it
    DOUBLE."""
    reported = [(number, rows.sensors[number]) for number in np.unique(rows.sensor).tolist()]
    return [
        _new_sensor(name, rows.kind[rows.sensor == number])
        for number, name in reported
        if isinstance(name, SensorName)
    ]


def _new_sensor(name: SensorName, kinds: Codes) -> NewSensor:
    described = name.profile.sensor(name.key) if name.profile else None
    if described is not None:
        return NewSensor(name, described.value_type, described.unit)
    types = [_INITIAL_TYPE[ValueKind(kind)] for kind in kinds.tolist()]
    type_ = "DOUBLE" if types[0] == "BIGINT" and "DOUBLE" in types else types[0]
    return NewSensor(name, type_, is_widenable=type_ == "BIGINT")


def resolve_created(
    rows: Rows[Subject], created: Mapping[SensorName, Sensor | Rejection]
) -> Rows[Sensor]:
    """Put in place of names the sensors that were created for them; refuse what none was created
    for."""
    # A name of which no reading is left was not to be created.
    found = [created.get(each) if isinstance(each, SensorName) else each for each in rows.sensors]
    refused = {number: each for number, each in enumerate(found) if isinstance(each, Rejection)}
    known = rows.reject_each(rows.by_row(refused))
    number = np.cumsum([isinstance(each, Sensor) for each in found]) - 1
    sensors = [each for each in found if isinstance(each, Sensor)]
    return known.about(sensors, number[known.sensor])


def sensors_to_widen(rows: Rows[Sensor]) -> list[Sensor]:
    """BIGINT sensors, created for a bare integer, that meet their first fractional number here."""
    is_widenable = [sensor.is_widenable for sensor in rows.sensors]
    if True not in is_widenable:
        return []
    meets = rows.sensor[np.array(is_widenable, bool)[rows.sensor] & rows.is_fraction]
    return [rows.sensors[number] for number in np.unique(meets).tolist()]
