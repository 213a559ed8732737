from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.catalogue.compatibility import Change
from app.catalogue.fields import Field, Fields, Text
from app.catalogue.ids import SensorProfileId
from app.catalogue.versions import VERSION, Name, VersionText
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Moment, Read, etag_of

_NAME, _DESCRIPTION = "room-climate", "Temperature and humidity of a room."
_CHANGES = "Humidity is new."
_COMPONENT = example_id("component")
_PACK = described("The pack that brought it; null for one of your own.", "environment")
_FIELDS = [
    {"key": "temperature", "type": "DOUBLE", "unit": "°C", "min": -40, "max": 85, "required": True},
    {"key": "humidity", "type": "DOUBLE", "unit": "%", "min": 0, "max": 100},
]
_CHANGE = {
    "path": "$.fields[0].min",
    "code": "RANGE_NARROWED",
    "isBreaking": True,
    "message": "temperature: min was -40, is -20",
}


class ProfileRead(Read):
    """What versions of both kinds of profile have: they never change, so the ETag is the version's own."""

    def etag(self) -> str:
        id_: UUID = self.id  # type: ignore[attr-defined]
        created_at: datetime = self.created_at  # type: ignore[attr-defined]
        return etag_of(id_, created_at)


class SensorProfileCreate(Body):
    """A version of a sensor profile: the first of its name, or one that follows another."""

    name: Annotated[Name, described("What all of its versions are called.", _NAME)]
    version: Annotated[VersionText, VERSION]
    fields: Annotated[
        Annotated[Fields, msgspec.Meta(min_length=1)],
        described("What a component with this profile reports or is told.", _FIELDS),
    ]
    description: Annotated[Text, described("What it is for.", _DESCRIPTION)] = ""
    changes: Annotated[
        Text, described("What is new since the version before, for people.", _CHANGES)
    ] = ""


class SensorProfileRead(ProfileRead):
    """One version of a sensor profile. It never changes."""

    id: SensorProfileId
    name: Annotated[str, described("What all of its versions are called.", _NAME)]
    version: Annotated[str, VERSION]
    description: Annotated[str, described("What it is for.", _DESCRIPTION)]
    changes: Annotated[
        str, described("What is new since the version before, for people.", _CHANGES)
    ]
    fields: Annotated[
        list[Field], described("What a component with this profile reports or is told.", _FIELDS)
    ]
    pack: Annotated[str | None, _PACK]
    created_by: Principal
    created_at: CreatedAt

    def path(self) -> str:
        return f"/api/v1/sensor-profiles/{self.id}"


class FieldsToCompare(Body):
    """The fields of a version that may come."""

    fields: Annotated[
        Annotated[Fields, msgspec.Meta(min_length=1)],
        described("What the new version would have.", _FIELDS),
    ]


class Compatibility(Read):
    """How fields differ from those of a version that is there."""

    is_compatible: Annotated[bool, described("Whether nothing breaks.", False)]
    least_version: Annotated[
        str, described("The smallest number that the new version may have.", "2.0")
    ]
    changes: Annotated[list[Change], described("Every difference.", [_CHANGE])]


class UpgradePreviewRequest(Body):
    """Which components would be moved to the version, and how far to look back."""

    days: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=90)],
        described("How many days of readings to look at.", 7),
    ] = 7
    component_ids: Annotated[
        Annotated[list[UUID], msgspec.Meta(max_length=1000)] | None,
        described(
            "These components; all with another version of the profile if left out.", [_COMPONENT]
        ),
    ] = None


class FailedReading(Read):
    """A reading that the version would have refused."""

    device_id: Annotated[UUID, described("The device.", example_id("device"))]
    component_id: Annotated[UUID, described("The component.", _COMPONENT)]
    sensor: Annotated[str, described("The sensor's key.", "temperature")]
    timestamp: Annotated[Moment, described("The reading's time.", "2026-11-23T10:30:00Z")]
    value: Annotated[
        float | int | bool | str | None, described("Its value; null for a missing field.", 99.5)
    ]


class FieldFault(Read):
    """How often one field would have been refused for one reason."""

    field: Annotated[str, described("The field's key.", "temperature")]
    code: Annotated[
        str,
        described(
            "Why: the reason that quarantine would give.",
            "OUT_OF_RANGE",
            enum=["OUT_OF_RANGE", "WRONG_TYPE", "MISSING_FIELD", "UNKNOWN_SENSOR"],
        ),
    ]
    count: Annotated[int, described("How many readings, or payloads without the field.", 12)]
    examples: Annotated[list[FailedReading], described("The newest of them, three at most.")]


class UpgradePreview(Read):
    """What would have happened, had the components been bound to the version in that time."""

    components: Annotated[int, described("How many components would be moved.", 40)]
    devices: Annotated[int, described("Of how many devices.", 8)]
    start: Annotated[
        Moment, described("From when on readings were looked at.", "2026-11-16T10:30:00Z")
    ] = msgspec.field(name="from")
    end: Annotated[Moment, described("Until when.", "2026-11-23T10:30:00Z")] = msgspec.field(
        name="to"
    )
    readings: Annotated[int, described("How many readings were looked at.", 120_000)]
    is_complete: Annotated[
        bool,
        described(
            "False where there were more readings than a preview looks at: the newest were.", True
        ),
    ]
    faults: Annotated[
        list[FieldFault], described("Each field and reason with its count; empty: all would pass.")
    ]
