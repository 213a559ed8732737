from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.core.wire import Read


class SensorRead(Read):
    """A typed channel. The latest value is the newest by event time, not by arrival."""

    id: UUID
    device_id: UUID
    component_id: UUID | None
    key: str
    name: str
    value_type: str
    unit: str | None
    latest_value: float | int | bool | str | None
    latest_at: datetime | None
    created_at: datetime
    updated_at: datetime
