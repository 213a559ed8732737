from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.alerting.ids import ALERT, ALERT_RULE, AlertId, AlertRuleId
from app.core.bulk import OPERATIONS_MAX, BulkResult
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.fleet.ids import COMPONENT, DEVICE, SENSOR, SITE, ComponentId, DeviceId, SensorId, SiteId
from app.media.captures.schemas import CaptureRead

USER = f"user_{UUID(example_id('user')).hex}"


class AlertStatus(StrEnum):
    """How people handle it. Acknowledged: somebody is at it. Resolved: it needs nobody any more."""

    ACTIVE = "ACTIVE"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


class AlertGravity(StrEnum):
    """How grave it is."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


_STATUS = described("How people handle it.", "ACTIVE", enum=list(AlertStatus))
_SEVERITY = described("The highest that it is at, or was when it ended.", "WARNING")
_STARTED = described("Since when the condition has held.", "2026-11-23T09:10:00Z")
_FIRED = described("When it had held for long enough.", "2026-11-23T09:15:00Z")
_AT = described("When, in event time.", "2026-11-23T09:15:00Z")
_COMMENT = described("In people's words.", "The door stood open.")

Comment = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Value = float | int | bool | str


class AlertStep(Read):
    """From when on it has been so grave."""

    at: Annotated[Moment, _AT]
    severity: Annotated[AlertGravity, described("How grave.", "WARNING")]


class AlertRead(Read, kw_only=True):
    """An episode: from when until when a rule's condition held for a sensor, or a device. Its times
    are those of the readings, or of its sessions, whenever we heard; `recordedAt` is when we
    knew."""

    id: AlertId
    rule_id: AlertRuleId
    rule_name: Annotated[str, described("As it was called then.", "Cold room too warm")]
    rule_version: Annotated[int, described("Which version found it.", 3)]
    summary: Annotated[
        str, described("That version in words.", "Warning when temperature is above 8 °C.")
    ]
    sensor_id: Annotated[
        SensorId | None, described("Null of one that is about its device.", SENSOR)
    ]
    component_id: Annotated[ComponentId | None, described("Its component.", COMPONENT)]
    device_id: DeviceId
    site_id: Annotated[SiteId | None, described("Where the device was.", SITE)]
    severity: Annotated[AlertGravity, _SEVERITY]
    status: Annotated[AlertStatus, _STATUS]
    condition_active: Annotated[bool, described("Whether it still holds.", True)]
    value: Annotated[
        Value | None, described("The value that began it; null where no value did.", 8.4)
    ]
    steps: Annotated[list[AlertStep], described("Each change of its severity.")]
    started_at: Annotated[Moment, _STARTED]
    fired_at: Annotated[Moment, _FIRED]
    ended_at: Annotated[Moment | None, described("When it was over; null while it holds.", None)]
    end_reason: Annotated[
        str | None,
        described("CONDITION, SCHEDULE, or what became of the rule or the sensor.", None),
    ]
    recorded_at: Annotated[Moment, described("When it came to be known.", "2026-11-23T09:15:01.2Z")]
    changed_at: Annotated[
        Moment, described("When anything about it last changed.", "2026-11-23T09:15:01.2Z")
    ]
    refuted_at: Annotated[
        Moment | None, described("Since when readings that came late say it never was.", None)
    ]
    acknowledged_at: Annotated[Moment | None, described("When somebody took it on.", None)]
    acknowledged_by: Annotated[str | None, described("Who.", None)]
    resolved_at: Annotated[Moment | None, described("When it was resolved.", None)]
    resolved_by: Annotated[str | None, described("By whom: a person, or the platform.", None)]
    assignee: Annotated[str | None, described("Who is to look after it.", None)]
    reopen_at: Annotated[
        Moment | None,
        described("When it opens again if it still holds; of one that a person resolved.", None),
    ]


class AlertState(Read):
    """Where the rule stood for the sensor from this moment on."""

    at: Annotated[Moment, _AT]
    state: Annotated[
        Literal["QUIET", "PENDING", "FIRING", "RECOVERING"],
        described(
            "PENDING: it holds, not yet for long enough. RECOVERING: it doesn't any more, not yet "
            "for long enough.",
            "FIRING",
        ),
    ]


class AlertReading(Read):
    """A reading of the alert's sensor."""

    timestamp: Annotated[Moment, _AT]
    value: Annotated[Value, described("What was measured.", 8.4)]


class AlertCommentRead(Read):
    """What somebody said."""

    id: Annotated[UUID, described("The comment.", example_id("alert comment"))]
    comment: Annotated[str, _COMMENT]
    created_by: Annotated[str, described("Who said it.", USER)]
    created_at: CreatedAt


class AlertDetail(AlertRead, kw_only=True):
    """An alert with what is behind it."""

    transitions: Annotated[
        list[AlertState], described("Its rule's states while it lasted, the first hundred.")
    ]
    readings: Annotated[
        list[AlertReading],
        described("Around its firing; none without the permission readings:read."),
    ]
    comments: Annotated[list[AlertCommentRead], described("The oldest first.")]
    captures: Annotated[
        list[CaptureRead],
        described("What cameras saw of it, the first twenty; none without media:read."),
    ]


class AlertRemark(Body):
    """Something to say with it."""

    comment: Annotated[Comment | None, _COMMENT] = None


Assignee = Annotated[
    Annotated[str, msgspec.Meta(pattern=r"^user_[0-9a-f]{32}$(?!\n)")] | None,
    described("A member of the organization; null for nobody.", USER),
]


class AlertAssignment(Body):
    """Who is to look after it."""

    assignee: Assignee


class AlertCommentCreate(Body):
    """Something to say."""

    comment: Annotated[Comment, _COMMENT]


class AlertFilterBody(Body):
    """All conditions given must hold, as in the list."""

    status: Annotated[
        Annotated[list[AlertStatus], msgspec.Meta(max_length=3)] | None,
        described("One of these.", ["ACTIVE"]),
    ] = None
    severity: Annotated[
        Annotated[list[AlertGravity], msgspec.Meta(max_length=3)] | None,
        described("One of these.", ["WARNING"]),
    ] = None
    rule_id: Annotated[UUID | None, described("Of this rule.", ALERT_RULE)] = None
    device_id: Annotated[UUID | None, described("Of this device.", DEVICE)] = None
    sensor_id: Annotated[UUID | None, described("Of this sensor.", SENSOR)] = None
    site_id: Annotated[UUID | None, described("At this site.", SITE)] = None
    from_: Annotated[
        Instant | None, described("Fired at or after this.", "2026-11-23T00:00:00Z")
    ] = msgspec.field(name="from", default=None)
    to: Annotated[Instant | None, described("Fired before this.", "2026-11-24T00:00:00Z")] = None


class AlertChoice(Body, kw_only=True):
    """Which alerts: by their ids, or the newest 1,000 that match and aren't refuted."""

    ids: Annotated[
        Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=OPERATIONS_MAX)] | None,
        described("These.", [ALERT]),
    ] = None
    filter: Annotated[AlertFilterBody | None, described("Those that match.", None)] = None


class AlertBulkRemark(AlertChoice, kw_only=True):
    """Which alerts, and something to say with it."""

    comment: Annotated[Comment | None, _COMMENT] = None


class AlertBulkAssignment(AlertChoice, kw_only=True):
    """Which alerts, and who is to look after them."""

    assignee: Assignee


class AlertBulkComment(AlertChoice, kw_only=True):
    """Which alerts, and something to say."""

    comment: Annotated[Comment, _COMMENT]


class AlertBulkResults(Read):
    """One result for each alert, with the status that it would have had alone."""

    results: Annotated[
        list[BulkResult],
        described("In the order of the ids.", [{"index": 0, "status": 200, "id": ALERT}]),
    ]
    has_more: Annotated[bool, described("Whether more match than were handled: ask again.", False)]
