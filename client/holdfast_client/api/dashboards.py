# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What people look at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import EventRead
from holdfast_client.endpoint import Endpoint
from holdfast_client.streams import AsyncBytes, SyncBytes
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


FoundType: TypeAlias = Literal["DASHBOARD", "DEVICE", "PAGE", "SENSOR", "SITE"]
"""What is found. In this order, where nothing else decides."""


class AlertFigures(Struct, kw_only=True, omit_defaults=True):
    """Alerts that hold at this moment."""

    critical: int
    """Of severity CRITICAL."""
    warning: int
    """Of severity WARNING."""
    info: int
    """Of severity INFO."""


class DashboardCreate(Struct, kw_only=True, omit_defaults=True):
    """A new dashboard: of what is said here, or, with `fromTemplate`, of a pack's template."""

    name: str
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words."""
    variables: list[DashboardVariable] | UnsetType = UNSET
    """What is chosen when it is opened."""
    range: DashboardRange | UnsetType = UNSET
    """What time is shown at first."""
    timezone: str | None | UnsetType = UNSET
    """Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for
    that of who looks.
    """
    refresh_seconds: int | None | UnsetType = named(default=UNSET, name="refreshSeconds")
    """How often it is asked anew where nothing is live, in seconds."""
    widgets: list[DashboardWidget] | UnsetType = UNSET
    """Its parts, at most 50."""
    from_template: TemplateReference | UnsetType = named(default=UNSET, name="fromTemplate")
    """Of this template; what else is said here takes the place of what it says."""
    schema_version: int | UnsetType = named(default=UNSET, name="schemaVersion")
    """Of an exported dashboard; 1 is understood."""


class DashboardData(Struct, kw_only=True, omit_defaults=True):
    """What all widgets show, in the dashboard's order."""

    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    timezone: str
    """Where its days begin."""
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    grids: list[DataGrid]
    """The buckets of all series."""
    widgets: list[WidgetData]
    """One for each widget."""
    live: LiveSelection
    """For listening to what comes."""


class DashboardDraft(Struct, kw_only=True, omit_defaults=True):
    """What a dashboard would say, of which its data depends."""

    variables: list[DashboardVariable] | UnsetType = UNSET
    """What is chosen when it is opened."""
    timezone: str | None | UnsetType = UNSET
    """Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for
    that of who looks.
    """
    widgets: list[DashboardWidget] | UnsetType = UNSET
    """Its parts, at most 50."""


class DashboardPreview(Struct, kw_only=True, omit_defaults=True):
    """What a dashboard that isn't kept would show."""

    dashboard: DashboardDraft
    """What it would say."""
    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    devices: list[str] | UnsetType = UNSET
    """Devices chosen."""
    sites: list[str] | UnsetType = UNSET
    """Sites chosen; where no device is."""
    groups: list[str] | UnsetType = UNSET
    """Device groups chosen; where no device is."""
    width: int | UnsetType = UNSET
    """How wide it is shown, in pixels."""
    timezone: str | None | UnsetType = UNSET
    """Instead of the dashboard's: an IANA name."""


class DashboardRange(Struct, kw_only=True, omit_defaults=True):
    """What time is shown at first: the last so long, or from one moment to another."""

    last: str | None | UnsetType = UNSET
    """An ISO 8601 duration up to now."""
    from_: datetime | None | UnsetType = named(default=UNSET, name="from")
    """Start, included."""
    to: datetime | None | UnsetType = UNSET
    """End, not included."""


class DashboardRead(Struct, kw_only=True, omit_defaults=True):
    """A dashboard: what it shows, and where."""

    id: str
    """The dashboard."""
    name: str
    """Unique in the organization."""
    description: str | None
    """In people's words."""
    variables: list[DashboardVariable]
    """What is chosen when it is opened."""
    range: DashboardRange
    """What time is shown at first."""
    timezone: str | None
    """Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for
    that of who looks.
    """
    refresh_seconds: int | None = named(name="refreshSeconds")
    """How often it is asked anew where nothing is live, in seconds."""
    widgets: list[DashboardWidget]
    """Its parts, at most 50."""
    source: TemplateSource | None
    """The template that it was made of."""
    customer_id: str | None = named(name="customerId")
    """The customer who sees it; null for the organization alone."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class DashboardReplace(Struct, kw_only=True, omit_defaults=True):
    """All that a dashboard says; what isn't said is as in a new one."""

    name: str
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words."""
    variables: list[DashboardVariable] | UnsetType = UNSET
    """What is chosen when it is opened."""
    range: DashboardRange | UnsetType = UNSET
    """What time is shown at first."""
    timezone: str | None | UnsetType = UNSET
    """Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for
    that of who looks.
    """
    refresh_seconds: int | None | UnsetType = named(default=UNSET, name="refreshSeconds")
    """How often it is asked anew where nothing is live, in seconds."""
    widgets: list[DashboardWidget] | UnsetType = UNSET
    """Its parts, at most 50."""


class DashboardShareCreate(Struct, kw_only=True, omit_defaults=True):
    """A link to a dashboard. Of a variable that isn't said, the dashboard's default is shown."""

    variables: dict[str, list[str]] | UnsetType = UNSET
    """What is chosen, by name of variable, and can't be changed by who looks."""
    expires_at: datetime | None | UnsetType = named(default=UNSET, name="expiresAt")
    """From when on it shows nothing; in 30 days, if left out."""


class DashboardShareCreated(Struct, kw_only=True, omit_defaults=True):
    """The only answer that carries the link."""

    id: str
    """The share link."""
    dashboard_id: str = named(name="dashboardId")
    """The dashboard."""
    token: str
    """What the link carries, shown only here."""
    url: str
    """The link."""
    variables: dict[str, list[str]]
    """What is chosen, by name of variable, and can't be changed by who looks."""
    expires_at: datetime = named(name="expiresAt")
    """From when on it shows nothing."""


class DashboardSharePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DashboardShareRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DashboardShareRead(Struct, kw_only=True, omit_defaults=True):
    """A link, without what it carries."""

    id: str
    """The share link."""
    variables: dict[str, list[str]]
    """What is chosen, by name of variable, and can't be changed by who looks."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime = named(name="expiresAt")
    """From when on it shows nothing."""
    last_used_at: datetime | None = named(name="lastUsedAt")
    """When somebody last looked, to the minute."""


class DashboardSummary(Struct, kw_only=True, omit_defaults=True):
    """A dashboard in a list: without its widgets."""

    id: str
    """The dashboard."""
    name: str
    """Unique in the organization."""
    description: str | None
    """In people's words."""
    widget_count: int = named(name="widgetCount")
    """How many parts it has."""
    customer_id: str | None = named(name="customerId")
    """The customer who sees it; null for the organization alone."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class DashboardSummaryPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DashboardSummary]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DashboardUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null clears, lists are replaced whole."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words."""
    variables: list[DashboardVariable] | UnsetType = UNSET
    """What is chosen when it is opened."""
    range: DashboardRange | UnsetType = UNSET
    """What time is shown at first."""
    timezone: str | None | UnsetType = UNSET
    """Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for
    that of who looks.
    """
    refresh_seconds: int | None | UnsetType = named(default=UNSET, name="refreshSeconds")
    """How often it is asked anew where nothing is live, in seconds."""
    widgets: list[DashboardWidget] | UnsetType = UNSET
    """Its parts, at most 50."""


class DashboardVariable(Struct, kw_only=True, omit_defaults=True):
    """What is chosen when a dashboard is opened: at most one of each kind."""

    name: str
    """Unique in the dashboard."""
    kind: Literal["DEVICE", "DEVICE_GROUP", "SITE"]
    """What is chosen."""
    device_profile: str | None | UnsetType = named(default=UNSET, name="deviceProfile")
    """Devices of this profile alone are offered."""
    default: str | None | UnsetType = UNSET
    """Chosen where nothing else is."""


class DashboardWidget(Struct, kw_only=True, omit_defaults=True):
    """A part of a dashboard, on a grid 24 columns wide."""

    id: str
    """Unique in the dashboard, stable."""
    type: Literal[
        "ALERT_LIST",
        "CAMERA",
        "DEVICE",
        "GAUGE",
        "LINE_CHART",
        "MAP",
        "STAT",
        "STATE_TIMELINE",
        "TABLE",
    ]
    """What it looks like."""
    title: str | UnsetType = UNSET
    """Above it."""
    x: int
    """Its left column, from 0."""
    y: int
    """Its upper row, from 0."""
    width: int
    """In columns."""
    height: int
    """In rows."""
    series: list[WidgetSeries] | UnsetType = UNSET
    """What it shows."""
    options: dict[str, Any] | UnsetType = UNSET
    """Of its type, for whoever draws it."""


class DataGrid(Struct, kw_only=True, omit_defaults=True):
    """Buckets that several series have in common."""

    interval: str
    """Width of the buckets; what auto came to be."""
    at: list[datetime]
    """Start of each, included; the last ends at `to`."""


class FirstSteps(Struct, kw_only=True, omit_defaults=True):
    """What is done of what whoever begins does one after the other."""

    has_device: bool = named(name="hasDevice")
    """There is a device."""
    has_reading: bool = named(name="hasReading")
    """One has sent a reading."""
    has_rule: bool = named(name="hasRule")
    """There is an alert rule."""
    has_second_member: bool = named(name="hasSecondMember")
    """Two people are members."""


class FleetFigures(Struct, kw_only=True, omit_defaults=True):
    """Devices, however they are."""

    total: int
    """All of them."""
    connected: int
    """Those that are connected at this moment."""
    offline: int
    """Those of status OFFLINE."""


class FoundItem(Struct, kw_only=True, omit_defaults=True):
    """Something with all the words in its name."""

    type: FoundType
    """What it is."""
    id: str | None
    """Its id; null of a page."""
    name: str
    """Its name."""
    place: str | None
    """A device's site, a sensor's device, by name."""
    page: str
    """Where the console shows it, below `/console/{organization}/`."""


class FoundItems(Struct, kw_only=True, omit_defaults=True):
    """What is found, the likeliest first."""

    items: list[FoundItem]
    """At most `limit` of them."""


class LatestValue(Struct, kw_only=True, omit_defaults=True):
    """The newest reading of one sensor, both null before its first."""

    series: int
    """Which series of the widget it came of, from 0."""
    sensor_id: str = named(name="sensorId")
    """The sensor."""
    device_id: str = named(name="deviceId")
    """Its device."""
    device: str
    """The device's name."""
    component: str | None
    """The key of its component."""
    key: str
    """The sensor's key."""
    label: str
    """The series' own, or the sensor's name."""
    unit: str | None
    """The series' own, or the sensor's."""
    value_type: str = named(name="valueType")
    """The sensor's."""
    timestamp: datetime | None
    """Its time."""
    value: float | bool | str | None
    """Its value."""


class LiveSelection(Struct, kw_only=True, omit_defaults=True):
    """What a live stream of this dashboard's newest readings is asked for."""

    sensor_ids: list[str] = named(name="sensorIds")
    """All sensors that widgets show."""


class Overview(Struct, kw_only=True, omit_defaults=True):
    """How the organization is doing. What the caller may not read is null."""

    at: datetime
    """When it was looked at."""
    devices: FleetFigures
    """How the fleet is."""
    alerts: AlertFigures | None
    """By severity; needs alerts:read."""
    readings: ReadingFigures | None
    """How many come; needs readings:read. Null, too, while Valkey is away."""
    quarantine: QuarantineFigures | None
    """Needs quarantine:read."""
    events: list[EventRead] | None
    """The newest ten, the newest first; needs events:read."""
    steps: FirstSteps | None
    """For a list that ticks itself; null for a customer, whom the organization serves."""


class QuarantineFigures(Struct, kw_only=True, omit_defaults=True):
    """What was refused in the last 24 hours."""

    entries: int
    """Different ones."""
    occurrences: int
    """How often they came."""


class ReadingFigures(Struct, kw_only=True, omit_defaults=True):
    """Readings that were stored, by when they were: of the last hour, and of a moment ago."""

    per_second: float = named(name="perSecond")
    """Of the last minute that is counted, a second."""
    from_: datetime = named(name="from")
    """Where the first begins."""
    interval: str
    """How long each count is."""
    counts: list[int]
    """Sixty; the last one is of the minute that hasn't ended."""


class SeriesData(Struct, kw_only=True, omit_defaults=True):
    """Values of one sensor by the buckets of a grid."""

    series: int
    """Which series of the widget it came of, from 0."""
    sensor_id: str = named(name="sensorId")
    """The sensor."""
    device_id: str = named(name="deviceId")
    """Its device."""
    device: str
    """The device's name."""
    component: str | None
    """The key of its component."""
    key: str
    """The sensor's key."""
    label: str
    """The series' own, or the sensor's name."""
    unit: str | None
    """The series' own, or the sensor's."""
    value_type: str = named(name="valueType")
    """The sensor's."""
    grid: int
    """Its place among `grids`, from 0."""
    values: list[float | None]
    """One for each bucket of the grid, null where there is none."""
    tiers: list[str]
    """What they were made of."""


class SeriesInput(Struct, kw_only=True, omit_defaults=True):
    """Of what: one sensor by id, one of a device by key, or a field of whatever is chosen."""

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """One sensor."""
    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """With `sensor`: that one of a device."""
    component: str | None | UnsetType = UNSET
    """With `deviceId`: the key of the sensor's component, if it has one."""
    sensor: str | None | UnsetType = UNSET
    """With `deviceId`: the sensor's key."""
    sensor_profile: str | None | UnsetType = named(default=UNSET, name="sensorProfile")
    """With `field`: of each component of this profile."""
    field: str | None | UnsetType = UNSET
    """With `sensorProfile`, of the devices that are chosen."""


class SeriesThreshold(Struct, kw_only=True, omit_defaults=True):
    """From which value on what is shown is in which state."""

    value: float
    """From this value on."""
    state: Literal["CRITICAL", "OK", "WARNING"]
    """What it is then."""


class SharedDashboardRead(Struct, kw_only=True, omit_defaults=True):
    """What a link shows: a dashboard without who made it, and what was chosen."""

    id: str
    """The dashboard."""
    name: str
    """Its name."""
    description: str | None
    """In people's words."""
    range: DashboardRange
    """What time is shown at first."""
    timezone: str | None
    """As of a dashboard."""
    refresh_seconds: int | None = named(name="refreshSeconds")
    """As of a dashboard."""
    widgets: list[DashboardWidget]
    """Its parts."""
    expires_at: datetime = named(name="expiresAt")
    """From when on it shows nothing."""


class ShownAlert(Struct, kw_only=True, omit_defaults=True):
    """An alert that holds at this moment."""

    id: str
    """The alert."""
    rule: str
    """The rule's name."""
    severity: str
    """How grave it is."""
    status: str
    """How people handle it."""
    device_id: str = named(name="deviceId")
    """Of which device."""
    device: str
    """The device's name."""
    sensor_id: str = named(name="sensorId")
    """Of which sensor."""
    sensor: str | None
    """The sensor's name."""
    fired_at: datetime = named(name="firedAt")
    """When it fired."""


class ShownDevice(Struct, kw_only=True, omit_defaults=True):
    """A device with how it is and where."""

    id: str
    """The device."""
    name: str
    """Its name."""
    status: str
    """As in getDevice."""
    connected: bool
    """Whether it is connected."""
    last_seen_at: datetime | None = named(name="lastSeenAt")
    """When it was last heard of."""
    site_id: str | None = named(name="siteId")
    """Its site."""
    site: str | None
    """The site's name."""
    latitude: float | None
    """Of its own location, or else of its site."""
    longitude: float | None
    """As latitude."""
    device_profile_id: str | None = named(name="deviceProfileId")
    """The version of its profile, which declares its commands."""


class StateChange(Struct, kw_only=True, omit_defaults=True):
    """A text that a sensor said from then on."""

    at: datetime
    """From when on."""
    value: str
    """The text."""


class StateData(Struct, kw_only=True, omit_defaults=True):
    """When the texts of one sensor changed."""

    series: int
    """Which series of the widget it came of, from 0."""
    sensor_id: str = named(name="sensorId")
    """The sensor."""
    device_id: str = named(name="deviceId")
    """Its device."""
    device: str
    """The device's name."""
    component: str | None
    """The key of its component."""
    key: str
    """The sensor's key."""
    label: str
    """The series' own, or the sensor's name."""
    unit: str | None
    """The series' own, or the sensor's."""
    value_type: str = named(name="valueType")
    """The sensor's."""
    changes: list[StateChange]
    """In order; the first may be older than the range, and was held as it began."""
    truncated: bool
    """Whether there were more."""


class TemplateReference(Struct, kw_only=True, omit_defaults=True):
    """A dashboard's template in a pack that is installed."""

    pack: str
    """The pack."""
    template: str
    """The template's name."""


class TemplateSource(Struct, kw_only=True, omit_defaults=True):
    """The pack's template that a dashboard was made of."""

    pack: str
    """The pack."""
    version: str
    """Its version at that time."""
    template: str
    """The template's name."""


class WidgetData(Struct, kw_only=True, omit_defaults=True):
    """What one widget shows; what its type doesn't need is left out."""

    id: str
    """The widget's."""
    series: list[SeriesData] | None = None
    """Values by buckets."""
    latest: list[LatestValue] | None = None
    """Newest readings."""
    states: list[StateData] | None = None
    """Changes of texts."""
    devices: list[ShownDevice] | None = None
    """Devices, by name."""
    alerts: list[ShownAlert] | None = None
    """Alerts that hold, the newest first."""
    truncated: bool | None = None
    """Whether more sensors or devices than a widget shows were meant."""
    problem: WidgetProblem | None = None
    """Why it shows nothing."""


class WidgetProblem(Struct, kw_only=True, omit_defaults=True):
    """Why a widget shows nothing; the others do."""

    code: str
    """As of a problem."""
    detail: str
    """In words."""


class WidgetSeries(Struct, kw_only=True, omit_defaults=True):
    """What a widget shows of one input, of each sensor that it comes to."""

    input: SeriesInput
    """Of what."""
    function: (
        Literal[
            "avg",
            "count",
            "delta",
            "first",
            "last",
            "max",
            "min",
            "p50",
            "p95",
            "p99",
            "range",
            "rate",
            "stddev",
            "sum",
            "timeWeightedAvg",
        ]
        | UnsetType
    ) = UNSET
    """Of each bucket."""
    interval: str | UnsetType = UNSET
    """Width of a bucket, as in aggregated readings; or auto."""
    fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET
    """What empty buckets are filled with."""
    label: str | None | UnsetType = UNSET
    """In the legend."""
    unit: str | None | UnsetType = UNSET
    """Instead of the sensor's own."""
    decimals: int | None | UnsetType = UNSET
    """Digits behind the point."""
    axis: Literal["LEFT", "RIGHT"] | UnsetType = UNSET
    """Which axis of a chart it is drawn by."""
    thresholds: list[SeriesThreshold] | UnsetType = UNSET
    """What its values mean."""


_listDashboards = Endpoint("listDashboards", "GET", "/api/v1/dashboards", "natural")
_createDashboard = Endpoint("createDashboard", "POST", "/api/v1/dashboards", "key")
_previewDashboard = Endpoint("previewDashboard", "POST", "/api/v1/dashboards/preview", "natural")
_getSharedDashboard = Endpoint("getSharedDashboard", "GET", "/api/v1/dashboards/shared", "natural")
_getSharedDashboardData = Endpoint(
    "getSharedDashboardData", "GET", "/api/v1/dashboards/shared/data", "natural"
)
_getDashboard = Endpoint("getDashboard", "GET", "/api/v1/dashboards/{dashboardId}", "natural")
_replaceDashboard = Endpoint(
    "replaceDashboard", "PUT", "/api/v1/dashboards/{dashboardId}", "natural"
)
_updateDashboard = Endpoint(
    "updateDashboard", "PATCH", "/api/v1/dashboards/{dashboardId}", "natural"
)
_deleteDashboard = Endpoint(
    "deleteDashboard", "DELETE", "/api/v1/dashboards/{dashboardId}", "natural"
)
_giveDashboardToCustomer = Endpoint(
    "giveDashboardToCustomer", "PUT", "/api/v1/dashboards/{dashboardId}/customer", "natural"
)
_getDashboardData = Endpoint(
    "getDashboardData", "GET", "/api/v1/dashboards/{dashboardId}/data", "natural"
)
_listDashboardShares = Endpoint(
    "listDashboardShares", "GET", "/api/v1/dashboards/{dashboardId}/shares", "natural"
)
_createDashboardShare = Endpoint(
    "createDashboardShare", "POST", "/api/v1/dashboards/{dashboardId}/shares", "key"
)
_revokeDashboardShare = Endpoint(
    "revokeDashboardShare", "DELETE", "/api/v1/dashboards/{dashboardId}/shares/{shareId}", "natural"
)
_getOverview = Endpoint("getOverview", "GET", "/api/v1/overview", "natural")
_search = Endpoint("search", "GET", "/api/v1/search", "natural")


class DashboardsApi(SyncTransport):
    """Operations of `dashboards`, for programs that wait."""

    def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DashboardSummaryPage:
        """Dashboards, newest first, without what is on them.

        Needs the permission `dashboards:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDashboards,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DashboardSummaryPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DashboardSummary]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
        from_template: TemplateReference | UnsetType = UNSET,
        schema_version: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DashboardRead:
        """Add a dashboard, of what is said or of a template of a pack that is installed.

        What getDashboard answers makes the same dashboard again, here or in another organization,
        without its id, its times and who made it.

        Needs the permission `dashboards:write`.

        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        from_template: Of this template; what else is said here takes the place of what it says.
        schema_version: Of an exported dashboard; 1 is understood.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDashboard,
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
                "fromTemplate": from_template,
                "schemaVersion": schema_version,
            },
            idempotency_key=idempotency_key,
            answer=DashboardRead,
        )

    def preview(
        self,
        *,
        dashboard: DashboardDraft,
        from_: datetime | str,
        to: datetime | str,
        devices: Sequence[str] | UnsetType = UNSET,
        sites: Sequence[str] | UnsetType = UNSET,
        groups: Sequence[str] | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
    ) -> DashboardData:
        """What a dashboard would show that isn't kept, or not yet as it is said here. As
        getDashboardData; nothing is changed.

        Needs the permission `readings:read`.

        dashboard: What it would say.
        from_: Start of the range, included.
        to: End of the range, not included.
        devices: Devices chosen.
        sites: Sites chosen; where no device is.
        groups: Device groups chosen; where no device is.
        width: How wide it is shown, in pixels.
        timezone: Instead of the dashboard's: an IANA name.
        """
        return self._call(
            _previewDashboard,
            body={
                "dashboard": dashboard,
                "from": from_,
                "to": to,
                "devices": devices,
                "sites": sites,
                "groups": groups,
                "width": width,
                "timezone": timezone,
            },
            answer=DashboardData,
        )

    def shared(self) -> SharedDashboardRead:
        """The dashboard that a share link shows; called with the link's token, `shr_…`.

        Needs the permission `shared-dashboard:read`.
        """
        return self._call(_getSharedDashboard, answer=SharedDashboardRead)

    def shared_data(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        since: datetime | str | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
    ) -> DashboardData:
        """What all widgets of the dashboard that a share link shows show: as getDashboardData, with
        what was chosen as the link was made. `dashboards/shared/stream` takes a WebSocket as
        streamReadings does, for its sensors.

        Needs the permission `shared-dashboard:read`.

        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        since: An edge of a grid that is shown already: buckets from there on, of the same width.
        For a page that is refreshed.
        width: How wide the dashboard is shown, in pixels: by it, `auto` chooses how many buckets
        there are.
        timezone: Instead of the dashboard's: where days, weeks and months begin; an IANA name.
        """
        return self._call(
            _getSharedDashboardData,
            query={"from": from_, "to": to, "since": since, "width": width, "timezone": timezone},
            answer=DashboardData,
        )

    def get(
        self, dashboard_id: str, *, format: Literal["grafana", "holdfast"] | UnsetType = UNSET
    ) -> DashboardRead:
        """One dashboard; with `format`, as a file to take along.

        Of `grafana`, each series is a query of the Infinity data source, of the sensors that it
        comes to at this moment with the defaults of the dashboard's variables.

        Needs the permission `dashboards:read`.

        dashboard_id: The dashboard.
        format: As a file: holdfast, what createDashboard takes, here or elsewhere; grafana, a
        dashboard that Grafana imports, whose panels ask this API.
        """
        return self._call(
            _getDashboard, path=(dashboard_id,), query={"format": format}, answer=DashboardRead
        )

    def get_as(
        self,
        dashboard_id: str,
        *,
        accept: Literal[
            "application/vnd.holdfast.dashboard+json", "application/vnd.grafana.dashboard+json"
        ],
        format: Literal["grafana", "holdfast"] | UnsetType = UNSET,
    ) -> SyncBytes:
        """One dashboard; with `format`, as a file to take along, in another format, as it comes. To be
        used in a `with` block.
        """
        return self._open(
            _getDashboard, path=(dashboard_id,), query={"format": format}, accept=accept
        )

    def replace(
        self,
        dashboard_id: str,
        *,
        name: str,
        if_match: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
    ) -> DashboardRead:
        """Replace all that a dashboard says.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        """
        return self._call(
            _replaceDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
            },
            answer=DashboardRead,
        )

    def update(
        self,
        dashboard_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
    ) -> DashboardRead:
        """Change a dashboard (JSON Merge Patch, RFC 7396). Its lists are replaced whole.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        """
        return self._call(
            _updateDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
            },
            answer=DashboardRead,
        )

    def delete(self, dashboard_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a dashboard.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def give_to_customer(
        self, dashboard_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> DashboardRead:
        """Give a dashboard to a customer, who sees of it what they have, or take it back.

        Needs the permission `customers:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return self._call(
            _giveDashboardToCustomer,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=DashboardRead,
        )

    def data(
        self,
        dashboard_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        device: Sequence[str] | UnsetType = UNSET,
        site: Sequence[str] | UnsetType = UNSET,
        group: Sequence[str] | UnsetType = UNSET,
        since: datetime | str | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
    ) -> DashboardData:
        """What all widgets of a dashboard show of [from, to), at one moment.

        Fields of profiles come to the sensors of the devices that are chosen, of all devices where
        nothing is chosen and the dashboard has no default. Series share the starts of their buckets
        by `grids`. A widget that asks too much, or for too many buckets, has a problem of its own;
        the others have their data. What isn't there, or is another organization's, is left out.

        Needs the permission `readings:read`.

        dashboard_id: The dashboard.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        device: Devices chosen; comma-separated or repeated.
        site: Sites chosen; where no device is; comma-separated or repeated.
        group: Device groups chosen; where no device is; comma-separated or repeated.
        since: An edge of a grid that is shown already: buckets from there on, of the same width.
        For a page that is refreshed.
        width: How wide the dashboard is shown, in pixels: by it, `auto` chooses how many buckets
        there are.
        timezone: Instead of the dashboard's: where days, weeks and months begin; an IANA name.
        """
        return self._call(
            _getDashboardData,
            path=(dashboard_id,),
            query={
                "from": from_,
                "to": to,
                "device": device,
                "site": site,
                "group": group,
                "since": since,
                "width": width,
                "timezone": timezone,
            },
            answer=DashboardData,
        )

    def list_shares(
        self,
        dashboard_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DashboardSharePage:
        """Links to a dashboard, newest first, and when somebody last looked.

        Needs the permission `dashboards:read`.

        dashboard_id: The dashboard.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDashboardShares,
            path=(dashboard_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=DashboardSharePage,
        )

    def each_shares(
        self,
        dashboard_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DashboardShareRead]:
        """Every item of every page of `list_shares`."""
        return each_of_pages(
            lambda cursor: self.list_shares(
                dashboard_id=dashboard_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create_share(
        self,
        dashboard_id: str,
        *,
        variables: dict[str, Sequence[str]] | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DashboardShareCreated:
        """Make a link that shows the dashboard, and nothing else, to whoever holds it. This answer
        alone carries it; needs readings:read besides.

        The link's token is in its fragment, which browsers send to nobody; the page sends it as
        `Authorization: Bearer shr_…`. It shows whatever the dashboard says when it is opened, with
        the variables that are said here, and ends within a second of being revoked or expiring.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        variables: What is chosen, by name of variable, and can't be changed by who looks.
        expires_at: From when on it shows nothing; in 30 days, if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDashboardShare,
            path=(dashboard_id,),
            body={"variables": variables, "expiresAt": expires_at},
            idempotency_key=idempotency_key,
            answer=DashboardShareCreated,
        )

    def revoke_share(self, dashboard_id: str, share_id: str) -> None:
        """End a link, whoever looks.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        share_id: The share link.
        """
        return self._call(
            _revokeDashboardShare,
            path=(
                dashboard_id,
                share_id,
            ),
            answer=type(None),
        )


class AsyncDashboardsApi(AsyncTransport):
    """Operations of `dashboards`, for asynchronous programs."""

    async def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DashboardSummaryPage:
        """Dashboards, newest first, without what is on them.

        Needs the permission `dashboards:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDashboards,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DashboardSummaryPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DashboardSummary]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
        from_template: TemplateReference | UnsetType = UNSET,
        schema_version: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DashboardRead:
        """Add a dashboard, of what is said or of a template of a pack that is installed.

        What getDashboard answers makes the same dashboard again, here or in another organization,
        without its id, its times and who made it.

        Needs the permission `dashboards:write`.

        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        from_template: Of this template; what else is said here takes the place of what it says.
        schema_version: Of an exported dashboard; 1 is understood.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDashboard,
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
                "fromTemplate": from_template,
                "schemaVersion": schema_version,
            },
            idempotency_key=idempotency_key,
            answer=DashboardRead,
        )

    async def preview(
        self,
        *,
        dashboard: DashboardDraft,
        from_: datetime | str,
        to: datetime | str,
        devices: Sequence[str] | UnsetType = UNSET,
        sites: Sequence[str] | UnsetType = UNSET,
        groups: Sequence[str] | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
    ) -> DashboardData:
        """What a dashboard would show that isn't kept, or not yet as it is said here. As
        getDashboardData; nothing is changed.

        Needs the permission `readings:read`.

        dashboard: What it would say.
        from_: Start of the range, included.
        to: End of the range, not included.
        devices: Devices chosen.
        sites: Sites chosen; where no device is.
        groups: Device groups chosen; where no device is.
        width: How wide it is shown, in pixels.
        timezone: Instead of the dashboard's: an IANA name.
        """
        return await self._call(
            _previewDashboard,
            body={
                "dashboard": dashboard,
                "from": from_,
                "to": to,
                "devices": devices,
                "sites": sites,
                "groups": groups,
                "width": width,
                "timezone": timezone,
            },
            answer=DashboardData,
        )

    async def shared(self) -> SharedDashboardRead:
        """The dashboard that a share link shows; called with the link's token, `shr_…`.

        Needs the permission `shared-dashboard:read`.
        """
        return await self._call(_getSharedDashboard, answer=SharedDashboardRead)

    async def shared_data(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        since: datetime | str | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
    ) -> DashboardData:
        """What all widgets of the dashboard that a share link shows show: as getDashboardData, with
        what was chosen as the link was made. `dashboards/shared/stream` takes a WebSocket as
        streamReadings does, for its sensors.

        Needs the permission `shared-dashboard:read`.

        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        since: An edge of a grid that is shown already: buckets from there on, of the same width.
        For a page that is refreshed.
        width: How wide the dashboard is shown, in pixels: by it, `auto` chooses how many buckets
        there are.
        timezone: Instead of the dashboard's: where days, weeks and months begin; an IANA name.
        """
        return await self._call(
            _getSharedDashboardData,
            query={"from": from_, "to": to, "since": since, "width": width, "timezone": timezone},
            answer=DashboardData,
        )

    async def get(
        self, dashboard_id: str, *, format: Literal["grafana", "holdfast"] | UnsetType = UNSET
    ) -> DashboardRead:
        """One dashboard; with `format`, as a file to take along.

        Of `grafana`, each series is a query of the Infinity data source, of the sensors that it
        comes to at this moment with the defaults of the dashboard's variables.

        Needs the permission `dashboards:read`.

        dashboard_id: The dashboard.
        format: As a file: holdfast, what createDashboard takes, here or elsewhere; grafana, a
        dashboard that Grafana imports, whose panels ask this API.
        """
        return await self._call(
            _getDashboard, path=(dashboard_id,), query={"format": format}, answer=DashboardRead
        )

    def get_as(
        self,
        dashboard_id: str,
        *,
        accept: Literal[
            "application/vnd.holdfast.dashboard+json", "application/vnd.grafana.dashboard+json"
        ],
        format: Literal["grafana", "holdfast"] | UnsetType = UNSET,
    ) -> AsyncBytes:
        """One dashboard; with `format`, as a file to take along, in another format, as it comes. To be
        used in a `with` block.
        """
        return self._open(
            _getDashboard, path=(dashboard_id,), query={"format": format}, accept=accept
        )

    async def replace(
        self,
        dashboard_id: str,
        *,
        name: str,
        if_match: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
    ) -> DashboardRead:
        """Replace all that a dashboard says.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        """
        return await self._call(
            _replaceDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
            },
            answer=DashboardRead,
        )

    async def update(
        self,
        dashboard_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        variables: Sequence[DashboardVariable] | UnsetType = UNSET,
        range: DashboardRange | UnsetType = UNSET,
        timezone: str | None | UnsetType = UNSET,
        refresh_seconds: int | None | UnsetType = UNSET,
        widgets: Sequence[DashboardWidget] | UnsetType = UNSET,
    ) -> DashboardRead:
        """Change a dashboard (JSON Merge Patch, RFC 7396). Its lists are replaced whole.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        variables: What is chosen when it is opened.
        range: What time is shown at first.
        timezone: Where its days begin: an IANA name, or SITE for that of the site that is chosen;
        null for that of who looks.
        refresh_seconds: How often it is asked anew where nothing is live, in seconds.
        widgets: Its parts, at most 50.
        """
        return await self._call(
            _updateDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "variables": variables,
                "range": range,
                "timezone": timezone,
                "refreshSeconds": refresh_seconds,
                "widgets": widgets,
            },
            answer=DashboardRead,
        )

    async def delete(self, dashboard_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a dashboard.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteDashboard,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def give_to_customer(
        self, dashboard_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> DashboardRead:
        """Give a dashboard to a customer, who sees of it what they have, or take it back.

        Needs the permission `customers:write`.

        dashboard_id: The dashboard.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return await self._call(
            _giveDashboardToCustomer,
            path=(dashboard_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=DashboardRead,
        )

    async def data(
        self,
        dashboard_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        device: Sequence[str] | UnsetType = UNSET,
        site: Sequence[str] | UnsetType = UNSET,
        group: Sequence[str] | UnsetType = UNSET,
        since: datetime | str | UnsetType = UNSET,
        width: int | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
    ) -> DashboardData:
        """What all widgets of a dashboard show of [from, to), at one moment.

        Fields of profiles come to the sensors of the devices that are chosen, of all devices where
        nothing is chosen and the dashboard has no default. Series share the starts of their buckets
        by `grids`. A widget that asks too much, or for too many buckets, has a problem of its own;
        the others have their data. What isn't there, or is another organization's, is left out.

        Needs the permission `readings:read`.

        dashboard_id: The dashboard.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        device: Devices chosen; comma-separated or repeated.
        site: Sites chosen; where no device is; comma-separated or repeated.
        group: Device groups chosen; where no device is; comma-separated or repeated.
        since: An edge of a grid that is shown already: buckets from there on, of the same width.
        For a page that is refreshed.
        width: How wide the dashboard is shown, in pixels: by it, `auto` chooses how many buckets
        there are.
        timezone: Instead of the dashboard's: where days, weeks and months begin; an IANA name.
        """
        return await self._call(
            _getDashboardData,
            path=(dashboard_id,),
            query={
                "from": from_,
                "to": to,
                "device": device,
                "site": site,
                "group": group,
                "since": since,
                "width": width,
                "timezone": timezone,
            },
            answer=DashboardData,
        )

    async def list_shares(
        self,
        dashboard_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DashboardSharePage:
        """Links to a dashboard, newest first, and when somebody last looked.

        Needs the permission `dashboards:read`.

        dashboard_id: The dashboard.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDashboardShares,
            path=(dashboard_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=DashboardSharePage,
        )

    def each_shares(
        self,
        dashboard_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DashboardShareRead]:
        """Every item of every page of `list_shares`."""
        return each_of_pages_async(
            lambda cursor: self.list_shares(
                dashboard_id=dashboard_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create_share(
        self,
        dashboard_id: str,
        *,
        variables: dict[str, Sequence[str]] | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DashboardShareCreated:
        """Make a link that shows the dashboard, and nothing else, to whoever holds it. This answer
        alone carries it; needs readings:read besides.

        The link's token is in its fragment, which browsers send to nobody; the page sends it as
        `Authorization: Bearer shr_…`. It shows whatever the dashboard says when it is opened, with
        the variables that are said here, and ends within a second of being revoked or expiring.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        variables: What is chosen, by name of variable, and can't be changed by who looks.
        expires_at: From when on it shows nothing; in 30 days, if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDashboardShare,
            path=(dashboard_id,),
            body={"variables": variables, "expiresAt": expires_at},
            idempotency_key=idempotency_key,
            answer=DashboardShareCreated,
        )

    async def revoke_share(self, dashboard_id: str, share_id: str) -> None:
        """End a link, whoever looks.

        Needs the permission `dashboards:write`.

        dashboard_id: The dashboard.
        share_id: The share link.
        """
        return await self._call(
            _revokeDashboardShare,
            path=(
                dashboard_id,
                share_id,
            ),
            answer=type(None),
        )


class OverviewApi(SyncTransport):
    """Operations of `overview`, for programs that wait."""

    def get(self) -> Overview:
        """How the organization is doing at this moment: what the console's first page shows.

        Readings are counted by when they were stored; the counts serve a figure and a curve, and
        begin anew where the platform's Valkey does.

        Needs the permission `devices:read`.
        """
        return self._call(_getOverview, answer=Overview)


class AsyncOverviewApi(AsyncTransport):
    """Operations of `overview`, for asynchronous programs."""

    async def get(self) -> Overview:
        """How the organization is doing at this moment: what the console's first page shows.

        Readings are counted by when they were stored; the counts serve a figure and a curve, and
        begin anew where the platform's Valkey does.

        Needs the permission `devices:read`.
        """
        return await self._call(_getOverview, answer=Overview)


class SearchApi(SyncTransport):
    """Operations of `search`, for programs that wait."""

    def search(
        self,
        *,
        q: str,
        type: Sequence[Literal["PAGE", "DASHBOARD", "SITE", "DEVICE", "SENSOR"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> FoundItems:
        """Devices, sensors, sites, dashboards and pages of the console with all these words in
        their names, the likeliest first: the name itself, its beginning, whole words of it.

        For finding as one types. Of names that very many have in common, the first few hundred are
        looked at; lists and their `q` go through all.

        Needs the permission `devices:read`.

        q: Beginnings of words, in any case.
        type: Of these alone; comma-separated or repeated.
        limit: The most items.
        """
        return self._call(_search, query={"q": q, "type": type, "limit": limit}, answer=FoundItems)


class AsyncSearchApi(AsyncTransport):
    """Operations of `search`, for asynchronous programs."""

    async def search(
        self,
        *,
        q: str,
        type: Sequence[Literal["PAGE", "DASHBOARD", "SITE", "DEVICE", "SENSOR"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> FoundItems:
        """Devices, sensors, sites, dashboards and pages of the console with all these words in
        their names, the likeliest first: the name itself, its beginning, whole words of it.

        For finding as one types. Of names that very many have in common, the first few hundred are
        looked at; lists and their `q` go through all.

        Needs the permission `devices:read`.

        q: Beginnings of words, in any case.
        type: Of these alone; comma-separated or repeated.
        limit: The most items.
        """
        return await self._call(
            _search, query={"q": q, "type": type, "limit": limit}, answer=FoundItems
        )
