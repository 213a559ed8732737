"""Shapes of a dashboard's data. Series share the starts of their buckets, by grid."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.catalogue.ids import DEVICE_PROFILE
from app.core.documentation import described, example_id
from app.core.wire import Body, Instant, Moment, Read
from app.dashboards.dashboards.schemas import DashboardDraft
from app.fleet.ids import DEVICE, DEVICE_GROUP, SENSOR, SITE
from app.telemetry.readings.schemas import FreshAsOf

_VALUES = described(
    "One for each bucket of the grid, null where there is none.", [21.4, None, 21.6]
)
_EXAMPLE_AT = "2026-11-23T10:00:00Z"


CHOSEN_MAX = 500
_Chosen = Annotated[list[UUID], msgspec.Meta(max_length=CHOSEN_MAX)]


class DashboardPreview(Body):
    """What a dashboard that isn't kept would show."""

    dashboard: Annotated[DashboardDraft, described("What it would say.")]
    from_: Annotated[Instant, described("Start of the range, included.", _EXAMPLE_AT)] = (
        msgspec.field(name="from")
    )
    to: Annotated[Instant, described("End of the range, not included.", "2026-11-23T16:00:00Z")]
    devices: Annotated[_Chosen, described("Devices chosen.", [DEVICE])] = []
    sites: Annotated[_Chosen, described("Sites chosen; where no device is.", [SITE])] = []
    groups: Annotated[
        _Chosen, described("Device groups chosen; where no device is.", [DEVICE_GROUP])
    ] = []
    width: Annotated[
        Annotated[int, msgspec.Meta(ge=100, le=10_000)],
        described("How wide it is shown, in pixels.", 1440),
    ] = 1440
    timezone: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None,
        described("Instead of the dashboard's: an IANA name.", "Europe/Amsterdam"),
    ] = None


class DataGrid(Read):
    """Buckets that several series have in common."""

    interval: Annotated[str, described("Width of the buckets; what auto came to be.", "PT5M")]
    at: Annotated[
        list[Moment],
        described("Start of each, included; the last ends at `to`.", [_EXAMPLE_AT]),
    ]


class ShownSensor(Read, kw_only=True):
    """A sensor that a widget shows."""

    series: Annotated[int, described("Which series of the widget it came of, from 0.", 0)]
    sensor_id: Annotated[UUID, described("The sensor.", SENSOR)]
    device_id: Annotated[UUID, described("Its device.", DEVICE)]
    device: Annotated[str, described("The device's name.", "Cold room 1")]
    component: Annotated[str | None, described("The key of its component.", "probe")]
    key: Annotated[str, described("The sensor's key.", "temperature")]
    label: Annotated[str, described("The series' own, or the sensor's name.", "Temperature")]
    unit: Annotated[str | None, described("The series' own, or the sensor's.", "°C")]
    value_type: Annotated[str, described("The sensor's.", "DOUBLE")]


class SeriesData(ShownSensor, kw_only=True):
    """Values of one sensor by the buckets of a grid."""

    grid: Annotated[int, described("Its place among `grids`, from 0.", 0)]
    values: Annotated[list[float | None], _VALUES]
    tiers: Annotated[list[str], described("What they were made of.", ["RAW"])]


class LatestValue(ShownSensor, kw_only=True):
    """The newest reading of one sensor, both null before its first."""

    timestamp: Annotated[Moment | None, described("Its time.", _EXAMPLE_AT)]
    value: Annotated[float | int | bool | str | None, described("Its value.", 21.4)]


class StateChange(Read):
    """A text that a sensor said from then on."""

    at: Annotated[Moment, described("From when on.", _EXAMPLE_AT)]
    value: Annotated[str, described("The text.", "DEFROST")]


class StateData(ShownSensor, kw_only=True):
    """When the texts of one sensor changed."""

    changes: Annotated[
        list[StateChange],
        described("In order; the first may be older than the range, and was held as it began."),
    ]
    truncated: Annotated[bool, described("Whether there were more.", False)]


class ShownDevice(Read):
    """A device with how it is and where."""

    id: Annotated[UUID, described("The device.", DEVICE)]
    name: Annotated[str, described("Its name.", "Cold room 1")]
    status: Annotated[str, described("As in getDevice.", "ACTIVE")]
    connected: Annotated[bool, described("Whether it is connected.", True)]
    last_seen_at: Annotated[Moment | None, described("When it was last heard of.", _EXAMPLE_AT)]
    site_id: Annotated[UUID | None, described("Its site.", SITE)]
    site: Annotated[str | None, described("The site's name.", "Amsterdam West")]
    latitude: Annotated[float | None, described("Of its own location, or else of its site.", 52.37)]
    longitude: Annotated[float | None, described("As latitude.", 4.9)]
    device_profile_id: Annotated[
        UUID | None,
        described("The version of its profile, which declares its commands.", DEVICE_PROFILE),
    ]


class ShownAlert(Read):
    """An alert that holds at this moment."""

    id: Annotated[UUID, described("The alert.", example_id("alert"))]
    rule: Annotated[str, described("The rule's name.", "Cold room too warm")]
    severity: Annotated[str, described("How grave it is.", "WARNING")]
    status: Annotated[str, described("How people handle it.", "ACTIVE")]
    device_id: Annotated[UUID, described("Of which device.", DEVICE)]
    device: Annotated[str, described("The device's name.", "Cold room 1")]
    sensor_id: Annotated[UUID, described("Of which sensor.", SENSOR)]
    sensor: Annotated[str | None, described("The sensor's name.", "temperature")]
    fired_at: Annotated[Moment, described("When it fired.", _EXAMPLE_AT)]


class WidgetProblem(Read):
    """Why a widget shows nothing; the others do."""

    code: Annotated[str, described("As of a problem.", "TOO_EXPENSIVE")]
    detail: Annotated[str, described("In words.", "that takes 9000000 readings, one by one, …")]


class WidgetData(Read, omit_defaults=True):
    """What one widget shows; what its type doesn't need is left out."""

    id: Annotated[str, described("The widget's.", "climate")]
    series: Annotated[list[SeriesData], described("Values by buckets.")] = []
    latest: Annotated[list[LatestValue], described("Newest readings.")] = []
    states: Annotated[list[StateData], described("Changes of texts.")] = []
    devices: Annotated[list[ShownDevice], described("Devices, by name.")] = []
    alerts: Annotated[list[ShownAlert], described("Alerts that hold, the newest first.")] = []
    truncated: Annotated[
        bool, described("Whether more sensors or devices than a widget shows were meant.", True)
    ] = False
    problem: Annotated[WidgetProblem | None, described("Why it shows nothing.")] = None


class LiveSelection(Read):
    """What a live stream of this dashboard's newest readings is asked for."""

    sensor_ids: Annotated[list[UUID], described("All sensors that widgets show.", [SENSOR])]


class DashboardData(Read):
    """What all widgets show, in the dashboard's order."""

    from_: Annotated[Moment, described("Start of the range, included.", _EXAMPLE_AT)] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("End of the range, not included.", "2026-11-23T16:00:00Z")]
    timezone: Annotated[str, described("Where its days begin.", "Europe/Amsterdam")]
    fresh_as_of: FreshAsOf
    grids: Annotated[list[DataGrid], described("The buckets of all series.")]
    widgets: Annotated[list[WidgetData], described("One for each widget.")]
    live: Annotated[LiveSelection, described("For listening to what comes.")]


def location_of(
    location: dict[str, Any] | None, latitude: float | None, longitude: float | None
) -> tuple[float | None, float | None]:
    """The device's own place where it has one, else its site's."""
    if location and "latitude" in location and "longitude" in location:
        return location["latitude"], location["longitude"]
    return latitude, longitude
