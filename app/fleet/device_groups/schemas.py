from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.fleet.ids import DeviceGroupId


class Match(StrEnum):
    """Whether a device of the group has one of its tags, or every one."""

    ANY = "ANY"
    ALL = "ALL"


GroupName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]
GroupTags = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=100)]],
    msgspec.Meta(min_length=1, max_length=20),
]

_NAME = described("Unique in the organization.", "Cold rooms")
_DESCRIPTION = described("In people's words.", "Everything that must stay below 4 °C")
_TAGS = described("What its devices are labelled with; 1 to 20.", ["cold-chain"])


class DeviceGroupRead(Read):
    """Devices by their tags. Who is in it is computed when it is asked for."""

    id: DeviceGroupId
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    tags: Annotated[list[str], _TAGS]
    match: Annotated[str, described((Match.__doc__ or "").strip(), "ALL", enum=list(Match))]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/device-groups/{self.id}"


class DeviceGroupCreate(Body):
    """A new group."""

    name: Annotated[GroupName, _NAME]
    tags: Annotated[GroupTags, _TAGS]
    match: Annotated[Match, described((Match.__doc__ or "").strip(), "ALL")] = Match.ALL
    description: Annotated[Description | None, _DESCRIPTION] = None


class DeviceGroupUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears."""

    name: Annotated[GroupName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    tags: Annotated[GroupTags | msgspec.UnsetType, _TAGS] = msgspec.UNSET
    match: Annotated[Match | msgspec.UnsetType, described((Match.__doc__ or "").strip(), "ANY")] = (
        msgspec.UNSET
    )
    description: Annotated[Description | msgspec.UnsetType | None, _DESCRIPTION] = msgspec.UNSET
