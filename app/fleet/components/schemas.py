from __future__ import annotations

from typing import Annotated

from app.core.documentation import ComponentId, DeviceId, described
from app.core.wire import CreatedAt, Read, UpdatedAt


class ComponentRead(Read):
    """An addressable part of a device."""

    id: ComponentId
    device_id: DeviceId
    key: Annotated[str, described("Its name on the wire, unique in its device.", "probe-1")]
    name: Annotated[str, described("As people know it.", "Probe at the door")]
    created_at: CreatedAt
    updated_at: UpdatedAt
