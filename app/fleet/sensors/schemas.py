from __future__ import annotations

from typing import Annotated

from app.core.documentation import COMPONENT, ComponentId, DeviceId, SensorId, described
from app.core.wire import CreatedAt, Moment, Read, UpdatedAt

VALUE_TYPES = ("DOUBLE", "BIGINT", "BOOLEAN", "TEXT")


class SensorRead(Read):
    """A typed channel. The latest value is the newest by event time, not by arrival."""

    id: SensorId
    device_id: DeviceId
    component_id: Annotated[
        ComponentId | None, described("The component that it is on; null for the device itself.", COMPONENT)
    ]
    key: Annotated[str, described("Its name on the wire, unique in its device or component.", "temperature")]
    name: Annotated[str, described("As people know it.", "Temperature")]
    value_type: Annotated[str, described("What its values are.", "DOUBLE", enum=list(VALUE_TYPES))]
    unit: Annotated[str | None, described("Of its values; null where none is known.", "°C")]
    latest_value: Annotated[
        float | int | bool | str | None, described("The newest value; null before the first.", 21.5)
    ]
    latest_at: Annotated[
        Moment | None, described("The time of that value; null before the first.", "2026-11-23T10:30:00Z")
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt
