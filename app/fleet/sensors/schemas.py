from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from app.core.bulk import OPERATIONS_MAX, BulkRequest, Operation
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.fleet.ids import COMPONENT, DEVICE, SENSOR, ComponentId, DeviceId, SensorId
from app.fleet.sensors.calculation_schemas import (
    CalculationBody,
    CalculationRead,
    CalculationUpdate,
)


class ValueType(StrEnum):
    """What a sensor's values are, for its whole life; born from a bare integer, it may once become a DOUBLE."""

    DOUBLE = "DOUBLE"
    BIGINT = "BIGINT"
    BOOLEAN = "BOOLEAN"
    TEXT = "TEXT"


SensorKey = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
SensorName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Unit = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]

_COMPONENT = described("The component that it is on; null for the device itself.", COMPONENT)
_KEY = described("Its name on the wire, unique in its device or component.", "temperature")
_NAME = described("As people know it.", "Temperature")
_UNIT = described("Of its values; null where none is known.", "°C")
_VALUE_TYPE = (ValueType.__doc__ or "").strip()


class SensorRead(Read):
    """A typed channel. The latest value is the newest by event time, not by arrival."""

    id: SensorId
    device_id: DeviceId
    component_id: Annotated[ComponentId | None, _COMPONENT]
    key: Annotated[str, _KEY]
    name: Annotated[str, _NAME]
    value_type: Annotated[str, described(_VALUE_TYPE, "DOUBLE", enum=list(ValueType))]
    unit: Annotated[str | None, _UNIT]
    labels: Annotated[
        dict[str, str],
        described("The tags of its series in line protocol; empty of others.", {"cpu": "cpu0"}),
    ]
    latest_value: Annotated[
        float | int | bool | str | None, described("The newest value; null before the first.", 21.5)
    ]
    latest_at: Annotated[
        Moment | None,
        described("The time of that value; null before the first.", "2026-11-23T10:30:00Z"),
    ]
    calculation: Annotated[
        CalculationRead | None,
        described("What it is calculated of; null of one that reports itself.", None),
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/sensors/{self.id}"


class SensorCreate(Body):
    """A sensor before its first reading, which would create it by itself: for a type that must be
    certain; or one that is calculated, on a device or on a component."""

    key: Annotated[SensorKey, _KEY]
    device_id: Annotated[
        DeviceId | None, described("The device; with a component it may be left out.", DEVICE)
    ] = None
    value_type: Annotated[
        ValueType | None,
        described(f"{_VALUE_TYPE} DOUBLE of what is calculated, else it has to be said.", "DOUBLE"),
    ] = None
    component_id: Annotated[ComponentId | None, _COMPONENT] = None
    name: Annotated[
        SensorName | None, described("As people know it; the key if left out.", "Temperature")
    ] = None
    unit: Annotated[Unit | None, _UNIT] = None
    calculation: Annotated[
        CalculationBody | None,
        described(
            "What it is calculated of. Nobody reports its readings then.",
            {"expression": "a * 2", "inputs": {"a": {"sensorId": SENSOR}}},
        ),
    ] = None


class SensorUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears. Key and type are for life, and so is
    whether it is calculated."""

    name: Annotated[SensorName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    unit: Annotated[Unit | msgspec.UnsetType | None, _UNIT] = msgspec.UNSET
    calculation: Annotated[
        CalculationUpdate | msgspec.UnsetType,
        described("All of it is calculated anew.", {"stepSeconds": 30}),
    ] = msgspec.UNSET


class SensorBulkRequest(BulkRequest):
    """Operations, done in this order; a sensor has no tags."""

    operations: Annotated[
        list[Operation],
        msgspec.Meta(min_length=1, max_length=OPERATIONS_MAX),
        described(
            "Up to 1,000.",
            [
                {
                    "op": "create",
                    "data": {"deviceId": DEVICE, "key": "door", "valueType": "BOOLEAN"},
                },
                {"op": "patch", "id": SENSOR, "data": {"name": "Temperature at the door"}},
                {"op": "delete", "id": example_id("other sensor")},
            ],
        ),
    ]
