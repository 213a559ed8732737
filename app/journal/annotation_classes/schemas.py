from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.journal.ids import AnnotationClassId


class AnnotationScope(StrEnum):
    """What an annotation is about."""

    SITE = "SITE"
    DEVICE = "DEVICE"
    COMPONENT = "COMPONENT"
    SENSOR = "SENSOR"


ClassName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]
Color = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}$(?!\n)")]
Scopes = Annotated[list[AnnotationScope], msgspec.Meta(min_length=1, max_length=4)]
Fields = dict[str, Any]

_EXAMPLE = {
    "type": "object",
    "properties": {"cause": {"enum": ["door", "power"]}},
    "required": ["cause"],
}
_NAME = described("Unique in the organization.", "excursion")
_DESCRIPTION = described("What it is for.", "Goods were warmer or colder than they may be.")
_COLOR = described("As #rrggbb.", "#d64545")
_SCOPES = described("What its annotations may be about.", ["COMPONENT", "SENSOR"])
_FIELDS = described(
    "JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB.", _EXAMPLE
)


class AnnotationClassRead(Read):
    """A kind of annotation."""

    id: AnnotationClassId
    name: Annotated[str, _NAME]
    description: Annotated[str, _DESCRIPTION]
    color: Annotated[str, _COLOR]
    scopes: Annotated[list[AnnotationScope], _SCOPES]
    fields: Annotated[Fields, _FIELDS]
    pack: Annotated[str | None, described("The pack that brought it.", "cold-chain")]
    created_by: Annotated[str, described("Who made it.", "user_1f6b2c")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/annotation-classes/{self.id}"


class AnnotationClassCreate(Body):
    """A new kind of annotation."""

    name: Annotated[ClassName, _NAME]
    scopes: Annotated[Scopes, _SCOPES]
    description: Annotated[Description, _DESCRIPTION] = ""
    color: Annotated[Color, _COLOR] = "#808080"
    fields: Annotated[Fields, _FIELDS] = {}


class AnnotationClassUpdate(Body):
    """A JSON Merge Patch, but for `fields`, which is replaced as a whole. Annotations that are
    there stay as they are."""

    name: Annotated[ClassName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    scopes: Annotated[Scopes | msgspec.UnsetType, _SCOPES] = msgspec.UNSET
    description: Annotated[Description | msgspec.UnsetType, _DESCRIPTION] = msgspec.UNSET
    color: Annotated[Color | msgspec.UnsetType, _COLOR] = msgspec.UNSET
    fields: Annotated[Fields | msgspec.UnsetType, _FIELDS] = msgspec.UNSET
