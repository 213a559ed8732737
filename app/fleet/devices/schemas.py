from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.core.wire import Body, Read


class DeviceStatus(StrEnum):
    """PENDING until provisioned; OFFLINE is the broker's word, INACTIVE and MAINTENANCE are people's."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    MAINTENANCE = "MAINTENANCE"
    OFFLINE = "OFFLINE"


DeviceName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=100)]


class Location(msgspec.Struct, forbid_unknown_fields=True):
    """WGS 84, in degrees."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class DeviceRead(Read):
    id: UUID
    name: str
    status: str
    tags: list[str]
    location: dict[str, Any] | None
    metadata: dict[str, Any]
    firmware_version: str | None
    connected: bool
    last_seen_at: datetime | None
    created_at: datetime
    updated_at: datetime


class DeviceCreate(Body):
    """A device without a registration token yet; it is PENDING."""

    name: DeviceName
    tags: Tags = []
    location: Location | None = None
    metadata: dict[str, Any] = {}


class DeviceTags(Body):
    """Tags to add and to remove; the others stay."""

    add: Tags = []
    remove: Tags = []


class DeviceUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears, `metadata` merges key by key."""

    name: DeviceName | msgspec.UnsetType = msgspec.UNSET
    status: Literal["ACTIVE", "INACTIVE", "MAINTENANCE"] | msgspec.UnsetType = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    location: Location | msgspec.UnsetType | None = msgspec.UNSET
    metadata: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
