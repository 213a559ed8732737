from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described
from app.core.job_functions import JobFunction
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.fleet.ids import SENSOR
from app.journal.ids import AnnotationClassId, JobDefinitionId

JobName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
JobText = Annotated[str, msgspec.Meta(max_length=2000)]
FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
EverySeconds = Annotated[int, msgspec.Meta(ge=60, le=31_536_000)]
Numbers = dict[str, float | int]

_TARGET = {"type": "SENSOR_PROFILE", "name": "room-climate"}
_NAME = described("Unique in the organization.", "climate-gaps")
_DESCRIPTION = described("What it finds.", "Sensors that went silent.")
_FUNCTION = described("What is computed.", "DATA_GAP")
_PARAMETERS = described(
    "The function's numbers, as docs/analytics.md lists them; what isn't given has a default.",
    {"gapSeconds": 900},
)
_FIELD = described("The key of the sensors that are looked at.", "temperature")
_EVERY = described("How often it runs.", 3600)
_ENABLED = described("Whether it runs by itself.", True)
_TARGET_OF = described("Whose sensors.", _TARGET)


class OtherSeries(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The series beside each that is looked at: a sensor by its id; or of the same device that with
    the key `field` (the same key if left out), on a component of that key, or with that sensor
    profile."""

    sensor_id: Annotated[UUID | None, described("One for all.", SENSOR)] = None
    field: Annotated[FieldName | None, described("Its key.", "temperature")] = None
    component: Annotated[FieldName | None, described("The component's key.", "reference")] = None
    sensor_profile: Annotated[
        FieldName | None, described("The name of the component's profile.", "reference-climate")
    ] = None


_OTHER = described(
    "What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each sensor's "
    "component, over the span of their reference pair.",
)


class JobDefinitionRead(Read):
    """A computation on a clock that writes annotations."""

    id: JobDefinitionId
    name: Annotated[str, _NAME]
    description: Annotated[str, _DESCRIPTION]
    function: Annotated[JobFunction, _FUNCTION]
    pack: Annotated[str | None, described("The pack that brought it.", "environment")]
    parameters: Annotated[Numbers, _PARAMETERS]
    target: Annotated[TargetReference, _TARGET_OF]
    field: Annotated[str, _FIELD]
    other: Annotated[OtherSeries | None, _OTHER]
    every_seconds: Annotated[int, _EVERY]
    annotation_class_id: AnnotationClassId
    enabled: Annotated[bool, _ENABLED]
    due_at: Annotated[Moment, described("When it runs next.", "2026-11-24T10:00:00Z")]
    settled_to: Annotated[
        Moment | None,
        described("Up to when its runs by the clock have looked.", "2026-11-24T08:50:00Z"),
    ]
    created_by: Annotated[str, described("Who made it.", "user_1f6b2c")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/job-definitions/{self.id}"


class JobDefinitionCreate(Body):
    """A new definition. It runs first within seconds, over the last 30 days."""

    name: Annotated[JobName, _NAME]
    function: Annotated[JobFunction, _FUNCTION]
    target: Annotated[TargetReference, _TARGET_OF]
    field: Annotated[FieldName, _FIELD]
    every_seconds: Annotated[EverySeconds, _EVERY]
    annotation_class_id: AnnotationClassId
    parameters: Annotated[Numbers, _PARAMETERS] = {}
    other: Annotated[OtherSeries | None, _OTHER] = None
    description: Annotated[JobText, _DESCRIPTION] = ""
    enabled: Annotated[bool, _ENABLED] = True


class JobDefinitionUpdate(Body):
    """A JSON Merge Patch, but for `parameters`, `target` and `other`, which are replaced whole.
    After a change of what is computed the last 30 days are computed anew; what was found before
    them stays."""

    name: Annotated[JobName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    description: Annotated[JobText | msgspec.UnsetType, _DESCRIPTION] = msgspec.UNSET
    parameters: Annotated[Numbers | msgspec.UnsetType, _PARAMETERS] = msgspec.UNSET
    target: Annotated[TargetReference | msgspec.UnsetType, _TARGET_OF] = msgspec.UNSET
    field: Annotated[FieldName | msgspec.UnsetType, _FIELD] = msgspec.UNSET
    other: Annotated[OtherSeries | msgspec.UnsetType | None, _OTHER] = msgspec.UNSET
    every_seconds: Annotated[EverySeconds | msgspec.UnsetType, _EVERY] = msgspec.UNSET
    enabled: Annotated[bool | msgspec.UnsetType, _ENABLED] = msgspec.UNSET
