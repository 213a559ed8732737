# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What is watched, what was found, and who is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import (
    BulkResult,
    CaptureRead,
    TargetReference,
)
from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


AlertGravity: TypeAlias = Literal["CRITICAL", "INFO", "WARNING"]
"""How grave it is."""


AlertStatus: TypeAlias = Literal["ACKNOWLEDGED", "ACTIVE", "RESOLVED"]
"""How people handle it. Acknowledged: somebody is at it. Resolved: it needs nobody any more."""


MuteKind: TypeAlias = Literal["MAINTENANCE", "MUTE"]
"""MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there."""


NotificationStatus: TypeAlias = Literal["FAILED", "PENDING", "SENT", "SUPPRESSED"]
"""PENDING until its time has come and the receiver has taken it; then SENT, or FAILED when it
never did. SUPPRESSED: not sent, for a reason.
"""


RuleState: TypeAlias = Literal["FIRING", "PENDING", "QUIET", "RECOVERING", "WAITING"]
"""WAITING: nothing has come yet to decide by. PENDING: it holds, not yet for long enough, or
too soon after the last alert. RECOVERING: it doesn't hold any more, not yet for long
enough.
"""


SuppressedReason: TypeAlias = Literal[
    "ACKNOWLEDGED",
    "BELOW_SEVERITY",
    "CHANNEL_DISABLED",
    "CHANNEL_GONE",
    "ENDED",
    "ENDED_LONG_AGO",
    "FLAPPING",
    "HELD_BACK",
    "MAINTENANCE",
    "MUTED",
    "NOT_RISEN",
    "NOT_TOLD",
    "REFUTED",
]
"""Why something was not sent."""


class ActiveSchedule(Struct, kw_only=True, omit_defaults=True):
    """When the rule is active; outside of it nothing begins, and what is open ends."""

    timezone: str
    """An IANA name, or SITE for the zone of the device's site."""
    weekly: list[ActiveTimes]
    """When it is active."""


class ActiveTimes(Struct, kw_only=True, omit_defaults=True):
    """From when until when, on which days: what a wall clock shows there."""

    days: list[Literal["FRI", "MON", "SAT", "SUN", "THU", "TUE", "WED"]]
    """On which it begins."""
    from_: str = named(name="from")
    """HH:MM, included."""
    to: str
    """HH:MM, not included; no later than `from`: the next day's."""


class AlertAssignment(Struct, kw_only=True, omit_defaults=True):
    """Who is to look after it."""

    assignee: str | None
    """A member of the organization; null for nobody."""


class AlertBacktestDetail(Struct, kw_only=True, omit_defaults=True):
    """A back-test as a job, with the first alerts and the worst sensors that it has found so
    far.
    """

    id: str
    """The back-test."""
    rule_id: str | None = named(name="ruleId")
    """Compared with this one; null of a rule that isn't there."""
    rule: AlertRuleContent
    """What is tested."""
    from_: datetime = named(name="from")
    """Start of the range."""
    to: datetime
    """Its end, not included."""
    status: Literal["FAILED", "PENDING", "RUNNING", "SUCCEEDED"]
    """PENDING until a worker is free; FAILED has what it found until then."""
    progress: float
    """From 0 to 1, by sensors."""
    result: BacktestResult | None
    """So far; null before there is anything."""
    failure: str | None
    """Why it failed, if it did."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    started_at: datetime | None = named(name="startedAt")
    """When it began."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended."""
    expires_at: datetime = named(name="expiresAt")
    """When it is deleted, a day after it was asked for."""


class AlertBacktestPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertBacktestRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertBacktestRead(Struct, kw_only=True, omit_defaults=True):
    """A back-test as a job, as far as it is."""

    id: str
    """The back-test."""
    rule_id: str | None = named(name="ruleId")
    """Compared with this one; null of a rule that isn't there."""
    rule: AlertRuleContent
    """What is tested."""
    from_: datetime = named(name="from")
    """Start of the range."""
    to: datetime
    """Its end, not included."""
    status: Literal["FAILED", "PENDING", "RUNNING", "SUCCEEDED"]
    """PENDING until a worker is free; FAILED has what it found until then."""
    progress: float
    """From 0 to 1, by sensors."""
    result: BacktestSums | None
    """So far; null before there is anything."""
    failure: str | None
    """Why it failed, if it did."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    started_at: datetime | None = named(name="startedAt")
    """When it began."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended."""
    expires_at: datetime = named(name="expiresAt")
    """When it is deleted, a day after it was asked for."""


class AlertBulkAssignment(Struct, kw_only=True, omit_defaults=True):
    """Which alerts, and who is to look after them."""

    ids: list[str] | None | UnsetType = UNSET
    """These."""
    filter: AlertFilterBody | None | UnsetType = UNSET
    """Those that match."""
    assignee: str | None
    """A member of the organization; null for nobody."""


class AlertBulkComment(Struct, kw_only=True, omit_defaults=True):
    """Which alerts, and something to say."""

    ids: list[str] | None | UnsetType = UNSET
    """These."""
    filter: AlertFilterBody | None | UnsetType = UNSET
    """Those that match."""
    comment: str
    """In people's words."""


class AlertBulkRemark(Struct, kw_only=True, omit_defaults=True):
    """Which alerts, and something to say with it."""

    ids: list[str] | None | UnsetType = UNSET
    """These."""
    filter: AlertFilterBody | None | UnsetType = UNSET
    """Those that match."""
    comment: str | None | UnsetType = UNSET
    """In people's words."""


class AlertBulkResults(Struct, kw_only=True, omit_defaults=True):
    """One result for each alert, with the status that it would have had alone."""

    results: list[BulkResult]
    """In the order of the ids."""
    has_more: bool = named(name="hasMore")
    """Whether more match than were handled: ask again."""


class AlertCommentCreate(Struct, kw_only=True, omit_defaults=True):
    """Something to say."""

    comment: str
    """In people's words."""


class AlertCommentRead(Struct, kw_only=True, omit_defaults=True):
    """What somebody said."""

    id: str
    """The comment."""
    comment: str
    """In people's words."""
    created_by: str = named(name="createdBy")
    """Who said it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""


class AlertCondition(Struct, kw_only=True, omit_defaults=True):
    """When a rule holds: which of these a kind takes is on the page about alerting."""

    kind: (
        Literal[
            "AGGREGATE",
            "DEVIATION",
            "DISCONNECTED",
            "EXPRESSION",
            "NO_DATA",
            "RATE_OF_CHANGE",
            "STUCK",
            "VALUE",
        ]
        | UnsetType
    ) = UNSET
    """What is looked at."""
    operator: (
        Literal[
            "BETWEEN",
            "CHANGED",
            "CONTAINS",
            "EQ",
            "GT",
            "GTE",
            "IS_FALSE",
            "IS_TRUE",
            "LT",
            "LTE",
            "NEQ",
            "NOT_CONTAINS",
            "OUTSIDE",
        ]
        | None
        | UnsetType
    ) = UNSET
    """How it is compared."""
    value: float | str | None | UnsetType = UNSET
    """With what, of a rule with one level."""
    low: float | None | UnsetType = UNSET
    """Of BETWEEN and OUTSIDE, included."""
    high: float | None | UnsetType = UNSET
    """Of BETWEEN and OUTSIDE, included."""
    ignore_case: bool | UnsetType = named(default=UNSET, name="ignoreCase")
    """Of texts: A is a."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | None | UnsetType = (
        UNSET
    )
    """Of AGGREGATE: of the readings in the window."""
    window_seconds: int | None | UnsetType = named(default=UNSET, name="windowSeconds")
    """The window; of NO_DATA how long nothing came."""
    step_seconds: int | None | UnsetType = named(default=UNSET, name="stepSeconds")
    """How often a window is looked at; 15 times in its length if left out."""
    min_count: int | None | UnsetType = named(default=UNSET, name="minCount")
    """With fewer readings a window says nothing."""
    tolerance: float | None | UnsetType = UNSET
    """Of STUCK: how far apart the values may lie."""
    relative: bool | UnsetType = UNSET
    """Of DEVIATION: in percent."""
    grace_seconds: int | UnsetType = named(default=UNSET, name="graceSeconds")
    """How long time waits for readings that are on their way; of DISCONNECTED, how long devices
    have to come back after the broker was away.
    """
    other: OtherSensor | None | UnsetType = UNSET
    """Of DEVIATION."""
    expression: str | None | UnsetType = UNSET
    """Of EXPRESSION, over its inputs: holds where it isn't 0, or is compared."""
    inputs: dict[str, ExpressionInput] | None | UnsetType = UNSET
    """Of EXPRESSION, by name."""


class AlertDetail(Struct, kw_only=True, omit_defaults=True):
    """An alert with what is behind it."""

    id: str
    """The alert."""
    rule_id: str = named(name="ruleId")
    """The alert rule."""
    rule_name: str = named(name="ruleName")
    """As it was called then."""
    rule_version: int = named(name="ruleVersion")
    """Which version found it."""
    summary: str
    """That version in words."""
    sensor_id: str | None = named(name="sensorId")
    """Null of one that is about its device."""
    component_id: str | None = named(name="componentId")
    """Its component."""
    device_id: str = named(name="deviceId")
    """The device."""
    site_id: str | None = named(name="siteId")
    """Where the device was."""
    severity: AlertGravity
    """The highest that it is at, or was when it ended."""
    status: AlertStatus
    """How people handle it."""
    condition_active: bool = named(name="conditionActive")
    """Whether it still holds."""
    value: float | bool | str | None
    """The value that began it; null where no value did."""
    steps: list[AlertStep]
    """Each change of its severity."""
    started_at: datetime = named(name="startedAt")
    """Since when the condition has held."""
    fired_at: datetime = named(name="firedAt")
    """When it had held for long enough."""
    ended_at: datetime | None = named(name="endedAt")
    """When it was over; null while it holds."""
    end_reason: str | None = named(name="endReason")
    """CONDITION, SCHEDULE, or what became of the rule or the sensor."""
    recorded_at: datetime = named(name="recordedAt")
    """When it came to be known."""
    changed_at: datetime = named(name="changedAt")
    """When anything about it last changed."""
    refuted_at: datetime | None = named(name="refutedAt")
    """Since when readings that came late say it never was."""
    acknowledged_at: datetime | None = named(name="acknowledgedAt")
    """When somebody took it on."""
    acknowledged_by: str | None = named(name="acknowledgedBy")
    """Who."""
    resolved_at: datetime | None = named(name="resolvedAt")
    """When it was resolved."""
    resolved_by: str | None = named(name="resolvedBy")
    """By whom: a person, or the platform."""
    assignee: str | None
    """Who is to look after it."""
    reopen_at: datetime | None = named(name="reopenAt")
    """When it opens again if it still holds; of one that a person resolved."""
    transitions: list[AlertState]
    """Its rule's states while it lasted, the first hundred."""
    readings: list[AlertReading]
    """Around its firing; none without the permission readings:read."""
    comments: list[AlertCommentRead]
    """The oldest first."""
    captures: list[CaptureRead]
    """What cameras saw of it, the first twenty; none without media:read."""


class AlertFilterBody(Struct, kw_only=True, omit_defaults=True):
    """All conditions given must hold, as in the list."""

    status: list[AlertStatus] | None | UnsetType = UNSET
    """One of these."""
    severity: list[AlertGravity] | None | UnsetType = UNSET
    """One of these."""
    rule_id: str | None | UnsetType = named(default=UNSET, name="ruleId")
    """Of this rule."""
    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """Of this device."""
    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """Of this sensor."""
    site_id: str | None | UnsetType = named(default=UNSET, name="siteId")
    """At this site."""
    from_: datetime | None | UnsetType = named(default=UNSET, name="from")
    """Fired at or after this."""
    to: datetime | None | UnsetType = UNSET
    """Fired before this."""


class AlertLevel(Struct, kw_only=True, omit_defaults=True):
    """Where an alert of this severity begins, and where it ends. Without clear values it ends
    where
    it begins.
    """

    severity: Literal["CRITICAL", "INFO", "WARNING"]
    """How grave it is."""
    value: float | str | None | UnsetType = UNSET
    """With what is compared; the condition's if left out."""
    low: float | None | UnsetType = UNSET
    """Of BETWEEN and OUTSIDE."""
    high: float | None | UnsetType = UNSET
    """Of BETWEEN and OUTSIDE."""
    clear_value: float | None | UnsetType = named(default=UNSET, name="clearValue")
    """It goes on until this is passed again."""
    clear_low: float | None | UnsetType = named(default=UNSET, name="clearLow")
    """As clearValue, of low."""
    clear_high: float | None | UnsetType = named(default=UNSET, name="clearHigh")
    """As clearValue, of high."""
    for_seconds: int | UnsetType = named(default=UNSET, name="forSeconds")
    """How long it must hold first."""
    clear_for_seconds: int | UnsetType = named(default=UNSET, name="clearForSeconds")
    """How long it must be over first."""


class AlertMuteCreate(Struct, kw_only=True, omit_defaults=True):
    """Of a rule or of a target, not both."""

    kind: MuteKind | UnsetType = UNSET
    """MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there."""
    rule_id: str | None | UnsetType = named(default=UNSET, name="ruleId")
    """Of this rule's alerts; or of a target's."""
    target: TargetReference | None | UnsetType = UNSET
    """Of all alerts of what is in it; of a profile one version, or all by name."""
    from_: datetime = named(name="from")
    """From when on."""
    to: datetime
    """Until when, a year later at most."""
    reason: str | UnsetType = UNSET
    """In people's words."""


class AlertMutePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertMuteRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertMuteRead(Struct, kw_only=True, omit_defaults=True):
    """A time in which alerts are recorded, and nobody is told. What is still open at its end is
    told then.
    """

    id: str
    """The mute."""
    kind: MuteKind
    """MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there."""
    rule_id: str | None = named(name="ruleId")
    """Of this rule's alerts; or of a target's."""
    target: TargetReference | None
    """Of all alerts of what is in it; of a profile one version, or all by name."""
    from_: datetime = named(name="from")
    """From when on."""
    to: datetime
    """Until when, a year later at most."""
    reason: str
    """In people's words."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""


class AlertPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertRead(Struct, kw_only=True, omit_defaults=True):
    """An episode: from when until when a rule's condition held for a sensor, or a device. Its
    times
    are those of the readings, or of its sessions, whenever we heard; `recordedAt` is when we
    knew.
    """

    id: str
    """The alert."""
    rule_id: str = named(name="ruleId")
    """The alert rule."""
    rule_name: str = named(name="ruleName")
    """As it was called then."""
    rule_version: int = named(name="ruleVersion")
    """Which version found it."""
    summary: str
    """That version in words."""
    sensor_id: str | None = named(name="sensorId")
    """Null of one that is about its device."""
    component_id: str | None = named(name="componentId")
    """Its component."""
    device_id: str = named(name="deviceId")
    """The device."""
    site_id: str | None = named(name="siteId")
    """Where the device was."""
    severity: AlertGravity
    """The highest that it is at, or was when it ended."""
    status: AlertStatus
    """How people handle it."""
    condition_active: bool = named(name="conditionActive")
    """Whether it still holds."""
    value: float | bool | str | None
    """The value that began it; null where no value did."""
    steps: list[AlertStep]
    """Each change of its severity."""
    started_at: datetime = named(name="startedAt")
    """Since when the condition has held."""
    fired_at: datetime = named(name="firedAt")
    """When it had held for long enough."""
    ended_at: datetime | None = named(name="endedAt")
    """When it was over; null while it holds."""
    end_reason: str | None = named(name="endReason")
    """CONDITION, SCHEDULE, or what became of the rule or the sensor."""
    recorded_at: datetime = named(name="recordedAt")
    """When it came to be known."""
    changed_at: datetime = named(name="changedAt")
    """When anything about it last changed."""
    refuted_at: datetime | None = named(name="refutedAt")
    """Since when readings that came late say it never was."""
    acknowledged_at: datetime | None = named(name="acknowledgedAt")
    """When somebody took it on."""
    acknowledged_by: str | None = named(name="acknowledgedBy")
    """Who."""
    resolved_at: datetime | None = named(name="resolvedAt")
    """When it was resolved."""
    resolved_by: str | None = named(name="resolvedBy")
    """By whom: a person, or the platform."""
    assignee: str | None
    """Who is to look after it."""
    reopen_at: datetime | None = named(name="reopenAt")
    """When it opens again if it still holds; of one that a person resolved."""


class AlertReading(Struct, kw_only=True, omit_defaults=True):
    """A reading of the alert's sensor."""

    timestamp: datetime
    """When, in event time."""
    value: float | bool | str
    """What was measured."""


class AlertRemark(Struct, kw_only=True, omit_defaults=True):
    """Something to say with it."""

    comment: str | None | UnsetType = UNSET
    """In people's words."""


class AlertRuleContent(Struct, kw_only=True, omit_defaults=True):
    """What a rule says, whole: `POST` makes one, `PUT` replaces what it was."""

    name: str
    """Unique in the organization."""
    description: str | UnsetType = UNSET
    """What to do about it, in people's words."""
    target: TargetReference
    """Which sensors it watches: one, or all in a component, a device, a group, a site, the
    organization, or of a profile. Of DISCONNECTED: which devices.
    """
    field: str | None | UnsetType = UNSET
    """Of what is meant only the sensors with this key; of a profile always. Null with a SENSOR."""
    condition: AlertCondition
    """When it holds."""
    levels: list[AlertLevel]
    """One to three, in rising severity."""
    cooldown_seconds: int | UnsetType = named(default=UNSET, name="cooldownSeconds")
    """How long nothing fires after an alert's end."""
    schedule: ActiveSchedule | None | UnsetType = UNSET
    """When it is active; null for always."""
    auto_resolve: bool | UnsetType = named(default=UNSET, name="autoResolve")
    """Whether the end of the condition resolves the alert."""
    reopen_after_seconds: int | UnsetType = named(default=UNSET, name="reopenAfterSeconds")
    """Resolved by a person while it still holds, an alert opens again after this; 0 for never."""
    notify: list[RuleNotify] | UnsetType = UNSET
    """Who is told."""
    group_seconds: int | UnsetType = named(default=UNSET, name="groupSeconds")
    """How long the first message waits for others of the rule and site."""
    repeat_seconds: int | UnsetType = named(default=UNSET, name="repeatSeconds")
    """How often it is told again while ACTIVE; 0 for once."""
    notify_ended_within_seconds: int | UnsetType = named(
        default=UNSET, name="notifyEndedWithinSeconds"
    )
    """What was over longer ago when it came to be known is recorded, and nobody is told."""
    annotation_class_id: str | None | UnsetType = named(default=UNSET, name="annotationClassId")
    """Each alert leaves an annotation of this class on the sensor, as long as the alert is;
    withdrawn where late readings refute it.
    """
    enabled: bool | UnsetType = UNSET
    """Whether it is decided at all."""


class AlertRulePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertRuleRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertRuleRead(Struct, kw_only=True, omit_defaults=True):
    """A rule as it is in force. Of one level the condition has the value."""

    id: str
    """The alert rule."""
    name: str
    """Unique in the organization."""
    description: str
    """What to do about it, in people's words."""
    target: TargetReference
    """Which sensors it watches: one, or all in a component, a device, a group, a site, the
    organization, or of a profile. Of DISCONNECTED: which devices.
    """
    field: str | None
    """Of what is meant only the sensors with this key; of a profile always. Null with a SENSOR."""
    condition: AlertCondition
    """When it holds."""
    levels: list[AlertLevel]
    """One to three, in rising severity."""
    cooldown_seconds: int = named(name="cooldownSeconds")
    """How long nothing fires after an alert's end."""
    schedule: ActiveSchedule | None
    """When it is active; null for always."""
    auto_resolve: bool = named(name="autoResolve")
    """Whether the end of the condition resolves the alert."""
    reopen_after_seconds: int = named(name="reopenAfterSeconds")
    """Resolved by a person while it still holds, an alert opens again after this; 0 for never."""
    notify: list[RuleNotify]
    """Who is told."""
    group_seconds: int = named(name="groupSeconds")
    """How long the first message waits for others of the rule and site."""
    repeat_seconds: int = named(name="repeatSeconds")
    """How often it is told again while ACTIVE; 0 for once."""
    notify_ended_within_seconds: int = named(name="notifyEndedWithinSeconds")
    """What was over longer ago when it came to be known is recorded, and nobody is told."""
    annotation_class_id: str | None = named(name="annotationClassId")
    """Each alert leaves an annotation of this class on the sensor, as long as the alert is;
    withdrawn where late readings refute it.
    """
    enabled: bool
    """Whether it is decided at all."""
    version: int
    """Counts what decides: condition, levels, times, schedule and scope."""
    summary: str
    """The rule in words."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class AlertRuleStatePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertRuleStateRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertRuleStateRead(Struct, kw_only=True, omit_defaults=True):
    """Where a rule stands for one of its sensors, or devices. Times are event time."""

    sensor_id: str | None = named(name="sensorId")
    """Null of a rule about devices."""
    device_id: str = named(name="deviceId")
    """The device."""
    state: RuleState
    """Where the rule stands."""
    severity: Literal["CRITICAL", "INFO", "WARNING"] | None
    """Of the level that is meant; null of one that is quiet."""
    since: datetime
    """Since when."""
    due: datetime | None
    """When that ends by itself, if nothing else comes: it fires, or is over."""
    version: int
    """The rule's version that decides."""
    alert_id: str | None = named(name="alertId")
    """The alert that is open."""


class AlertRuleSummary(Struct, kw_only=True, omit_defaults=True):
    """What it would be called in a mail and in an alert."""

    summary: str
    """The rule in words."""


class AlertRuleTransition(Struct, kw_only=True, omit_defaults=True):
    """Where the rule stood from this moment on."""

    at: datetime
    """When, in event time."""
    state: RuleState
    """Where the rule stands."""
    severity: Literal["CRITICAL", "INFO", "WARNING"] | None
    """Of the level that is meant; null of one that is quiet."""


class AlertRuleTransitionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertRuleTransition]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertRuleUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null is the default; `condition` merges key by
    key, lists are replaced.
    """

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """What to do about it, in people's words."""
    target: dict[str, Any] | UnsetType = UNSET
    """As in a new rule."""
    field: str | None | UnsetType = UNSET
    """Of what is meant only the sensors with this key; of a profile always. Null with a SENSOR."""
    condition: dict[str, Any] | UnsetType = UNSET
    """As in a new rule, merged key by key."""
    levels: list[AlertLevel] | UnsetType = UNSET
    """One to three, in rising severity."""
    cooldown_seconds: int | None | UnsetType = named(default=UNSET, name="cooldownSeconds")
    """How long nothing fires after an alert's end."""
    schedule: dict[str, Any] | None | UnsetType = UNSET
    """As in a new rule, merged key by key."""
    auto_resolve: bool | None | UnsetType = named(default=UNSET, name="autoResolve")
    """Whether the end of the condition resolves the alert."""
    reopen_after_seconds: int | None | UnsetType = named(default=UNSET, name="reopenAfterSeconds")
    """Resolved by a person while it still holds, an alert opens again after this; 0 for never."""
    notify: list[RuleNotify] | None | UnsetType = UNSET
    """Who is told."""
    group_seconds: int | None | UnsetType = named(default=UNSET, name="groupSeconds")
    """How long the first message waits for others of the rule and site."""
    repeat_seconds: int | None | UnsetType = named(default=UNSET, name="repeatSeconds")
    """How often it is told again while ACTIVE; 0 for once."""
    notify_ended_within_seconds: int | None | UnsetType = named(
        default=UNSET, name="notifyEndedWithinSeconds"
    )
    """What was over longer ago when it came to be known is recorded, and nobody is told."""
    annotation_class_id: str | None | UnsetType = named(default=UNSET, name="annotationClassId")
    """Each alert leaves an annotation of this class on the sensor, as long as the alert is;
    withdrawn where late readings refute it.
    """
    enabled: bool | None | UnsetType = UNSET
    """Whether it is decided at all."""


class AlertRuleVersionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AlertRuleVersionRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AlertRuleVersionRead(Struct, kw_only=True, omit_defaults=True):
    """What a rule decided by, from `start` on until the next version's."""

    version: int
    """Counts what decides: condition, levels, times, schedule and scope."""
    target: TargetReference
    """Which sensors it watches: one, or all in a component, a device, a group, a site, the
    organization, or of a profile. Of DISCONNECTED: which devices.
    """
    field: str | None
    """Of what is meant only the sensors with this key; of a profile always. Null with a SENSOR."""
    condition: AlertCondition
    """When it holds."""
    levels: list[AlertLevel]
    """One to three, in rising severity."""
    cooldown_seconds: int = named(name="cooldownSeconds")
    """How long nothing fires after an alert's end."""
    schedule: ActiveSchedule | None
    """When it is active; null for always."""
    summary: str
    """The rule in words."""
    start: datetime
    """From when on."""
    created_by: str = named(name="createdBy")
    """Who made it."""


class AlertState(Struct, kw_only=True, omit_defaults=True):
    """Where the rule stood for the sensor from this moment on."""

    at: datetime
    """When, in event time."""
    state: Literal["FIRING", "PENDING", "QUIET", "RECOVERING"]
    """PENDING: it holds, not yet for long enough. RECOVERING: it doesn't any more, not yet for
    long enough.
    """


class AlertStep(Struct, kw_only=True, omit_defaults=True):
    """From when on it has been so grave."""

    at: datetime
    """When, in event time."""
    severity: AlertGravity
    """How grave."""


class BacktestAlert(Struct, kw_only=True, omit_defaults=True):
    """An alert that it would have found."""

    sensor_id: str | None = named(name="sensorId")
    """Null of one about a device."""
    device_id: str | None = named(name="deviceId")
    """Of a rule about devices; null of one about sensors."""
    severity: Literal["CRITICAL", "INFO", "WARNING"]
    """How grave it is."""
    started_at: datetime = named(name="startedAt")
    """Since when it held."""
    fired_at: datetime = named(name="firedAt")
    """When it had held for long enough."""
    ended_at: datetime | None = named(name="endedAt")
    """When it was over; null at the range's end."""
    peak: float | None
    """The value that went farthest; null where none is farther than others."""


class BacktestDifference(Struct, kw_only=True, omit_defaults=True):
    """How many alerts there are that the version in force doesn't find in the same readings, how
    many it finds that there aren't, and how many have other times or severities. Without such a
    version, all are new.
    """

    added: int
    """New."""
    removed: int
    """No more."""
    moved: int
    """Otherwise."""


class BacktestRange(Struct, kw_only=True, omit_defaults=True):
    """Over what a rule is tested, and as what: as it is in force if `rule` is left out."""

    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """Its end, not included."""
    rule: AlertRuleContent | None | UnsetType = UNSET
    """As it would be, compared with what it is."""
    background: bool | UnsetType = UNSET
    """As a job: answered with 202 and how far it is, later under that answer's Location. A test of
    more than 1,000 sensors is one in any case. Needs alert-rules:write, too.
    """


class BacktestRequest(Struct, kw_only=True, omit_defaults=True):
    """A rule that isn't there, and over what it is tested."""

    rule: AlertRuleContent
    """As it would be."""
    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """Its end, not included."""
    background: bool | UnsetType = UNSET
    """As a job: answered with 202 and how far it is, later under that answer's Location. A test of
    more than 1,000 sensors is one in any case. Needs alert-rules:write, too.
    """


class BacktestResult(Struct, kw_only=True, omit_defaults=True):
    """What a rule would have found in what is stored now."""

    count: int
    """How many alerts; at most somewhat over 100,000 are counted, by a job of each sensor."""
    firing_seconds: float = named(name="firingSeconds")
    """How long all of them lasted."""
    messages: int
    """How many messages that would have been, ungrouped and unmuted."""
    difference: BacktestDifference
    truncated: bool
    """Whether there are more than `alerts` shows."""
    sensors: int
    """On how many, or on how many devices, it was tested."""
    readings: int
    """How many were read."""
    alerts: list[BacktestAlert]
    """By sensor and time, the first 1,000; the first 200 of a job."""
    by_sensor: list[BacktestSensor] = named(name="bySensor")
    """Those with alerts or differences that fired for longest first, at most 100."""


class BacktestSensor(Struct, kw_only=True, omit_defaults=True):
    """What became of one sensor, or device."""

    sensor_id: str | None = named(name="sensorId")
    """Null of a device."""
    device_id: str | None = named(name="deviceId")
    """Of a rule about devices."""
    count: int
    """How many alerts."""
    firing_seconds: float = named(name="firingSeconds")
    """How long they lasted."""
    messages: int
    """How many messages that would have been."""
    difference: BacktestDifference


class BacktestSums(Struct, kw_only=True, omit_defaults=True):
    """How much a rule would have found in what is stored now."""

    count: int
    """How many alerts; at most somewhat over 100,000 are counted, by a job of each sensor."""
    firing_seconds: float = named(name="firingSeconds")
    """How long all of them lasted."""
    messages: int
    """How many messages that would have been, ungrouped and unmuted."""
    difference: BacktestDifference
    truncated: bool
    """Whether there are more than `alerts` shows."""
    sensors: int
    """On how many, or on how many devices, it was tested."""
    readings: int
    """How many were read."""


class ChannelCreate(Struct, kw_only=True, omit_defaults=True):
    """A new channel: `email` or `webhook`, as its type says."""

    name: str
    """Unique in the organization."""
    type: Literal["EMAIL", "WEBHOOK"]
    """By mail, or by a request to an address."""
    email: EmailTargets | None | UnsetType = UNSET
    """Of EMAIL."""
    webhook: WebhookCreate | None | UnsetType = UNSET
    """Of WEBHOOK."""
    max_per_hour: int | UnsetType = named(default=UNSET, name="maxPerHour")
    """Beyond so many messages an hour one digest tells of the rest."""
    enabled: bool | UnsetType = UNSET
    """Whether anything is sent."""


class ChannelPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ChannelRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ChannelRead(Struct, kw_only=True, omit_defaults=True):
    """Where messages go."""

    id: str
    """The channel."""
    name: str
    """Unique in the organization."""
    type: Literal["EMAIL", "WEBHOOK"]
    """By mail, or by a request to an address."""
    email: EmailTargets | None
    """Of EMAIL."""
    webhook: WebhookRead | None
    """Of WEBHOOK."""
    max_per_hour: int = named(name="maxPerHour")
    """Beyond so many messages an hour one digest tells of the rest."""
    enabled: bool
    """Whether anything is sent."""
    failing_since: datetime | None = named(name="failingSince")
    """Since when nothing could be delivered; null while all is well."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class ChannelTestResult(Struct, kw_only=True, omit_defaults=True):
    """What the receiver answered to a message of one line."""

    delivered: bool
    """Whether it took it."""
    status_code: int | None = named(name="statusCode")
    """What it answered, of HTTP or SMTP; null if nothing."""
    error: str | None
    """Why not, in words."""
    milliseconds: int
    """How long it took."""


class ChannelUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays. The type stays, too."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    email: EmailTargets | UnsetType = UNSET
    """Of EMAIL."""
    webhook: WebhookUpdate | UnsetType = UNSET
    """Of WEBHOOK."""
    max_per_hour: int | UnsetType = named(default=UNSET, name="maxPerHour")
    """Beyond so many messages an hour one digest tells of the rest."""
    enabled: bool | UnsetType = UNSET
    """Whether anything is sent."""


class EmailTargets(Struct, kw_only=True, omit_defaults=True):
    """Recipients of mail."""

    to: list[str]
    """Who gets each mail."""


class ExpressionInput(Struct, kw_only=True, omit_defaults=True):
    """A name in an EXPRESSION: a sensor, or the rule's own where neither is said."""

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """This sensor."""
    field: str | None | UnsetType = UNSET
    """A sensor of the same device, by its key."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | UnsetType = UNSET
    """What becomes of its window."""


class NotificationPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[NotificationRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class NotificationRead(Struct, kw_only=True, omit_defaults=True):
    """One line of the delivery log: what became of an alert, and whether a channel was told."""

    id: str
    """The notification."""
    alert_id: str | None = named(name="alertId")
    """Null of a digest and of a test."""
    channel_id: str = named(name="channelId")
    """The channel; it may be gone."""
    cause: str
    """FIRED, SEVERITY, RESOLVED, REFUTED, REOPENED, ACKNOWLEDGED, REPEAT, ESCALATED, FLAPPING,
    DIGEST or TEST.
    """
    severity: str
    """Of the alert then."""
    status: NotificationStatus
    reason: SuppressedReason | None
    """CHANNEL_GONE: the channel was deleted; CHANNEL_DISABLED: it is not enabled; BELOW_SEVERITY:
    the rule wants it told from a higher severity on; ENDED_LONG_AGO: it was over for long when
    it was found; MUTED: a mute was in force; MAINTENANCE: so was a maintenance window;
    NOT_TOLD: the channel was never told that it fired; NOT_RISEN: the severity is not above
    what was told; FLAPPING: alerts of this sensor come and go; that was told once; REFUTED:
    late data had shown that it never was; ENDED: it was over before its time came;
    ACKNOWLEDGED: somebody took it on before its time came; HELD_BACK: the channel had sent as
    much as it may in an hour; a digest tells of it.
    """
    message_id: str | None = named(name="messageId")
    """What was sent: lines with the same one were one message, whose `webhook-id` it is."""
    attempts: int
    """How often it was tried."""
    status_code: int | None = named(name="statusCode")
    """The receiver's last answer, of HTTP or SMTP."""
    error: str | None
    """What went wrong last."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    sent_at: datetime | None = named(name="sentAt")
    """When the receiver took it."""


class OtherSensor(Struct, kw_only=True, omit_defaults=True):
    """What DEVIATION compares with: one of the two."""

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """This sensor."""
    component: str | None | UnsetType = UNSET
    """The same field of this component of the device."""


class RuleNotify(Struct, kw_only=True, omit_defaults=True):
    """Who is told of what."""

    channel_id: str = named(name="channelId")
    """The channel."""
    min_severity: Literal["CRITICAL", "INFO", "WARNING"] | UnsetType = named(
        default=UNSET, name="minSeverity"
    )
    """Only of alerts as grave as this."""
    on: (
        list[Literal["ACKNOWLEDGED", "FIRED", "REFUTED", "REOPENED", "RESOLVED", "SEVERITY"]]
        | UnsetType
    ) = UNSET
    """What it is told."""
    after_seconds: int | UnsetType = named(default=UNSET, name="afterSeconds")
    """Only of who is still ACTIVE so long after it fired."""


class TemplateChoice(Struct, kw_only=True, omit_defaults=True):
    """A template of a pack that is installed, and what the rule has of its own."""

    pack: str
    """The pack's name."""
    template: str
    """The template's name there."""
    name: str | None | UnsetType = UNSET
    """The template's if left out."""
    target: TargetReference | None | UnsetType = UNSET
    """Which sensors; all of the template's sensor profile if left out."""
    notify: list[RuleNotify] | UnsetType = UNSET
    """Who is told."""
    enabled: bool | UnsetType = UNSET
    """Whether it is decided at all."""


class WebhookCreate(Struct, kw_only=True, omit_defaults=True):
    """A receiver of requests."""

    url: str
    """Where it is posted: https, and in the internet. For NTFY the topic's address."""
    format: Literal["DISCORD", "NTFY", "PAGERDUTY", "SLACK", "STANDARD", "TEAMS"] | UnsetType = (
        UNSET
    )
    """The body that the receiver takes; signed as standardwebhooks.com has it, whatever it is."""
    routing_key: str | None | UnsetType = named(default=UNSET, name="routingKey")
    """PAGERDUTY's integration key; for it alone."""


class WebhookRead(Struct, kw_only=True, omit_defaults=True):
    """The receiver, without what would let others write there."""

    host: str
    """Of the address."""
    format: Literal["DISCORD", "NTFY", "PAGERDUTY", "SLACK", "STANDARD", "TEAMS"]
    """The body that the receiver takes; signed as standardwebhooks.com has it, whatever it is."""
    secret: str | None = None
    """What its requests are signed with. Only in the answer to createNotificationChannel."""


class WebhookUpdate(Struct, kw_only=True, omit_defaults=True):
    """What isn't sent stays."""

    url: str | UnsetType = UNSET
    """Where it is posted: https, and in the internet. For NTFY the topic's address."""
    format: Literal["DISCORD", "NTFY", "PAGERDUTY", "SLACK", "STANDARD", "TEAMS"] | UnsetType = (
        UNSET
    )
    """The body that the receiver takes; signed as standardwebhooks.com has it, whatever it is."""
    routing_key: str | None | UnsetType = named(default=UNSET, name="routingKey")
    """PAGERDUTY's integration key; for it alone."""


_listAlertBacktests = Endpoint("listAlertBacktests", "GET", "/api/v1/alert-backtests", "natural")
_getAlertBacktest = Endpoint(
    "getAlertBacktest", "GET", "/api/v1/alert-backtests/{backtestId}", "natural"
)
_deleteAlertBacktest = Endpoint(
    "deleteAlertBacktest", "DELETE", "/api/v1/alert-backtests/{backtestId}", "natural"
)
_listAlertMutes = Endpoint("listAlertMutes", "GET", "/api/v1/alert-mutes", "natural")
_createAlertMute = Endpoint("createAlertMute", "POST", "/api/v1/alert-mutes", "key")
_getAlertMute = Endpoint("getAlertMute", "GET", "/api/v1/alert-mutes/{muteId}", "natural")
_deleteAlertMute = Endpoint("deleteAlertMute", "DELETE", "/api/v1/alert-mutes/{muteId}", "natural")
_listAlertRules = Endpoint("listAlertRules", "GET", "/api/v1/alert-rules", "natural")
_createAlertRule = Endpoint("createAlertRule", "POST", "/api/v1/alert-rules", "key")
_createAlertRuleFromTemplate = Endpoint(
    "createAlertRuleFromTemplate", "POST", "/api/v1/alert-rules/from-template", "never"
)
_summarizeAlertRule = Endpoint(
    "summarizeAlertRule", "POST", "/api/v1/alert-rules/summary", "natural"
)
_testNewAlertRule = Endpoint("testNewAlertRule", "POST", "/api/v1/alert-rules/test", "never")
_getAlertRule = Endpoint("getAlertRule", "GET", "/api/v1/alert-rules/{ruleId}", "natural")
_replaceAlertRule = Endpoint("replaceAlertRule", "PUT", "/api/v1/alert-rules/{ruleId}", "natural")
_updateAlertRule = Endpoint("updateAlertRule", "PATCH", "/api/v1/alert-rules/{ruleId}", "natural")
_deleteAlertRule = Endpoint("deleteAlertRule", "DELETE", "/api/v1/alert-rules/{ruleId}", "natural")
_disableAlertRule = Endpoint(
    "disableAlertRule", "POST", "/api/v1/alert-rules/{ruleId}/disable", "natural"
)
_enableAlertRule = Endpoint(
    "enableAlertRule", "POST", "/api/v1/alert-rules/{ruleId}/enable", "natural"
)
_listAlertRuleStates = Endpoint(
    "listAlertRuleStates", "GET", "/api/v1/alert-rules/{ruleId}/states", "natural"
)
_testAlertRule = Endpoint("testAlertRule", "POST", "/api/v1/alert-rules/{ruleId}/test", "never")
_listAlertRuleTransitions = Endpoint(
    "listAlertRuleTransitions", "GET", "/api/v1/alert-rules/{ruleId}/transitions", "natural"
)
_listAlertRuleVersions = Endpoint(
    "listAlertRuleVersions", "GET", "/api/v1/alert-rules/{ruleId}/versions", "natural"
)
_listAlerts = Endpoint("listAlerts", "GET", "/api/v1/alerts", "natural")
_acknowledgeAlerts = Endpoint("acknowledgeAlerts", "POST", "/api/v1/alerts/acknowledge", "natural")
_assignAlerts = Endpoint("assignAlerts", "POST", "/api/v1/alerts/assign", "natural")
_commentOnAlerts = Endpoint("commentOnAlerts", "POST", "/api/v1/alerts/comments", "never")
_resolveAlerts = Endpoint("resolveAlerts", "POST", "/api/v1/alerts/resolve", "natural")
_getAlert = Endpoint("getAlert", "GET", "/api/v1/alerts/{alertId}", "natural")
_acknowledgeAlert = Endpoint(
    "acknowledgeAlert", "POST", "/api/v1/alerts/{alertId}/acknowledge", "natural"
)
_assignAlert = Endpoint("assignAlert", "POST", "/api/v1/alerts/{alertId}/assign", "natural")
_commentOnAlert = Endpoint("commentOnAlert", "POST", "/api/v1/alerts/{alertId}/comments", "never")
_listAlertNotifications = Endpoint(
    "listAlertNotifications", "GET", "/api/v1/alerts/{alertId}/notifications", "natural"
)
_resolveAlert = Endpoint("resolveAlert", "POST", "/api/v1/alerts/{alertId}/resolve", "natural")
_listNotificationChannels = Endpoint(
    "listNotificationChannels", "GET", "/api/v1/notification-channels", "natural"
)
_createNotificationChannel = Endpoint(
    "createNotificationChannel", "POST", "/api/v1/notification-channels", "key"
)
_getNotificationChannel = Endpoint(
    "getNotificationChannel", "GET", "/api/v1/notification-channels/{channelId}", "natural"
)
_updateNotificationChannel = Endpoint(
    "updateNotificationChannel", "PATCH", "/api/v1/notification-channels/{channelId}", "natural"
)
_deleteNotificationChannel = Endpoint(
    "deleteNotificationChannel", "DELETE", "/api/v1/notification-channels/{channelId}", "natural"
)
_listChannelNotifications = Endpoint(
    "listChannelNotifications",
    "GET",
    "/api/v1/notification-channels/{channelId}/notifications",
    "natural",
)
_testNotificationChannel = Endpoint(
    "testNotificationChannel", "POST", "/api/v1/notification-channels/{channelId}/test", "never"
)


class AlertBacktestsApi(SyncTransport):
    """Operations of `alert_backtests`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertBacktestPage:
        """Back-tests that are jobs, newest first; needs readings:read, too.

        Needs the permission `alert-rules:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAlertBacktests,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=AlertBacktestPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[AlertBacktestRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def get(self, backtest_id: str) -> AlertBacktestDetail:
        """One of them: how far it is, and what it has found so far; needs readings:read, too.

        Needs the permission `alert-rules:read`.

        backtest_id: The back-test.
        """
        return self._call(_getAlertBacktest, path=(backtest_id,), answer=AlertBacktestDetail)

    def delete(self, backtest_id: str) -> None:
        """Delete a back-test and what it has found. One that runs is ended.

        Needs the permission `alert-rules:write`.

        backtest_id: The back-test.
        """
        return self._call(_deleteAlertBacktest, path=(backtest_id,), answer=type(None))


class AsyncAlertBacktestsApi(AsyncTransport):
    """Operations of `alert_backtests`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertBacktestPage:
        """Back-tests that are jobs, newest first; needs readings:read, too.

        Needs the permission `alert-rules:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAlertBacktests,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=AlertBacktestPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AlertBacktestRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def get(self, backtest_id: str) -> AlertBacktestDetail:
        """One of them: how far it is, and what it has found so far; needs readings:read, too.

        Needs the permission `alert-rules:read`.

        backtest_id: The back-test.
        """
        return await self._call(_getAlertBacktest, path=(backtest_id,), answer=AlertBacktestDetail)

    async def delete(self, backtest_id: str) -> None:
        """Delete a back-test and what it has found. One that runs is ended.

        Needs the permission `alert-rules:write`.

        backtest_id: The back-test.
        """
        return await self._call(_deleteAlertBacktest, path=(backtest_id,), answer=type(None))


class AlertMutesApi(SyncTransport):
    """Operations of `alert_mutes`, for programs that wait."""

    def list(
        self,
        *,
        active: bool | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertMutePage:
        """Mutes and maintenance windows, newest first; those that are over, too.

        Needs the permission `alert-rules:read`.

        active: Only those that are in force now, or aren't.
        rule_id: Only of this rule.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAlertMutes,
            query={
                "active": active,
                "ruleId": rule_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertMutePage,
        )

    def each(
        self,
        *,
        active: bool | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[AlertMuteRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                active=active,
                rule_id=rule_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        kind: MuteKind | UnsetType = UNSET,
        rule_id: str | None | UnsetType = UNSET,
        target: TargetReference | None | UnsetType = UNSET,
        reason: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AlertMuteRead:
        """Say when nobody is to be told. Alerts are recorded all the same.

        Needs the permission `alert-rules:write`.

        kind: MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there.
        rule_id: Of this rule's alerts; or of a target's.
        target: Of all alerts of what is in it; of a profile one version, or all by name.
        from_: From when on.
        to: Until when, a year later at most.
        reason: In people's words.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createAlertMute,
            body={
                "kind": kind,
                "ruleId": rule_id,
                "target": target,
                "from": from_,
                "to": to,
                "reason": reason,
            },
            idempotency_key=idempotency_key,
            answer=AlertMuteRead,
        )

    def get(self, mute_id: str) -> AlertMuteRead:
        """One mute.

        Needs the permission `alert-rules:read`.

        mute_id: The mute.
        """
        return self._call(_getAlertMute, path=(mute_id,), answer=AlertMuteRead)

    def delete(self, mute_id: str) -> None:
        """Delete a mute; from now on alerts are told again.

        Needs the permission `alert-rules:write`.

        mute_id: The mute.
        """
        return self._call(_deleteAlertMute, path=(mute_id,), answer=type(None))


class AsyncAlertMutesApi(AsyncTransport):
    """Operations of `alert_mutes`, for asynchronous programs."""

    async def list(
        self,
        *,
        active: bool | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertMutePage:
        """Mutes and maintenance windows, newest first; those that are over, too.

        Needs the permission `alert-rules:read`.

        active: Only those that are in force now, or aren't.
        rule_id: Only of this rule.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAlertMutes,
            query={
                "active": active,
                "ruleId": rule_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertMutePage,
        )

    def each(
        self,
        *,
        active: bool | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AlertMuteRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                active=active,
                rule_id=rule_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        kind: MuteKind | UnsetType = UNSET,
        rule_id: str | None | UnsetType = UNSET,
        target: TargetReference | None | UnsetType = UNSET,
        reason: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AlertMuteRead:
        """Say when nobody is to be told. Alerts are recorded all the same.

        Needs the permission `alert-rules:write`.

        kind: MUTE: nobody wants to hear of it. MAINTENANCE: somebody is at work there.
        rule_id: Of this rule's alerts; or of a target's.
        target: Of all alerts of what is in it; of a profile one version, or all by name.
        from_: From when on.
        to: Until when, a year later at most.
        reason: In people's words.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createAlertMute,
            body={
                "kind": kind,
                "ruleId": rule_id,
                "target": target,
                "from": from_,
                "to": to,
                "reason": reason,
            },
            idempotency_key=idempotency_key,
            answer=AlertMuteRead,
        )

    async def get(self, mute_id: str) -> AlertMuteRead:
        """One mute.

        Needs the permission `alert-rules:read`.

        mute_id: The mute.
        """
        return await self._call(_getAlertMute, path=(mute_id,), answer=AlertMuteRead)

    async def delete(self, mute_id: str) -> None:
        """Delete a mute; from now on alerts are told again.

        Needs the permission `alert-rules:write`.

        mute_id: The mute.
        """
        return await self._call(_deleteAlertMute, path=(mute_id,), answer=type(None))


class AlertRulesApi(SyncTransport):
    """Operations of `alert_rules`, for programs that wait."""

    def list(
        self,
        *,
        enabled: bool | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertRulePage:
        """Alert rules, newest first. All conditions given must hold.

        Needs the permission `alert-rules:read`.

        enabled: Only those that are, or aren't.
        sensor_id: Only those that watch it now.
        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAlertRules,
            query={
                "enabled": enabled,
                "sensorId": sensor_id,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertRulePage,
        )

    def each(
        self,
        *,
        enabled: bool | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[AlertRuleRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                enabled=enabled,
                sensor_id=sensor_id,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Add a rule. It watches from now on, by what is stored and what is still to come.

        Needs the permission `alert-rules:write`.

        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createAlertRule,
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=AlertRuleRead,
        )

    def create_from_template(
        self,
        *,
        pack: str,
        template: str,
        name: str | None | UnsetType = UNSET,
        target: TargetReference | None | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Add a rule that a pack brings: for every sensor of its profile, or for a target of
        yours. It is a rule like any other then, and knows nothing of the pack.

        Needs the permission `alert-rules:write`.

        pack: The pack's name.
        template: The template's name there.
        name: The template's if left out.
        target: Which sensors; all of the template's sensor profile if left out.
        notify: Who is told.
        enabled: Whether it is decided at all.
        """
        return self._call(
            _createAlertRuleFromTemplate,
            body={
                "pack": pack,
                "template": template,
                "name": name,
                "target": target,
                "notify": notify,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    def summarize(
        self,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleSummary:
        """A rule that isn't there in words; or what is wrong with it, each fault with its place.

        Needs the permission `alert-rules:read`.

        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return self._call(
            _summarizeAlertRule,
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleSummary,
        )

    def test_new(
        self,
        *,
        rule: AlertRuleContent,
        from_: datetime | str,
        to: datetime | str,
        background: bool | UnsetType = UNSET,
    ) -> BacktestResult:
        """What a rule that isn't there would have found in what is stored; needs readings:read,
        too.

        Needs the permission `alert-rules:read`.

        rule: As it would be.
        from_: Start of the range, included.
        to: Its end, not included.
        background: As a job: answered with 202 and how far it is, later under that answer's
        Location. A test of more than 1,000 sensors is one in any case. Needs alert-rules:write,
        too.
        """
        return self._call(
            _testNewAlertRule,
            body={"rule": rule, "from": from_, "to": to, "background": background},
            answer=BacktestResult,
        )

    def get(self, rule_id: str) -> AlertRuleRead:
        """One alert rule, as it is in force.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        """
        return self._call(_getAlertRule, path=(rule_id,), answer=AlertRuleRead)

    def replace(
        self,
        rule_id: str,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        if_match: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Say a rule anew. Where anything changes that decides, it is a new version from now on:
        an open alert goes on under it if its value still holds there, and ends otherwise.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return self._call(
            _replaceAlertRule,
            path=(rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    def update(
        self,
        rule_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        target: dict[str, Any] | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        condition: dict[str, Any] | UnsetType = UNSET,
        levels: Sequence[AlertLevel] | UnsetType = UNSET,
        cooldown_seconds: int | None | UnsetType = UNSET,
        schedule: dict[str, Any] | None | UnsetType = UNSET,
        auto_resolve: bool | None | UnsetType = UNSET,
        reopen_after_seconds: int | None | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | None | UnsetType = UNSET,
        group_seconds: int | None | UnsetType = UNSET,
        repeat_seconds: int | None | UnsetType = UNSET,
        notify_ended_within_seconds: int | None | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | None | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396); as for replacing it, what decides makes a
        new version, and names, channels and texts don't.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: As in a new rule.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: As in a new rule, merged key by key.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: As in a new rule, merged key by key.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return self._call(
            _updateAlertRule,
            path=(rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    def delete(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a rule. Its open alerts end, and all of them stay.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def disable(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> AlertRuleRead:
        """Decide the rule no more. Its open alerts end.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _disableAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=AlertRuleRead
        )

    def enable(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> AlertRuleRead:
        """Decide the rule from now on. A value that is bad already fires when it has been so long
        enough.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _enableAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=AlertRuleRead
        )

    def list_states(
        self,
        rule_id: str,
        *,
        state: Sequence[Literal["WAITING", "QUIET", "PENDING", "FIRING", "RECOVERING"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AlertRuleStatePage:
        """Where the rule stands for each sensor, or device, that it watches now; by their ids.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        state: One of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listAlertRuleStates,
            path=(rule_id,),
            query={"state": state, "limit": limit, "cursor": cursor},
            answer=AlertRuleStatePage,
        )

    def each_states(
        self,
        rule_id: str,
        *,
        state: Sequence[Literal["WAITING", "QUIET", "PENDING", "FIRING", "RECOVERING"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> Iterator[AlertRuleStateRead]:
        """Every item of every page of `list_states`."""
        return each_of_pages(
            lambda cursor: self.list_states(
                rule_id=rule_id, state=state, limit=limit, cursor=cursor
            )
        )

    def test(
        self,
        rule_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        rule: AlertRuleContent | None | UnsetType = UNSET,
        background: bool | UnsetType = UNSET,
    ) -> BacktestResult:
        """What a rule finds in what is stored; or would find if it said what `rule` says, and how
        that differs from what it says now. Needs readings:read, too.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        from_: Start of the range, included.
        to: Its end, not included.
        rule: As it would be, compared with what it is.
        background: As a job: answered with 202 and how far it is, later under that answer's
        Location. A test of more than 1,000 sensors is one in any case. Needs alert-rules:write,
        too.
        """
        return self._call(
            _testAlertRule,
            path=(rule_id,),
            body={"from": from_, "to": to, "rule": rule, "background": background},
            answer=BacktestResult,
        )

    def list_transitions(
        self,
        rule_id: str,
        *,
        sensor_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AlertRuleTransitionPage:
        """How the rule came to stand where it does for one sensor, or device, in the order of
        time. Of what happened more than 30 days ago the last one is kept.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        sensor_id: Of this sensor.
        device_id: Of this device, of a rule about devices.
        from_: From then on, and the one that was in force then.
        to: Before this.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listAlertRuleTransitions,
            path=(rule_id,),
            query={
                "sensorId": sensor_id,
                "deviceId": device_id,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
            },
            answer=AlertRuleTransitionPage,
        )

    def each_transitions(
        self,
        rule_id: str,
        *,
        sensor_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> Iterator[AlertRuleTransition]:
        """Every item of every page of `list_transitions`."""
        return each_of_pages(
            lambda cursor: self.list_transitions(
                rule_id=rule_id,
                sensor_id=sensor_id,
                device_id=device_id,
                from_=from_,
                to=to,
                limit=limit,
                cursor=cursor,
            )
        )

    def list_versions(
        self, rule_id: str, *, limit: int | UnsetType = UNSET, cursor: str | UnsetType = UNSET
    ) -> AlertRuleVersionPage:
        """What the rule decided by and since when, the newest first. An alert names its version.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listAlertRuleVersions,
            path=(rule_id,),
            query={"limit": limit, "cursor": cursor},
            answer=AlertRuleVersionPage,
        )

    def each_versions(
        self, rule_id: str, *, limit: int | UnsetType = UNSET
    ) -> Iterator[AlertRuleVersionRead]:
        """Every item of every page of `list_versions`."""
        return each_of_pages(
            lambda cursor: self.list_versions(rule_id=rule_id, limit=limit, cursor=cursor)
        )


class AsyncAlertRulesApi(AsyncTransport):
    """Operations of `alert_rules`, for asynchronous programs."""

    async def list(
        self,
        *,
        enabled: bool | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertRulePage:
        """Alert rules, newest first. All conditions given must hold.

        Needs the permission `alert-rules:read`.

        enabled: Only those that are, or aren't.
        sensor_id: Only those that watch it now.
        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAlertRules,
            query={
                "enabled": enabled,
                "sensorId": sensor_id,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertRulePage,
        )

    def each(
        self,
        *,
        enabled: bool | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AlertRuleRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                enabled=enabled,
                sensor_id=sensor_id,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Add a rule. It watches from now on, by what is stored and what is still to come.

        Needs the permission `alert-rules:write`.

        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createAlertRule,
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=AlertRuleRead,
        )

    async def create_from_template(
        self,
        *,
        pack: str,
        template: str,
        name: str | None | UnsetType = UNSET,
        target: TargetReference | None | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Add a rule that a pack brings: for every sensor of its profile, or for a target of
        yours. It is a rule like any other then, and knows nothing of the pack.

        Needs the permission `alert-rules:write`.

        pack: The pack's name.
        template: The template's name there.
        name: The template's if left out.
        target: Which sensors; all of the template's sensor profile if left out.
        notify: Who is told.
        enabled: Whether it is decided at all.
        """
        return await self._call(
            _createAlertRuleFromTemplate,
            body={
                "pack": pack,
                "template": template,
                "name": name,
                "target": target,
                "notify": notify,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    async def summarize(
        self,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleSummary:
        """A rule that isn't there in words; or what is wrong with it, each fault with its place.

        Needs the permission `alert-rules:read`.

        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return await self._call(
            _summarizeAlertRule,
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleSummary,
        )

    async def test_new(
        self,
        *,
        rule: AlertRuleContent,
        from_: datetime | str,
        to: datetime | str,
        background: bool | UnsetType = UNSET,
    ) -> BacktestResult:
        """What a rule that isn't there would have found in what is stored; needs readings:read,
        too.

        Needs the permission `alert-rules:read`.

        rule: As it would be.
        from_: Start of the range, included.
        to: Its end, not included.
        background: As a job: answered with 202 and how far it is, later under that answer's
        Location. A test of more than 1,000 sensors is one in any case. Needs alert-rules:write,
        too.
        """
        return await self._call(
            _testNewAlertRule,
            body={"rule": rule, "from": from_, "to": to, "background": background},
            answer=BacktestResult,
        )

    async def get(self, rule_id: str) -> AlertRuleRead:
        """One alert rule, as it is in force.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        """
        return await self._call(_getAlertRule, path=(rule_id,), answer=AlertRuleRead)

    async def replace(
        self,
        rule_id: str,
        *,
        name: str,
        target: TargetReference,
        condition: AlertCondition,
        levels: Sequence[AlertLevel],
        if_match: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        schedule: ActiveSchedule | None | UnsetType = UNSET,
        auto_resolve: bool | UnsetType = UNSET,
        reopen_after_seconds: int | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | UnsetType = UNSET,
        group_seconds: int | UnsetType = UNSET,
        repeat_seconds: int | UnsetType = UNSET,
        notify_ended_within_seconds: int | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Say a rule anew. Where anything changes that decides, it is a new version from now on:
        an open alert goes on under it if its value still holds there, and ends otherwise.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: Which sensors it watches: one, or all in a component, a device, a group, a site, the
        organization, or of a profile. Of DISCONNECTED: which devices.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: When it holds.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: When it is active; null for always.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return await self._call(
            _replaceAlertRule,
            path=(rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    async def update(
        self,
        rule_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        target: dict[str, Any] | UnsetType = UNSET,
        field: str | None | UnsetType = UNSET,
        condition: dict[str, Any] | UnsetType = UNSET,
        levels: Sequence[AlertLevel] | UnsetType = UNSET,
        cooldown_seconds: int | None | UnsetType = UNSET,
        schedule: dict[str, Any] | None | UnsetType = UNSET,
        auto_resolve: bool | None | UnsetType = UNSET,
        reopen_after_seconds: int | None | UnsetType = UNSET,
        notify: Sequence[RuleNotify] | None | UnsetType = UNSET,
        group_seconds: int | None | UnsetType = UNSET,
        repeat_seconds: int | None | UnsetType = UNSET,
        notify_ended_within_seconds: int | None | UnsetType = UNSET,
        annotation_class_id: str | None | UnsetType = UNSET,
        enabled: bool | None | UnsetType = UNSET,
    ) -> AlertRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396); as for replacing it, what decides makes a
        new version, and names, channels and texts don't.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What to do about it, in people's words.
        target: As in a new rule.
        field: Of what is meant only the sensors with this key; of a profile always. Null with a
        SENSOR.
        condition: As in a new rule, merged key by key.
        levels: One to three, in rising severity.
        cooldown_seconds: How long nothing fires after an alert's end.
        schedule: As in a new rule, merged key by key.
        auto_resolve: Whether the end of the condition resolves the alert.
        reopen_after_seconds: Resolved by a person while it still holds, an alert opens again after
        this; 0 for never.
        notify: Who is told.
        group_seconds: How long the first message waits for others of the rule and site.
        repeat_seconds: How often it is told again while ACTIVE; 0 for once.
        notify_ended_within_seconds: What was over longer ago when it came to be known is recorded,
        and nobody is told.
        annotation_class_id: Each alert leaves an annotation of this class on the sensor, as long as
        the alert is; withdrawn where late readings refute it.
        enabled: Whether it is decided at all.
        """
        return await self._call(
            _updateAlertRule,
            path=(rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "target": target,
                "field": field,
                "condition": condition,
                "levels": levels,
                "cooldownSeconds": cooldown_seconds,
                "schedule": schedule,
                "autoResolve": auto_resolve,
                "reopenAfterSeconds": reopen_after_seconds,
                "notify": notify,
                "groupSeconds": group_seconds,
                "repeatSeconds": repeat_seconds,
                "notifyEndedWithinSeconds": notify_ended_within_seconds,
                "annotationClassId": annotation_class_id,
                "enabled": enabled,
            },
            answer=AlertRuleRead,
        )

    async def delete(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a rule. Its open alerts end, and all of them stay.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def disable(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> AlertRuleRead:
        """Decide the rule no more. Its open alerts end.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _disableAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=AlertRuleRead
        )

    async def enable(self, rule_id: str, *, if_match: str | UnsetType = UNSET) -> AlertRuleRead:
        """Decide the rule from now on. A value that is bad already fires when it has been so long
        enough.

        Needs the permission `alert-rules:write`.

        rule_id: The alert rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _enableAlertRule, path=(rule_id,), headers={"If-Match": if_match}, answer=AlertRuleRead
        )

    async def list_states(
        self,
        rule_id: str,
        *,
        state: Sequence[Literal["WAITING", "QUIET", "PENDING", "FIRING", "RECOVERING"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AlertRuleStatePage:
        """Where the rule stands for each sensor, or device, that it watches now; by their ids.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        state: One of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listAlertRuleStates,
            path=(rule_id,),
            query={"state": state, "limit": limit, "cursor": cursor},
            answer=AlertRuleStatePage,
        )

    def each_states(
        self,
        rule_id: str,
        *,
        state: Sequence[Literal["WAITING", "QUIET", "PENDING", "FIRING", "RECOVERING"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> AsyncIterator[AlertRuleStateRead]:
        """Every item of every page of `list_states`."""
        return each_of_pages_async(
            lambda cursor: self.list_states(
                rule_id=rule_id, state=state, limit=limit, cursor=cursor
            )
        )

    async def test(
        self,
        rule_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        rule: AlertRuleContent | None | UnsetType = UNSET,
        background: bool | UnsetType = UNSET,
    ) -> BacktestResult:
        """What a rule finds in what is stored; or would find if it said what `rule` says, and how
        that differs from what it says now. Needs readings:read, too.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        from_: Start of the range, included.
        to: Its end, not included.
        rule: As it would be, compared with what it is.
        background: As a job: answered with 202 and how far it is, later under that answer's
        Location. A test of more than 1,000 sensors is one in any case. Needs alert-rules:write,
        too.
        """
        return await self._call(
            _testAlertRule,
            path=(rule_id,),
            body={"from": from_, "to": to, "rule": rule, "background": background},
            answer=BacktestResult,
        )

    async def list_transitions(
        self,
        rule_id: str,
        *,
        sensor_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AlertRuleTransitionPage:
        """How the rule came to stand where it does for one sensor, or device, in the order of
        time. Of what happened more than 30 days ago the last one is kept.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        sensor_id: Of this sensor.
        device_id: Of this device, of a rule about devices.
        from_: From then on, and the one that was in force then.
        to: Before this.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listAlertRuleTransitions,
            path=(rule_id,),
            query={
                "sensorId": sensor_id,
                "deviceId": device_id,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
            },
            answer=AlertRuleTransitionPage,
        )

    def each_transitions(
        self,
        rule_id: str,
        *,
        sensor_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> AsyncIterator[AlertRuleTransition]:
        """Every item of every page of `list_transitions`."""
        return each_of_pages_async(
            lambda cursor: self.list_transitions(
                rule_id=rule_id,
                sensor_id=sensor_id,
                device_id=device_id,
                from_=from_,
                to=to,
                limit=limit,
                cursor=cursor,
            )
        )

    async def list_versions(
        self, rule_id: str, *, limit: int | UnsetType = UNSET, cursor: str | UnsetType = UNSET
    ) -> AlertRuleVersionPage:
        """What the rule decided by and since when, the newest first. An alert names its version.

        Needs the permission `alert-rules:read`.

        rule_id: The alert rule.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listAlertRuleVersions,
            path=(rule_id,),
            query={"limit": limit, "cursor": cursor},
            answer=AlertRuleVersionPage,
        )

    def each_versions(
        self, rule_id: str, *, limit: int | UnsetType = UNSET
    ) -> AsyncIterator[AlertRuleVersionRead]:
        """Every item of every page of `list_versions`."""
        return each_of_pages_async(
            lambda cursor: self.list_versions(rule_id=rule_id, limit=limit, cursor=cursor)
        )


class AlertsApi(SyncTransport):
    """Operations of `alerts`, for programs that wait."""

    def list(
        self,
        *,
        status: Sequence[Literal["ACTIVE", "ACKNOWLEDGED", "RESOLVED"]] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        open: bool | UnsetType = UNSET,
        include_refuted: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["firedAt", "-firedAt", "changedAt", "-changedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertPage:
        """Alerts, the last to have fired first. All conditions given must hold.

        Needs the permission `alerts:read`.

        status: One of these; comma-separated or repeated.
        severity: One of these; comma-separated or repeated.
        rule_id: Only of this rule.
        device_id: Only of this device.
        sensor_id: Only of this sensor.
        site_id: Only of devices that were here.
        from_: Fired at or after this.
        to: Fired before this.
        recorded_from: What came to be known, or changed, at or after this.
        open: Only those that still hold, or don't.
        include_refuted: Those that late readings refuted, too.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAlerts,
            query={
                "status": status,
                "severity": severity,
                "ruleId": rule_id,
                "deviceId": device_id,
                "sensorId": sensor_id,
                "siteId": site_id,
                "from": from_,
                "to": to,
                "recordedFrom": recorded_from,
                "open": open,
                "includeRefuted": include_refuted,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertPage,
        )

    def each(
        self,
        *,
        status: Sequence[Literal["ACTIVE", "ACKNOWLEDGED", "RESOLVED"]] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        open: bool | UnsetType = UNSET,
        include_refuted: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["firedAt", "-firedAt", "changedAt", "-changedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[AlertRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                status=status,
                severity=severity,
                rule_id=rule_id,
                device_id=device_id,
                sensor_id=sensor_id,
                site_id=site_id,
                from_=from_,
                to=to,
                recorded_from=recorded_from,
                open=open,
                include_refuted=include_refuted,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def acknowledge_many(
        self,
        *,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
        comment: str | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Take on up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return self._call(
            _acknowledgeAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    def assign_many(
        self,
        *,
        assignee: str | None,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Say who is to look after up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        assignee: A member of the organization; null for nobody.
        """
        return self._call(
            _assignAlerts,
            body={"ids": ids, "filter": filter, "assignee": assignee},
            answer=AlertBulkResults,
        )

    def comment_many(
        self,
        *,
        comment: str,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Say the same about up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return self._call(
            _commentOnAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    def resolve_many(
        self,
        *,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
        comment: str | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Resolve up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return self._call(
            _resolveAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    def get(self, alert_id: str) -> AlertDetail:
        """One alert with its rule's states while it lasted, the readings around its firing, what
        people said, and what cameras saw.

        Needs the permission `alerts:read`.

        alert_id: The alert.
        """
        return self._call(_getAlert, path=(alert_id,), answer=AlertDetail)

    def acknowledge(self, alert_id: str, *, comment: str | None | UnsetType = UNSET) -> AlertRead:
        """Take it on: it is told no more. Should it become graver, it is active again.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return self._call(
            _acknowledgeAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )

    def assign(self, alert_id: str, *, assignee: str | None) -> AlertRead:
        """Say who is to look after it.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        assignee: A member of the organization; null for nobody.
        """
        return self._call(
            _assignAlert, path=(alert_id,), body={"assignee": assignee}, answer=AlertRead
        )

    def comment(self, alert_id: str, *, comment: str) -> AlertRead:
        """Say something about it; what was said stays.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return self._call(
            _commentOnAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )

    def list_notifications(
        self,
        alert_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> NotificationPage:
        """Who was told what of it, who was not, and why; the latest first.

        Needs the permission `alerts:read`.

        alert_id: The alert.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAlertNotifications,
            path=(alert_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=NotificationPage,
        )

    def each_notifications(
        self,
        alert_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[NotificationRead]:
        """Every item of every page of `list_notifications`."""
        return each_of_pages(
            lambda cursor: self.list_notifications(
                alert_id=alert_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def resolve(self, alert_id: str, *, comment: str | None | UnsetType = UNSET) -> AlertRead:
        """It needs nobody any more. If it still holds after the rule's reopenAfterSeconds, it is
        active again.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return self._call(
            _resolveAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )


class AsyncAlertsApi(AsyncTransport):
    """Operations of `alerts`, for asynchronous programs."""

    async def list(
        self,
        *,
        status: Sequence[Literal["ACTIVE", "ACKNOWLEDGED", "RESOLVED"]] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        open: bool | UnsetType = UNSET,
        include_refuted: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["firedAt", "-firedAt", "changedAt", "-changedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AlertPage:
        """Alerts, the last to have fired first. All conditions given must hold.

        Needs the permission `alerts:read`.

        status: One of these; comma-separated or repeated.
        severity: One of these; comma-separated or repeated.
        rule_id: Only of this rule.
        device_id: Only of this device.
        sensor_id: Only of this sensor.
        site_id: Only of devices that were here.
        from_: Fired at or after this.
        to: Fired before this.
        recorded_from: What came to be known, or changed, at or after this.
        open: Only those that still hold, or don't.
        include_refuted: Those that late readings refuted, too.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAlerts,
            query={
                "status": status,
                "severity": severity,
                "ruleId": rule_id,
                "deviceId": device_id,
                "sensorId": sensor_id,
                "siteId": site_id,
                "from": from_,
                "to": to,
                "recordedFrom": recorded_from,
                "open": open,
                "includeRefuted": include_refuted,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AlertPage,
        )

    def each(
        self,
        *,
        status: Sequence[Literal["ACTIVE", "ACKNOWLEDGED", "RESOLVED"]] | UnsetType = UNSET,
        severity: Sequence[Literal["INFO", "WARNING", "CRITICAL"]] | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        sensor_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        recorded_from: datetime | str | UnsetType = UNSET,
        open: bool | UnsetType = UNSET,
        include_refuted: bool | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["firedAt", "-firedAt", "changedAt", "-changedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AlertRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                status=status,
                severity=severity,
                rule_id=rule_id,
                device_id=device_id,
                sensor_id=sensor_id,
                site_id=site_id,
                from_=from_,
                to=to,
                recorded_from=recorded_from,
                open=open,
                include_refuted=include_refuted,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def acknowledge_many(
        self,
        *,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
        comment: str | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Take on up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return await self._call(
            _acknowledgeAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    async def assign_many(
        self,
        *,
        assignee: str | None,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Say who is to look after up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        assignee: A member of the organization; null for nobody.
        """
        return await self._call(
            _assignAlerts,
            body={"ids": ids, "filter": filter, "assignee": assignee},
            answer=AlertBulkResults,
        )

    async def comment_many(
        self,
        *,
        comment: str,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Say the same about up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return await self._call(
            _commentOnAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    async def resolve_many(
        self,
        *,
        ids: Sequence[str] | None | UnsetType = UNSET,
        filter: AlertFilterBody | None | UnsetType = UNSET,
        comment: str | None | UnsetType = UNSET,
    ) -> AlertBulkResults:
        """Resolve up to 1,000, by id or by what they have in common.

        Needs the permission `alerts:write`.

        ids: These.
        filter: Those that match.
        comment: In people's words.
        """
        return await self._call(
            _resolveAlerts,
            body={"ids": ids, "filter": filter, "comment": comment},
            answer=AlertBulkResults,
        )

    async def get(self, alert_id: str) -> AlertDetail:
        """One alert with its rule's states while it lasted, the readings around its firing, what
        people said, and what cameras saw.

        Needs the permission `alerts:read`.

        alert_id: The alert.
        """
        return await self._call(_getAlert, path=(alert_id,), answer=AlertDetail)

    async def acknowledge(
        self, alert_id: str, *, comment: str | None | UnsetType = UNSET
    ) -> AlertRead:
        """Take it on: it is told no more. Should it become graver, it is active again.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return await self._call(
            _acknowledgeAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )

    async def assign(self, alert_id: str, *, assignee: str | None) -> AlertRead:
        """Say who is to look after it.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        assignee: A member of the organization; null for nobody.
        """
        return await self._call(
            _assignAlert, path=(alert_id,), body={"assignee": assignee}, answer=AlertRead
        )

    async def comment(self, alert_id: str, *, comment: str) -> AlertRead:
        """Say something about it; what was said stays.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return await self._call(
            _commentOnAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )

    async def list_notifications(
        self,
        alert_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> NotificationPage:
        """Who was told what of it, who was not, and why; the latest first.

        Needs the permission `alerts:read`.

        alert_id: The alert.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAlertNotifications,
            path=(alert_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=NotificationPage,
        )

    def each_notifications(
        self,
        alert_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[NotificationRead]:
        """Every item of every page of `list_notifications`."""
        return each_of_pages_async(
            lambda cursor: self.list_notifications(
                alert_id=alert_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def resolve(self, alert_id: str, *, comment: str | None | UnsetType = UNSET) -> AlertRead:
        """It needs nobody any more. If it still holds after the rule's reopenAfterSeconds, it is
        active again.

        Needs the permission `alerts:write`.

        alert_id: The alert.
        comment: In people's words.
        """
        return await self._call(
            _resolveAlert, path=(alert_id,), body={"comment": comment}, answer=AlertRead
        )


class NotificationChannelsApi(SyncTransport):
    """Operations of `notification_channels`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ChannelPage:
        """Channels, newest first.

        Needs the permission `channels:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listNotificationChannels,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ChannelPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ChannelRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        type: Literal["EMAIL", "WEBHOOK"],
        email: EmailTargets | None | UnsetType = UNSET,
        webhook: WebhookCreate | None | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ChannelRead:
        """Add a channel. Its address and keys are never shown again, and `webhook.secret` once.

        Needs the permission `channels:write`.

        name: Unique in the organization.
        type: By mail, or by a request to an address.
        email: Of EMAIL.
        webhook: Of WEBHOOK.
        max_per_hour: Beyond so many messages an hour one digest tells of the rest.
        enabled: Whether anything is sent.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createNotificationChannel,
            body={
                "name": name,
                "type": type,
                "email": email,
                "webhook": webhook,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=ChannelRead,
        )

    def get(self, channel_id: str) -> ChannelRead:
        """One channel.

        Needs the permission `channels:read`.

        channel_id: The channel.
        """
        return self._call(_getNotificationChannel, path=(channel_id,), answer=ChannelRead)

    def update(
        self,
        channel_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        email: EmailTargets | UnsetType = UNSET,
        webhook: WebhookUpdate | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> ChannelRead:
        """Change a channel (JSON Merge Patch, RFC 7396).

        Needs the permission `channels:write`.

        channel_id: The channel.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        email: Of EMAIL.
        webhook: Of WEBHOOK.
        max_per_hour: Beyond so many messages an hour one digest tells of the rest.
        enabled: Whether anything is sent.
        """
        return self._call(
            _updateNotificationChannel,
            path=(channel_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "email": email,
                "webhook": webhook,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            answer=ChannelRead,
        )

    def delete(self, channel_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a channel. What was told by it stays in the log.

        Needs the permission `channels:write`.

        channel_id: The channel.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteNotificationChannel,
            path=(channel_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def list_channel_notifications(
        self,
        channel_id: str,
        *,
        status: NotificationStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> NotificationPage:
        """What the channel was told, what not, and why; the latest first.

        Needs the permission `channels:read`.

        channel_id: The channel.
        status: Of this status.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listChannelNotifications,
            path=(channel_id,),
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=NotificationPage,
        )

    def each_channel_notifications(
        self,
        channel_id: str,
        *,
        status: NotificationStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[NotificationRead]:
        """Every item of every page of `list_channel_notifications`."""
        return each_of_pages(
            lambda cursor: self.list_channel_notifications(
                channel_id=channel_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def test(self, channel_id: str) -> ChannelTestResult:
        """Send a message of one line now, and tell what the receiver answered.

        Needs the permission `channels:write`.

        channel_id: The channel.
        """
        return self._call(_testNotificationChannel, path=(channel_id,), answer=ChannelTestResult)


class AsyncNotificationChannelsApi(AsyncTransport):
    """Operations of `notification_channels`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ChannelPage:
        """Channels, newest first.

        Needs the permission `channels:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listNotificationChannels,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ChannelPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ChannelRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        type: Literal["EMAIL", "WEBHOOK"],
        email: EmailTargets | None | UnsetType = UNSET,
        webhook: WebhookCreate | None | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ChannelRead:
        """Add a channel. Its address and keys are never shown again, and `webhook.secret` once.

        Needs the permission `channels:write`.

        name: Unique in the organization.
        type: By mail, or by a request to an address.
        email: Of EMAIL.
        webhook: Of WEBHOOK.
        max_per_hour: Beyond so many messages an hour one digest tells of the rest.
        enabled: Whether anything is sent.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createNotificationChannel,
            body={
                "name": name,
                "type": type,
                "email": email,
                "webhook": webhook,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=ChannelRead,
        )

    async def get(self, channel_id: str) -> ChannelRead:
        """One channel.

        Needs the permission `channels:read`.

        channel_id: The channel.
        """
        return await self._call(_getNotificationChannel, path=(channel_id,), answer=ChannelRead)

    async def update(
        self,
        channel_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        email: EmailTargets | UnsetType = UNSET,
        webhook: WebhookUpdate | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> ChannelRead:
        """Change a channel (JSON Merge Patch, RFC 7396).

        Needs the permission `channels:write`.

        channel_id: The channel.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        email: Of EMAIL.
        webhook: Of WEBHOOK.
        max_per_hour: Beyond so many messages an hour one digest tells of the rest.
        enabled: Whether anything is sent.
        """
        return await self._call(
            _updateNotificationChannel,
            path=(channel_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "email": email,
                "webhook": webhook,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            answer=ChannelRead,
        )

    async def delete(self, channel_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a channel. What was told by it stays in the log.

        Needs the permission `channels:write`.

        channel_id: The channel.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteNotificationChannel,
            path=(channel_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def list_channel_notifications(
        self,
        channel_id: str,
        *,
        status: NotificationStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> NotificationPage:
        """What the channel was told, what not, and why; the latest first.

        Needs the permission `channels:read`.

        channel_id: The channel.
        status: Of this status.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listChannelNotifications,
            path=(channel_id,),
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=NotificationPage,
        )

    def each_channel_notifications(
        self,
        channel_id: str,
        *,
        status: NotificationStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[NotificationRead]:
        """Every item of every page of `list_channel_notifications`."""
        return each_of_pages_async(
            lambda cursor: self.list_channel_notifications(
                channel_id=channel_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def test(self, channel_id: str) -> ChannelTestResult:
        """Send a message of one line now, and tell what the receiver answered.

        Needs the permission `channels:write`.

        channel_id: The channel.
        """
        return await self._call(
            _testNotificationChannel, path=(channel_id,), answer=ChannelTestResult
        )
