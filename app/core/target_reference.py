"""Which devices and sensors somebody means, as it travels; app/core/targets.py reads it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id

TargetType = Literal[
    "ORGANIZATION",
    "SITE",
    "DEVICE_GROUP",
    "DEVICE_PROFILE",
    "SENSOR_PROFILE",
    "DEVICE",
    "COMPONENT",
    "SENSOR",
]
ProfileName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class TargetReference(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """What somebody means, by its id. The id of a profile is a version's; its name means every
    version, those to come too."""

    type: Annotated[TargetType, described("What it is.", "DEVICE_GROUP")]
    id: Annotated[
        UUID | None, described("Its id; none where a profile is named.", example_id("device group"))
    ] = None
    name: Annotated[
        ProfileName | None, described("Of a profile: every version of that name.", None)
    ] = None
