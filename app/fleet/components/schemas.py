from __future__ import annotations

from typing import Annotated

import msgspec

from app.catalogue.ids import SENSOR_PROFILE, SensorProfileId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.fleet.ids import ComponentId, DeviceId

ComponentKey = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")
]
ComponentName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

_KEY = described("Its name on the wire, unique in its device.", "probe-1")
_NAME = described("As people know it.", "Probe at the door")
_PROFILE = described(
    "The version of a sensor profile that it is bound to; null for none.", SENSOR_PROFILE
)


class ComponentRead(Read):
    """An addressable part of a device."""

    id: ComponentId
    device_id: DeviceId
    key: Annotated[str, _KEY]
    name: Annotated[str, _NAME]
    sensor_profile_id: Annotated[SensorProfileId | None, _PROFILE]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/components/{self.id}"


class ComponentCreate(Body):
    """A new part of a device."""

    key: Annotated[ComponentKey, _KEY]
    name: Annotated[
        ComponentName | None, described("As people know it; the key if left out.", "Probe")
    ] = None
    sensor_profile_id: Annotated[SensorProfileId | None, _PROFILE] = None


class ComponentUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays."""

    key: Annotated[ComponentKey | msgspec.UnsetType, _KEY] = msgspec.UNSET
    name: Annotated[ComponentName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    sensor_profile_id: Annotated[SensorProfileId | msgspec.UnsetType | None, _PROFILE] = (
        msgspec.UNSET
    )
