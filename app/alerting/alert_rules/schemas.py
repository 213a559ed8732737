from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.alerting.ids import AlertRuleId
from app.alerting.notification_channels.schemas import ChannelId
from app.catalogue.packs.format import WALL_END, WALL_TIME
from app.core.documentation import described, example_id
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.fleet.ids import SENSOR, SensorId
from ingest.alerting.definition import (
    LEVELS_MAX,
    LONGEST_SECONDS,
    SHORTEST_STEP_SECONDS,
    WEEKLY_MAX,
    AlertSeverity,
    RuleKind,
    RuleOperator,
    WeekDay,
    WindowAggregate,
)
from ingest.expressions.parsing import EXPRESSION_MAX

NOTIFY_MAX = 20
INPUTS_MAX = 10
GRACE_SECONDS = 30

NotifyCause = Literal["FIRED", "SEVERITY", "RESOLVED", "REFUTED", "REOPENED", "ACKNOWLEDGED"]
RuleName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=2000)]
SensorField = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_SECONDS)]
Window = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_SECONDS)]
Step = Annotated[int, msgspec.Meta(ge=SHORTEST_STEP_SECONDS, le=LONGEST_SECONDS)]
Comparand = float | Annotated[str, msgspec.Meta(max_length=1000)]
Severity = Annotated[AlertSeverity, described("How grave it is.", "WARNING")]
WallTime = Annotated[str, msgspec.Meta(pattern=WALL_TIME)]
WallEnd = Annotated[str, msgspec.Meta(pattern=WALL_END)]


class OtherSensor(Body):
    """What DEVIATION compares with: one of the two."""

    sensor_id: Annotated[SensorId | None, described("This sensor.", SENSOR)] = None
    component: Annotated[
        SensorField | None, described("The same field of this component of the device.", "outside")
    ] = None


class ExpressionInput(Body):
    """A name in an EXPRESSION: a sensor, or the rule's own where neither is said."""

    sensor_id: Annotated[SensorId | None, described("This sensor.", SENSOR)] = None
    field: Annotated[
        SensorField | None, described("A sensor of the same device, by its key.", "humidity")
    ] = None
    aggregate: Annotated[WindowAggregate, described("What becomes of its window.", "AVG")] = "AVG"


class AlertCondition(Body):
    """When a rule holds: which of these a kind takes is on the page about alerting."""

    kind: Annotated[RuleKind, described("What is looked at.", "VALUE")] = "VALUE"
    operator: Annotated[RuleOperator | None, described("How it is compared.", "GT")] = None
    value: Annotated[Comparand | None, described("With what, of a rule with one level.", 8.0)] = (
        None
    )
    low: Annotated[float | None, described("Of BETWEEN and OUTSIDE, included.", None)] = None
    high: Annotated[float | None, described("Of BETWEEN and OUTSIDE, included.", None)] = None
    ignore_case: Annotated[bool, described("Of texts: A is a.", False)] = False
    aggregate: Annotated[
        WindowAggregate | None, described("Of AGGREGATE: of the readings in the window.", None)
    ] = None
    window_seconds: Annotated[
        Window | None, described("The window; of NO_DATA how long nothing came.", None)
    ] = None
    step_seconds: Annotated[
        Step | None,
        described("How often a window is looked at; 15 times in its length if left out.", None),
    ] = None
    min_count: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None,
        described("With fewer readings a window says nothing.", None),
    ] = None
    tolerance: Annotated[
        Annotated[float, msgspec.Meta(ge=0)] | None,
        described("Of STUCK: how far apart the values may lie.", None),
    ] = None
    relative: Annotated[bool, described("Of DEVIATION: in percent.", False)] = False
    grace_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=86_400)],
        described(
            "How long time waits for readings that are on their way; of DISCONNECTED, how long "
            "devices have to come back after the broker was away.",
            GRACE_SECONDS,
        ),
    ] = GRACE_SECONDS
    other: Annotated[OtherSensor | None, described("Of DEVIATION.")] = None
    expression: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=EXPRESSION_MAX)] | None,
        described("Of EXPRESSION, over its inputs: holds where it isn't 0, or is compared.", None),
    ] = None
    inputs: Annotated[
        Annotated[dict[str, ExpressionInput], msgspec.Meta(max_length=INPUTS_MAX)] | None,
        described("Of EXPRESSION, by name.", None),
    ] = None


class AlertLevel(Body):
    """Where an alert of this severity begins, and where it ends. Without clear values it ends where
    it begins."""

    severity: Severity
    value: Annotated[
        Comparand | None, described("With what is compared; the condition's if left out.", None)
    ] = None
    low: Annotated[float | None, described("Of BETWEEN and OUTSIDE.", None)] = None
    high: Annotated[float | None, described("Of BETWEEN and OUTSIDE.", None)] = None
    clear_value: Annotated[
        float | None, described("It goes on until this is passed again.", 7.0)
    ] = None
    clear_low: Annotated[float | None, described("As clearValue, of low.", None)] = None
    clear_high: Annotated[float | None, described("As clearValue, of high.", None)] = None
    for_seconds: Annotated[Seconds, described("How long it must hold first.", 300)] = 0
    clear_for_seconds: Annotated[Seconds, described("How long it must be over first.", 60)] = 0


class ActiveTimes(Body):
    """From when until when, on which days: what a wall clock shows there."""

    days: Annotated[
        Annotated[list[WeekDay], msgspec.Meta(min_length=1, max_length=7)],
        described("On which it begins.", ["MON", "TUE"]),
    ]
    from_: Annotated[WallTime, described("HH:MM, included.", "08:00")] = msgspec.field(name="from")
    to: Annotated[
        WallEnd, described("HH:MM, not included; no later than `from`: the next day's.", "18:00")
    ]


class ActiveSchedule(Body):
    """When the rule is active; outside of it nothing begins, and what is open ends."""

    timezone: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=64)],
        described("An IANA name, or SITE for the zone of the device's site.", "SITE"),
    ]
    weekly: Annotated[
        Annotated[list[ActiveTimes], msgspec.Meta(min_length=1, max_length=WEEKLY_MAX)],
        described("When it is active."),
    ]


class RuleNotify(Body):
    """Who is told of what."""

    channel_id: ChannelId
    min_severity: Annotated[
        AlertSeverity, described("Only of alerts as grave as this.", "WARNING")
    ] = "INFO"
    on: Annotated[
        Annotated[list[NotifyCause], msgspec.Meta(min_length=1, max_length=6)],
        described("What it is told.", ["FIRED", "RESOLVED"]),
    ] = msgspec.field(default_factory=lambda: ["FIRED", "RESOLVED"])
    after_seconds: Annotated[
        Seconds, described("Only of who is still ACTIVE so long after it fired.", 0)
    ] = 0


_NAME = described("Unique in the organization.", "Cold room too warm")
_DESCRIPTION = described("What to do about it, in people's words.", "Close the door, call Ada.")
_TARGET = described(
    "Which sensors it watches: one, or all in a component, a device, a group, a site, the "
    "organization, or of a profile. Of DISCONNECTED: which devices."
)
_FIELD = described(
    "Of what is meant only the sensors with this key; of a profile always. Null with a SENSOR.",
    "temperature",
)
_CONDITION = described("When it holds.")
_LEVELS = described("One to three, in rising severity.")
_COOLDOWN = described("How long nothing fires after an alert's end.", 1800)
_SCHEDULE = described("When it is active; null for always.")
_AUTO_RESOLVE = described("Whether the end of the condition resolves the alert.", True)
_REOPEN = described(
    "Resolved by a person while it still holds, an alert opens again after this; 0 for never.",
    3600,
)
_NOTIFY = described("Who is told.", [])
_GROUP = described("How long the first message waits for others of the rule and site.", 30)
_REPEAT = described("How often it is told again while ACTIVE; 0 for once.", 0)
_ENDED_WITHIN = described(
    "What was over longer ago when it came to be known is recorded, and nobody is told.", 3600
)
_ENABLED = described("Whether it is decided at all.", True)

Levels = Annotated[list[AlertLevel], msgspec.Meta(min_length=1, max_length=LEVELS_MAX)]
_ANNOTATES = described(
    "Each alert leaves an annotation of this class on the sensor, as long as the alert is; "
    "withdrawn where late readings refute it.",
    None,
)
Notify = Annotated[list[RuleNotify], msgspec.Meta(max_length=NOTIFY_MAX)]


class AlertRuleContent(Body, kw_only=True):
    """What a rule says, whole: `POST` makes one, `PUT` replaces what it was."""

    name: Annotated[RuleName, _NAME]
    description: Annotated[Description, _DESCRIPTION] = ""
    target: Annotated[TargetReference, _TARGET]
    field: Annotated[SensorField | None, _FIELD] = None
    condition: Annotated[AlertCondition, _CONDITION]
    levels: Annotated[Levels, _LEVELS]
    cooldown_seconds: Annotated[Seconds, _COOLDOWN] = 0
    schedule: Annotated[ActiveSchedule | None, _SCHEDULE] = None
    auto_resolve: Annotated[bool, _AUTO_RESOLVE] = True
    reopen_after_seconds: Annotated[Seconds, _REOPEN] = 3600
    notify: Annotated[Notify, _NOTIFY] = []
    group_seconds: Annotated[Annotated[int, msgspec.Meta(ge=0, le=3600)], _GROUP] = 30
    repeat_seconds: Annotated[Seconds, _REPEAT] = 0
    notify_ended_within_seconds: Annotated[Seconds, _ENDED_WITHIN] = 3600
    annotation_class_id: Annotated[UUID | None, _ANNOTATES] = None
    enabled: Annotated[bool, _ENABLED] = True


class TemplateChoice(Body):
    """A template of a pack that is installed, and what the rule has of its own."""

    pack: Annotated[str, msgspec.Meta(max_length=64), described("The pack's name.", "environment")]
    template: Annotated[
        str, msgspec.Meta(max_length=100), described("The template's name there.", "mould-risk")
    ]
    name: Annotated[RuleName | None, described("The template's if left out.", "Mould, cellar")] = (
        None
    )
    target: Annotated[
        TargetReference | None,
        described("Which sensors; all of the template's sensor profile if left out."),
    ] = None
    notify: Annotated[Notify, _NOTIFY] = []
    enabled: Annotated[bool, _ENABLED] = True


class AlertRuleUpdate(Body, kw_only=True):
    """A JSON Merge Patch: what isn't sent stays, null is the default; `condition` merges key by
    key, lists are replaced."""

    name: Annotated[RuleName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    description: Annotated[Description | msgspec.UnsetType | None, _DESCRIPTION] = msgspec.UNSET
    target: Annotated[
        dict[str, Any] | msgspec.UnsetType,
        described("As in a new rule.", {"type": "DEVICE", "id": example_id("device")}),
    ] = msgspec.UNSET
    field: Annotated[SensorField | msgspec.UnsetType | None, _FIELD] = msgspec.UNSET
    condition: Annotated[
        dict[str, Any] | msgspec.UnsetType,
        described("As in a new rule, merged key by key.", {"value": 9}),
    ] = msgspec.UNSET
    levels: Annotated[Levels | msgspec.UnsetType, _LEVELS] = msgspec.UNSET
    cooldown_seconds: Annotated[Seconds | msgspec.UnsetType | None, _COOLDOWN] = msgspec.UNSET
    schedule: Annotated[
        dict[str, Any] | msgspec.UnsetType | None,
        described("As in a new rule, merged key by key.", {"timezone": "Europe/Berlin"}),
    ] = msgspec.UNSET
    auto_resolve: Annotated[bool | msgspec.UnsetType | None, _AUTO_RESOLVE] = msgspec.UNSET
    reopen_after_seconds: Annotated[Seconds | msgspec.UnsetType | None, _REOPEN] = msgspec.UNSET
    notify: Annotated[Notify | msgspec.UnsetType | None, _NOTIFY] = msgspec.UNSET
    group_seconds: Annotated[Seconds | msgspec.UnsetType | None, _GROUP] = msgspec.UNSET
    repeat_seconds: Annotated[Seconds | msgspec.UnsetType | None, _REPEAT] = msgspec.UNSET
    notify_ended_within_seconds: Annotated[Seconds | msgspec.UnsetType | None, _ENDED_WITHIN] = (
        msgspec.UNSET
    )
    annotation_class_id: Annotated[UUID | msgspec.UnsetType | None, _ANNOTATES] = msgspec.UNSET
    enabled: Annotated[bool | msgspec.UnsetType | None, _ENABLED] = msgspec.UNSET


_VERSION = described("Counts what decides: condition, levels, times, schedule and scope.", 3)
_SUMMARY = described(
    "The rule in words.",
    "Warning when temperature is above 8 °C for 5 min, over at 7 °C or below for 1 min.",
)


class AlertRuleRead(Read, kw_only=True):
    """A rule as it is in force. Of one level the condition has the value."""

    id: AlertRuleId
    name: Annotated[str, _NAME]
    description: Annotated[str, _DESCRIPTION]
    target: Annotated[TargetReference, _TARGET]
    field: Annotated[str | None, _FIELD]
    condition: Annotated[AlertCondition, _CONDITION]
    levels: Annotated[list[AlertLevel], _LEVELS]
    cooldown_seconds: Annotated[int, _COOLDOWN]
    schedule: Annotated[ActiveSchedule | None, _SCHEDULE]
    auto_resolve: Annotated[bool, _AUTO_RESOLVE]
    reopen_after_seconds: Annotated[int, _REOPEN]
    notify: Annotated[list[RuleNotify], _NOTIFY]
    group_seconds: Annotated[int, _GROUP]
    repeat_seconds: Annotated[int, _REPEAT]
    notify_ended_within_seconds: Annotated[int, _ENDED_WITHIN]
    annotation_class_id: Annotated[UUID | None, _ANNOTATES]
    enabled: Annotated[bool, _ENABLED]
    version: Annotated[int, _VERSION]
    summary: Annotated[str, _SUMMARY]
    created_by: Annotated[str, described("Who made it.", "user_8f2c1d")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/alert-rules/{self.id}"


class AlertRuleSummary(Read):
    """What it would be called in a mail and in an alert."""

    summary: Annotated[str, _SUMMARY]


class AlertRuleVersionRead(Read, kw_only=True):
    """What a rule decided by, from `start` on until the next version's."""

    version: Annotated[int, _VERSION]
    target: Annotated[TargetReference, _TARGET]
    field: Annotated[str | None, _FIELD]
    condition: Annotated[AlertCondition, _CONDITION]
    levels: Annotated[list[AlertLevel], _LEVELS]
    cooldown_seconds: Annotated[int, _COOLDOWN]
    schedule: Annotated[ActiveSchedule | None, _SCHEDULE]
    summary: Annotated[str, _SUMMARY]
    start: Annotated[Moment, described("From when on.", "2026-11-23T09:15:00.123456Z")]
    created_by: Annotated[str, described("Who made it.", "user_8f2c1d")]
