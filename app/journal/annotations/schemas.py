from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read, UpdatedAt
from app.fleet.ids import SENSOR
from app.journal.annotation_classes.schemas import AnnotationScope
from app.journal.ids import AnnotationClassId, AnnotationId

FROM, TO = "2026-11-23T09:15:00Z", "2026-11-23T10:45:00Z"


class AnnotationSource(StrEnum):
    """Who or what found it."""

    MANUAL = "MANUAL"
    RULE = "RULE"
    REFERENCE_SENSOR = "REFERENCE_SENSOR"
    EXTERNAL = "EXTERNAL"
    ML = "ML"
    JOB = "JOB"


# What rules and jobs make, they make themselves.
OwnSource = Literal["MANUAL", "REFERENCE_SENSOR", "EXTERNAL", "ML"]
Note = Annotated[str, msgspec.Meta(max_length=4000)]
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)]

_SCOPE_ID = described("What it is about.", SENSOR)
_FROM = described("The point, or the start of the range, included.", FROM)
_TO = described("The end of the range, not included; null for a point.", TO)
_VALUES = described("As the class's `fields` say; at most 16 KiB.", {"cause": "door"})
_NOTE = described("In people's words.", "Loading until 10:45")
_CONFIDENCE = described("How sure its maker is, 0 to 1.", 0.9)


class AnnotationRead(Read):
    """A note of a moment or a range. What it is about may be gone by now."""

    id: AnnotationId
    class_id: AnnotationClassId
    scope_type: Annotated[AnnotationScope, described("What it is about.", "SENSOR")]
    scope_id: Annotated[UUID, _SCOPE_ID]
    from_: Annotated[Moment, _FROM] = msgspec.field(name="from")
    to: Annotated[Moment | None, _TO]
    values: Annotated[dict[str, Any], _VALUES]
    note: Annotated[str | None, _NOTE]
    source: Annotated[AnnotationSource, described("Who or what found it.", "MANUAL")]
    confidence: Annotated[float | None, _CONFIDENCE]
    run_id: Annotated[UUID | None, described("Of the job that found it.", example_id("job run"))]
    alert_id: Annotated[UUID | None, described("Of the rule that left it.", example_id("alert"))]
    withdrawn_at: Annotated[
        Moment | None,
        described("When what found it said that it isn't so, after late readings.", None),
    ]
    created_by: Annotated[str, described("Who made it.", "user_1f6b2c")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/annotations/{self.id}"


class AnnotationCreate(Body):
    """A new annotation."""

    class_id: AnnotationClassId
    scope_type: Annotated[AnnotationScope, described("What it is about.", "SENSOR")]
    scope_id: Annotated[UUID, _SCOPE_ID]
    from_: Annotated[Instant, _FROM] = msgspec.field(name="from")
    to: Annotated[Instant | None, _TO] = None
    values: Annotated[dict[str, Any], _VALUES] = {}
    note: Annotated[Note | None, _NOTE] = None
    source: Annotated[
        OwnSource, described("Who or what found it; RULE and JOB are the platform's.", "MANUAL")
    ] = "MANUAL"
    confidence: Annotated[Confidence | None, _CONFIDENCE] = None


class AnnotationUpdate(Body):
    """A JSON Merge Patch, but for `values`, which are replaced as a whole. Of what a rule or a job
    found `note` alone may be changed."""

    from_: Annotated[Instant | msgspec.UnsetType, _FROM] = msgspec.field(
        name="from", default=msgspec.UNSET
    )
    to: Annotated[Instant | msgspec.UnsetType | None, _TO] = msgspec.UNSET
    values: Annotated[dict[str, Any] | msgspec.UnsetType, _VALUES] = msgspec.UNSET
    note: Annotated[Note | msgspec.UnsetType | None, _NOTE] = msgspec.UNSET
    confidence: Annotated[Confidence | msgspec.UnsetType | None, _CONFIDENCE] = msgspec.UNSET
