"""What a pack may hold. shipped/README.md tells it to people; the parts that alerting, annotations, jobs and
dashboards will run are checked here as strictly as the profiles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from app.catalogue.device_profiles.schemas import DeviceProfileCreate
from app.catalogue.fields import FieldKey, Text
from app.catalogue.sensor_profiles.schemas import SensorProfileCreate
from app.catalogue.versions import VERSION, Name, VersionText
from app.core.documentation import described
from app.core.job_functions import JobFunction
from ingest.alerting.definition import LEVELS_MAX, SITE_ZONE, WEEKLY_MAX, WeekDay
from ingest.expressions.parsing import EXPRESSION_MAX

ELEMENTS_MAX = 200

Label = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=31_536_000)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=31_536_000)]
Grid = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Span = Annotated[int, msgspec.Meta(ge=1, le=24)]
Number = float | int
WALL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)"
WALL_END = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)"

Scope = Literal["SITE", "DEVICE", "COMPONENT", "SENSOR"]
Severity = Literal["INFO", "WARNING", "CRITICAL"]
Aggregate = Literal["AVG", "MIN", "MAX", "COUNT", "SUM", "RANGE", "LAST"]
Operator = Literal[
    "GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "IS_TRUE", "IS_FALSE",
    "CONTAINS", "NOT_CONTAINS", "CHANGED",
]  # fmt: skip
ConditionKind = Literal[
    "VALUE", "AGGREGATE", "NO_DATA", "RATE_OF_CHANGE", "STUCK", "DEVIATION", "EXPRESSION",
    "DISCONNECTED",
]  # fmt: skip
WidgetType = Literal[
    "LINE_CHART", "STAT", "GAUGE", "STATE_TIMELINE", "TABLE", "ALERT_LIST", "MAP", "CAMERA"
]


class Part(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A part of a pack; a key that isn't known is refused."""


class FieldReference(Part, kw_only=True):
    """A field of a sensor profile of the pack, in all of its versions that have it."""

    sensor_profile: Annotated[Name, described("The sensor profile's name.", "room-climate")]
    field: Annotated[FieldKey, described("The field's key.", "temperature")]


class AnnotationClassTemplate(Part, kw_only=True):
    """A kind of note that people and jobs write on the timeline."""

    name: Annotated[Label, described("Unique in the pack.", "sensor-fault")]
    description: Annotated[
        Text, described("What it is for.", "The values are not to be trusted.")
    ] = ""
    colour: Annotated[
        Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}$(?!\n)")],
        described("As #rrggbb.", "#d64545"),
    ] = "#808080"
    scopes: Annotated[
        Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=4)],
        described("What it may be written on.", ["SENSOR"]),
    ]
    fields: Annotated[
        dict[str, Any], described("JSON Schema (2020-12) of its values.", {"type": "object"})
    ] = {}


class JobDefinitionTemplate(Part, kw_only=True):
    """A computation that runs on a clock and writes annotations."""

    name: Annotated[Label, described("Unique in the pack.", "temperature-gaps")]
    description: Annotated[Text, described("What it finds.", "Probes that went silent.")] = ""
    function: Annotated[JobFunction, described("What is computed.", "DATA_GAP")]
    input: Annotated[FieldReference, described("Of which field.")]
    other: Annotated[
        FieldReference | None, described("The second field, for PEARSON_CORRELATION and DRIFT.")
    ] = None
    parameters: Annotated[
        dict[str, Number], described("Numbers that the function takes.", {"gapSeconds": 900})
    ] = {}
    every_seconds: Annotated[Positive, described("How often it runs.", 3600)]
    annotation_class: Annotated[Label, described("The class of what it writes.", "sensor-fault")]


class OtherComponent(Part, kw_only=True):
    """What DEVIATION compares with."""

    component: Annotated[Label, described("The same field of this component.", "outside")]


class InputField(Part, kw_only=True):
    """A name in an EXPRESSION: the rule's own field where none is said."""

    field: Annotated[FieldKey | None, described("A field of the same device.", "humidity")] = None
    aggregate: Annotated[Aggregate, described("What becomes of its window.", "AVG")] = "AVG"


class Condition(Part, kw_only=True):
    """When an alert rule holds, in the words of a rule."""

    kind: Annotated[ConditionKind, described("What is looked at.", "VALUE")] = "VALUE"
    operator: Annotated[Operator | None, described("How it is compared.", "GT")] = None
    value: Annotated[
        Number | str | None, described("With what; for one that needs a value.", 8)
    ] = None
    low: Annotated[Number | None, described("For BETWEEN and OUTSIDE.", 2)] = None
    high: Annotated[Number | None, described("For BETWEEN and OUTSIDE.", 8)] = None
    aggregate: Annotated[Aggregate | None, described("For AGGREGATE.", "AVG")] = None
    window_seconds: Annotated[
        Positive | None, described("The window; of NO_DATA how long nothing came.", 900)
    ] = None
    ignore_case: Annotated[bool, described("Of texts: A is a.", False)] = False
    step_seconds: Annotated[Positive | None, described("How often a window is looked at.")] = None
    min_count: Annotated[
        Positive | None, described("With fewer readings a window says nothing.")
    ] = None
    tolerance: Annotated[
        Number | None, described("Of STUCK: how far apart the values may lie.")
    ] = None
    relative: Annotated[bool, described("Of DEVIATION: in percent.", False)] = False
    grace_seconds: Annotated[Seconds | None, described("How long time waits for readings.")] = None
    other: Annotated[OtherComponent | None, described("Of DEVIATION.")] = None
    expression: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=EXPRESSION_MAX)] | None,
        described("Of EXPRESSION, over its inputs.", "a > 8 and b < 2"),
    ] = None
    inputs: Annotated[
        Annotated[dict[str, InputField], msgspec.Meta(max_length=10)],
        described("Of EXPRESSION, by name."),
    ] = {}


class LevelTemplate(Part, kw_only=True):
    """Where an alert of this severity begins and ends, in the words of a rule."""

    severity: Annotated[Severity, described("How grave it is.", "WARNING")]
    value: Annotated[
        Number | str | None, described("With what is compared; of one level the condition's.", 8)
    ] = None
    low: Annotated[Number | None, described("For BETWEEN and OUTSIDE.", 2)] = None
    high: Annotated[Number | None, described("For BETWEEN and OUTSIDE.", 8)] = None
    clear_value: Annotated[
        Number | None, described("It goes on until this is passed again.", 7)
    ] = None
    clear_low: Annotated[Number | None, described("As clearValue, of low.", 3)] = None
    clear_high: Annotated[Number | None, described("As clearValue, of high.", 7)] = None
    for_seconds: Annotated[Seconds, described("How long it must hold.", 600)] = 0
    clear_for_seconds: Annotated[Seconds, described("How long it must be over.", 60)] = 0


class TimesTemplate(Part, kw_only=True):
    """From when until when, on which days: what a wall clock shows there."""

    days: Annotated[
        Annotated[list[WeekDay], msgspec.Meta(min_length=1, max_length=7)],
        described("On which it begins.", ["MON", "TUE"]),
    ]
    from_: Annotated[
        Annotated[str, msgspec.Meta(pattern=WALL_TIME)], described("HH:MM, included.", "08:00")
    ] = msgspec.field(name="from")
    to: Annotated[
        Annotated[str, msgspec.Meta(pattern=WALL_END)],
        described("HH:MM, not included; no later than `from`: the next day's.", "18:00"),
    ]


class ScheduleTemplate(Part, kw_only=True):
    """When the rule is active."""

    timezone: Annotated[
        Label, described("SITE for the zone of the device's site, or an IANA name.", "SITE")
    ] = SITE_ZONE
    weekly: Annotated[
        Annotated[list[TimesTemplate], msgspec.Meta(min_length=1, max_length=WEEKLY_MAX)],
        described("When it is active."),
    ]


class AlertRuleTemplate(Part, kw_only=True):
    """An alert rule for every sensor of a field, or every device of a profile, once somebody makes
    a rule of it."""

    name: Annotated[Label, described("Unique in the pack.", "too-warm")]
    description: Annotated[Text, described("What it warns of.", "Goods are too warm.")] = ""
    input: Annotated[
        FieldReference | None, described("Of which field; for all but DISCONNECTED.")
    ] = None
    device_profile: Annotated[
        Name | None, described("Of which devices; for DISCONNECTED.", "weather-station")
    ] = None
    condition: Annotated[Condition, described("When it holds.")]
    clear_value: Annotated[
        Number | None, described("It is over only when this is passed again.", 7)
    ] = None
    clear_low: Annotated[Number | None, described("As clearValue, of low.", 3)] = None
    clear_high: Annotated[Number | None, described("As clearValue, of high.", 7)] = None
    for_seconds: Annotated[Seconds, described("How long it must hold.", 600)] = 0
    clear_for_seconds: Annotated[Seconds, described("How long it must be over.", 60)] = 0
    cooldown_seconds: Annotated[
        Seconds, described("How long it keeps silent after an alert.", 1800)
    ] = 0
    severity: Annotated[
        Severity | None, described("How grave it is; of a rule without levels.", "CRITICAL")
    ] = None
    levels: Annotated[
        Annotated[list[LevelTemplate], msgspec.Meta(max_length=LEVELS_MAX)],
        described("In rising severity, instead of it and of the clear values and times above."),
    ] = []
    schedule: Annotated[
        ScheduleTemplate | None, described("When it is active; always if left out.")
    ] = None
    auto_resolve: Annotated[bool, described("Whether its end resolves the alert.", True)] = True


class Series(Part, kw_only=True):
    """What a widget shows: one field of the devices chosen."""

    input: Annotated[FieldReference, described("Of which field.")]
    function: Annotated[
        Literal["avg", "min", "max", "sum", "count", "last", "delta"],
        described("Of each bucket.", "avg"),
    ] = "avg"
    label: Annotated[Label | None, described("In the legend.", "Air")] = None


class Widget(Part, kw_only=True):
    """A part of a dashboard, on a grid 24 columns wide."""

    type: Annotated[WidgetType, described("What it looks like.", "LINE_CHART")]
    title: Annotated[Label, described("Above it.", "Temperature")]
    x: Annotated[Grid, described("Its left column, from 0.", 0)]
    y: Annotated[Grid, described("Its upper row, from 0.", 0)]
    width: Annotated[Span, described("In columns.", 12)]
    height: Annotated[Span, described("In rows.", 6)]
    series: Annotated[
        Annotated[list[Series], msgspec.Meta(max_length=20)], described("What it shows.")
    ] = []


class DashboardTemplate(Part, kw_only=True):
    """A dashboard for a device or a site, once somebody makes one of it."""

    name: Annotated[Label, described("Unique in the pack.", "cold-room")]
    description: Annotated[Text, described("What it shows.", "One cold room.")] = ""
    variables: Annotated[
        Annotated[list[Literal["device", "site"]], msgspec.Meta(max_length=2)],
        described("What is chosen when it is opened.", ["device"]),
    ] = []
    widgets: Annotated[
        Annotated[list[Widget], msgspec.Meta(min_length=1, max_length=50)], described("Its parts.")
    ]


Elements = msgspec.Meta(max_length=ELEMENTS_MAX)


class PackDocument(Part, kw_only=True):
    """A pack: profiles, and templates that refer to them. It refers to nothing outside itself."""

    name: Annotated[Name, described("What all of its versions are called.", "environment")]
    version: Annotated[VersionText, VERSION]
    title: Annotated[Label, described("For people.", "Environment")]
    description: Annotated[Text, described("What it is for.", "Rooms and outdoor air.")] = ""
    hash: Annotated[
        Annotated[str, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}$(?!\n)")] | None,
        described("SHA-256 of the rest in its canonical form; checked where it is given."),
    ] = None
    sensor_profiles: Annotated[
        Annotated[list[SensorProfileCreate], Elements], described("Versions of sensor profiles.")
    ] = []
    device_profiles: Annotated[
        Annotated[list[DeviceProfileCreate], Elements], described("Versions of device profiles.")
    ] = []
    annotation_classes: Annotated[
        Annotated[list[AnnotationClassTemplate], Elements], described("Kinds of annotations.")
    ] = []
    job_definitions: Annotated[
        Annotated[list[JobDefinitionTemplate], Elements],
        described("Computations that write annotations."),
    ] = []
    alert_rules: Annotated[
        Annotated[list[AlertRuleTemplate], Elements], described("Templates of alert rules.")
    ] = []
    dashboards: Annotated[
        Annotated[list[DashboardTemplate], Elements], described("Templates of dashboards.")
    ] = []


LISTS: dict[str, type[msgspec.Struct]] = {
    "sensorProfiles": SensorProfileCreate,
    "deviceProfiles": DeviceProfileCreate,
    "annotationClasses": AnnotationClassTemplate,
    "jobDefinitions": JobDefinitionTemplate,
    "alertRules": AlertRuleTemplate,
    "dashboards": DashboardTemplate,
}
