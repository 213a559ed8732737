from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.live_events import EndTold
from app.core.wire import Body, Instant, Moment, Read
from app.fleet.ids import COMPONENT, DEVICE, SENSOR, SITE

EVENT = example_id("event")
EventId = Annotated[UUID, described("The event.", EVENT)]
TYPE_EXAMPLE = "DEVICE_STATUS"
ACTOR_EXAMPLE = f"device_{DEVICE}"
OCCURRED_AT = "2026-11-23T09:15:00.123456Z"


class EventSeverity(StrEnum):
    """How much it matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


_TYPE = described(
    "What kind of thing: DEVICE_STATUS, DEVICE, COMMAND, CONFIG, CERTIFICATE, ALERT, "
    "ANNOTATION, ANALYTICS, EXPORT, QUARANTINE, PACK, API_KEY, ORGANIZATION, MEDIA, FIRMWARE; "
    "NOTE and X_… are people's own.",
    TYPE_EXAMPLE,
)
_SEVERITY = described("How much it matters.", "INFO")
_TITLE = described("In one line.", "The device went offline")
_DETAILS = described("More, by type.", {"reason": "KEEP_ALIVE"})
_SITE = described("Where it happened.", SITE)
_DEVICE = described("To which device.", DEVICE)
_COMPONENT = described("To which of its components.", COMPONENT)
_SENSOR = described("To which sensor.", SENSOR)
_OCCURRED = described("When it happened.", OCCURRED_AT)


class EventRead(Read):
    """Something that happened. It never changes, and may name what is gone by now."""

    id: EventId
    type: Annotated[str, _TYPE]
    severity: Annotated[EventSeverity, _SEVERITY]
    title: Annotated[str, _TITLE]
    details: Annotated[dict[str, Any], _DETAILS]
    site_id: Annotated[UUID | None, _SITE]
    device_id: Annotated[UUID | None, _DEVICE]
    component_id: Annotated[UUID | None, _COMPONENT]
    sensor_id: Annotated[UUID | None, _SENSOR]
    occurred_at: Annotated[Moment, _OCCURRED]
    recorded_at: Annotated[
        Moment,
        described("When the platform wrote it down; may be later.", "2026-11-23T09:15:00.2Z"),
    ]
    actor: Annotated[
        str, described("Who did it: user_…, key_…, device_… or platform.", ACTOR_EXAMPLE)
    ]

    def path(self) -> str:
        return f"/api/v1/events/{self.id}"


class EventCreate(Body):
    """What people and their programs note. A sensor's device and site, a component's and a
    device's are filled in."""

    type: Annotated[
        str,
        msgspec.Meta(pattern="^(NOTE|X_[A-Z0-9_]{1,60})$"),
        described("NOTE, or a word of your own that begins with X_.", "NOTE"),
    ]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300), _TITLE]
    severity: Annotated[EventSeverity, _SEVERITY] = EventSeverity.INFO
    details: Annotated[
        dict[str, Any], described("Whatever belongs to it; at most 16 KiB.", {"ticket": "4711"})
    ] = {}
    site_id: Annotated[UUID | None, _SITE] = None
    device_id: Annotated[UUID | None, _DEVICE] = None
    component_id: Annotated[UUID | None, _COMPONENT] = None
    sensor_id: Annotated[UUID | None, _SENSOR] = None
    occurred_at: Annotated[
        Instant | None,
        described("Now, if left out; at most ten minutes ahead of the platform.", OCCURRED_AT),
    ] = None


# In the order in which a client meets them.
EVENTS: dict[str, type[msgspec.Struct]] = {"event": EventRead, "end": EndTold}
