from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.media.ids import CAMERA, CaptureRuleId

MOST_CAMERAS = 50
MOST_IDS = 200

EventSource = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
RuleName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
RollSeconds = Annotated[int, msgspec.Meta(ge=0, le=600)]
CooldownSeconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]
MaxPerHour = Annotated[int, msgspec.Meta(ge=1, le=500)]
Ids = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_IDS)]
CameraIds = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_CAMERAS)]

_NAME = described("Unique in the organization.", "Door of the cold room")
_CAMERA_IDS = described(
    "Which cameras; null for those that are seen with the event's device.", [CAMERA]
)
_PRE_ROLL = described("Seconds before the event.", 10)
_POST_ROLL = described("Seconds after it.", 20)
_COOLDOWN = described("Seconds between two events that are captured, by the events' times.", 60)
_MAX_PER_HOUR = described("Of one camera, in any hour of the events' times.", 20)
_ENABLED = described("Whether it captures.", True)


class CaptureMatch(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Which events. All that is given must hold; of an alert, that it began or became graver."""

    sources: Annotated[
        Annotated[list[EventSource], msgspec.Meta(min_length=1, max_length=20)] | None,
        described("Types of events.", ["ALERT"]),
    ] = None
    severities: Annotated[
        Annotated[
            list[Literal["INFO", "WARNING", "CRITICAL"]], msgspec.Meta(min_length=1, max_length=3)
        ]
        | None,
        described("How grave they are.", ["CRITICAL"]),
    ] = None
    device_ids: Annotated[Ids | None, described("Of these devices.", [example_id("device")])] = None
    sensor_ids: Annotated[Ids | None, described("Of these sensors.", [example_id("sensor")])] = None
    target: Annotated[
        TargetReference | None,
        described(
            "Of what is there: ORGANIZATION, SITE, DEVICE, COMPONENT or SENSOR.",
            {"type": "SITE", "id": example_id("site")},
        ),
    ] = None


_MATCH = described("Which events.", {"sources": ["ALERT"], "severities": ["CRITICAL"]})


class MediaCaptureRuleRead(Read):
    """What is to be seen when something happens."""

    id: CaptureRuleId
    name: Annotated[str, _NAME]
    match: Annotated[CaptureMatch, _MATCH]
    camera_ids: Annotated[list[UUID] | None, _CAMERA_IDS]
    pre_roll_seconds: Annotated[int, _PRE_ROLL]
    post_roll_seconds: Annotated[int, _POST_ROLL]
    cooldown_seconds: Annotated[int, _COOLDOWN]
    max_per_hour: Annotated[int, _MAX_PER_HOUR]
    enabled: Annotated[bool, _ENABLED]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/media-capture-rules/{self.id}"


class MediaCaptureRuleCreate(Body):
    """A new rule."""

    name: Annotated[RuleName, _NAME]
    match: Annotated[CaptureMatch, _MATCH]
    camera_ids: Annotated[CameraIds | None, _CAMERA_IDS] = None
    pre_roll_seconds: Annotated[RollSeconds, _PRE_ROLL] = 10
    post_roll_seconds: Annotated[RollSeconds, _POST_ROLL] = 20
    cooldown_seconds: Annotated[CooldownSeconds, _COOLDOWN] = 60
    max_per_hour: Annotated[MaxPerHour, _MAX_PER_HOUR] = 20
    enabled: Annotated[bool, _ENABLED] = True


class MediaCaptureRuleUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays; `match` is replaced as a whole."""

    name: Annotated[RuleName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    match: Annotated[CaptureMatch | msgspec.UnsetType, _MATCH] = msgspec.UNSET
    camera_ids: Annotated[CameraIds | msgspec.UnsetType | None, _CAMERA_IDS] = msgspec.UNSET
    pre_roll_seconds: Annotated[RollSeconds | msgspec.UnsetType, _PRE_ROLL] = msgspec.UNSET
    post_roll_seconds: Annotated[RollSeconds | msgspec.UnsetType, _POST_ROLL] = msgspec.UNSET
    cooldown_seconds: Annotated[CooldownSeconds | msgspec.UnsetType, _COOLDOWN] = msgspec.UNSET
    max_per_hour: Annotated[MaxPerHour | msgspec.UnsetType, _MAX_PER_HOUR] = msgspec.UNSET
    enabled: Annotated[bool | msgspec.UnsetType, _ENABLED] = msgspec.UNSET
