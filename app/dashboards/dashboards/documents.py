"""What a dashboard says: its variables, its range, its widgets on a grid of 24 columns, and the
series of each. The same words travel and are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.catalogue.fields import FieldKey
from app.catalogue.versions import Name
from app.core.documentation import described
from app.core.errors import Malformed, Unprocessable
from app.core.timezones import timezone
from app.core.wire import Instant, instant
from app.fleet.ids import DEVICE, SENSOR
from app.telemetry.aggregates.intervals import AUTO, interval
from app.telemetry.aggregates.schemas import FillName, FunctionName

SCHEMA_VERSION = 1  # of what is exported; a later one that reads it counts on
COLUMNS = 24
WIDGETS_MAX = 50
SERIES_MAX = 20  # of a widget
OF_SITE = "SITE"
"""A dashboard's zone may be that of the site that is chosen."""

WidgetType = Literal[
    "LINE_CHART", "STAT", "GAUGE", "STATE_TIMELINE", "TABLE", "ALERT_LIST", "MAP", "CAMERA",
    "DEVICE",
]  # fmt: skip
VariableKind = Literal["DEVICE", "SITE", "DEVICE_GROUP"]
_Key = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
_Words = Annotated[str, msgspec.Meta(max_length=200)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=1000)]
_Span = Annotated[int, msgspec.Meta(ge=1, le=COLUMNS)]


class Words(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A part of a dashboard; a key that isn't known is refused, what isn't said is left out."""


class DashboardVariable(Words, kw_only=True):
    """What is chosen when a dashboard is opened: at most one of each kind."""

    name: Annotated[_Key, described("Unique in the dashboard.", "device")]
    kind: Annotated[VariableKind, described("What is chosen.", "DEVICE")]
    device_profile: Annotated[
        Name | None, described("Devices of this profile alone are offered.", "cold-room")
    ] = None
    default: Annotated[UUID | None, described("Chosen where nothing else is.", DEVICE)] = None


class DashboardRange(Words, kw_only=True):
    """What time is shown at first: the last so long, or from one moment to another."""

    last: Annotated[str | None, described("An ISO 8601 duration up to now.", "PT6H")] = None
    from_: Annotated[Instant | None, described("Start, included.", "2026-11-23T00:00:00Z")] = (
        msgspec.field(name="from", default=None)
    )
    to: Annotated[Instant | None, described("End, not included.", "2026-11-24T00:00:00Z")] = None


class SeriesInput(Words, kw_only=True):
    """Of what: one sensor by id, one of a device by key, or a field of whatever is chosen."""

    sensor_id: Annotated[UUID | None, described("One sensor.", SENSOR)] = None
    device_id: Annotated[UUID | None, described("With `sensor`: that one of a device.", DEVICE)] = (
        None
    )
    component: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None,
        described("With `deviceId`: the key of the sensor's component, if it has one.", "probe"),
    ] = None
    sensor: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=36)] | None,
        described("With `deviceId`: the sensor's key.", "temperature"),
    ] = None
    sensor_profile: Annotated[
        Name | None, described("With `field`: of each component of this profile.", "room-climate")
    ] = None
    field: Annotated[
        FieldKey | None,
        described("With `sensorProfile`, of the devices that are chosen.", "temperature"),
    ] = None

    def __post_init__(self) -> None:
        """Raises ValueError, told as a fault of this place, unless it names one thing."""
        is_sensor = self.sensor_id is not None
        is_key = self.device_id is not None and self.sensor is not None
        is_field = self.sensor_profile is not None and self.field is not None
        given = {name for name in self.__struct_fields__ if getattr(self, name) is not None}
        named = {
            "sensor_id": is_sensor,
            **dict.fromkeys(("device_id", "component", "sensor"), is_key),
            **dict.fromkeys(("sensor_profile", "field"), is_field),
        }
        if is_sensor + is_key + is_field != 1 or not all(named[name] for name in given):
            raise ValueError(
                "an input is {sensorId}, or {deviceId, sensor} with or without component, "
                "or {sensorProfile, field}"
            )


class SeriesThreshold(Words, kw_only=True):
    """From which value on what is shown is in which state."""

    value: Annotated[float, described("From this value on.", 8.0)]
    state: Annotated[
        Literal["OK", "WARNING", "CRITICAL"], described("What it is then.", "CRITICAL")
    ]


class WidgetSeries(Words, kw_only=True):
    """What a widget shows of one input, of each sensor that it comes to."""

    input: Annotated[SeriesInput, described("Of what.")]
    function: Annotated[FunctionName, described("Of each bucket.", "avg")] = "avg"
    interval: Annotated[
        str, described("Width of a bucket, as in aggregated readings; or auto.", AUTO)
    ] = AUTO
    fill: Annotated[FillName, described("What empty buckets are filled with.", "null")] = "none"
    label: Annotated[_Words | None, described("In the legend.", "Air")] = None
    unit: Annotated[
        Annotated[str, msgspec.Meta(max_length=32)] | None,
        described("Instead of the sensor's own.", "°C"),
    ] = None
    decimals: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=10)] | None, described("Digits behind the point.", 1)
    ] = None
    axis: Annotated[
        Literal["LEFT", "RIGHT"], described("Which axis of a chart it is drawn by.", "LEFT")
    ] = "LEFT"
    thresholds: Annotated[
        Annotated[list[SeriesThreshold], msgspec.Meta(max_length=10)],
        described("What its values mean.", [{"value": 8.0, "state": "CRITICAL"}]),
    ] = []


class DashboardWidget(Words, kw_only=True):
    """A part of a dashboard, on a grid 24 columns wide."""

    id: Annotated[_Key, described("Unique in the dashboard, stable.", "climate")]
    type: Annotated[WidgetType, described("What it looks like.", "LINE_CHART")]
    title: Annotated[_Words, described("Above it.", "Temperature")] = ""
    x: Annotated[_Place, described("Its left column, from 0.", 0)]
    y: Annotated[_Place, described("Its upper row, from 0.", 0)]
    width: Annotated[_Span, described("In columns.", 12)]
    height: Annotated[_Span, described("In rows.", 6)]
    series: Annotated[
        Annotated[list[WidgetSeries], msgspec.Meta(max_length=SERIES_MAX)],
        described("What it shows."),
    ] = []
    options: Annotated[
        dict[str, Any], described("Of its type, for whoever draws it.", {"stacked": False})
    ] = {}


class TemplateSource(Words, kw_only=True):
    """The pack's template that a dashboard was made of."""

    pack: Annotated[Name, described("The pack.", "cold-chain")]
    version: Annotated[str, described("Its version at that time.", "1.0")]
    template: Annotated[str, described("The template's name.", "cold-room")]


class DashboardContent(Words, kw_only=True):
    """All that a dashboard says beside its name. What is kept."""

    variables: list[DashboardVariable] = []
    range: DashboardRange = msgspec.field(default_factory=lambda: DashboardRange(last="PT6H"))
    timezone: str | None = None
    refresh_seconds: int | None = None
    widgets: list[DashboardWidget] = []
    source: TemplateSource | None = None


OPTIONS_MAX_BYTES = 4096


def check_content(content: DashboardContent) -> None:
    """Raises Unprocessable or Malformed for what its types can't tell."""
    _check_unique([variable.name for variable in content.variables], "variables")
    _check_unique([variable.kind for variable in content.variables], "variables of one kind")
    _check_unique([widget.id for widget in content.widgets], "widgets")
    check_range(content.range)
    if content.timezone not in (None, OF_SITE):
        timezone(content.timezone)
    for widget in content.widgets:
        _check_widget(widget)


def check_range(range_: DashboardRange) -> None:
    """Raises Malformed unless it is one of its two forms."""
    if range_.last is not None and range_.from_ is None and range_.to is None:
        interval(range_.last, "range.last")
    elif range_.last is None and range_.from_ is not None and range_.to is not None:
        if instant(range_.from_, "range.from") >= instant(range_.to, "range.to"):
            raise Malformed("range.from must be before range.to")
    else:
        raise Malformed("range is {last}, or {from, to}")


def _check_widget(widget: DashboardWidget) -> None:
    if widget.x + widget.width > COLUMNS:
        raise Unprocessable(
            f"the widget {widget.id} reaches beyond the {COLUMNS} columns of the grid"
        )
    if len(msgspec.json.encode(widget.options)) > OPTIONS_MAX_BYTES:
        raise Unprocessable(
            f"the options of the widget {widget.id} exceed {OPTIONS_MAX_BYTES} bytes"
        )
    for series in widget.series:
        if series.interval != AUTO:
            interval(series.interval, f"the interval of a series of {widget.id}")


def _check_unique(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unprocessable(f"{what} must differ: {', '.join(twice)}")
