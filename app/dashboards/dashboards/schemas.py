from __future__ import annotations

from typing import Annotated

import msgspec

from app.accounts.ids import CUSTOMER, CustomerId
from app.catalogue.versions import Name
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Read, UpdatedAt
from app.dashboards.dashboards.documents import (
    SCHEMA_VERSION,
    WIDGETS_MAX,
    DashboardRange,
    DashboardVariable,
    DashboardWidget,
    TemplateSource,
)
from app.dashboards.ids import DashboardId

DashboardName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Description = Annotated[str, msgspec.Meta(max_length=2000)]
_Variables = Annotated[list[DashboardVariable], msgspec.Meta(max_length=3)]
_Widgets = Annotated[list[DashboardWidget], msgspec.Meta(max_length=WIDGETS_MAX)]
_Zone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Refresh = Annotated[int, msgspec.Meta(ge=5, le=86_400)]

_CUSTOMER = described("The customer who sees it; null for the organization alone.", CUSTOMER)
_NAME = described("Unique in the organization.", "Cold rooms")
_DESCRIPTION = described("In people's words.", "What must stay below 4 °C")
_VARIABLES = described("What is chosen when it is opened.", [{"name": "device", "kind": "DEVICE"}])
_RANGE = described("What time is shown at first.", {"last": "PT6H"})
_ZONE = described(
    "Where its days begin: an IANA name, or SITE for that of the site that is chosen; null for "
    "that of who looks.",
    "Europe/Amsterdam",
)
_REFRESH = described("How often it is asked anew where nothing is live, in seconds.", 60)
_EXAMPLE_WIDGET = {
    "id": "climate",
    "type": "LINE_CHART",
    "title": "Temperature",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "series": [{"input": {"sensorProfile": "room-climate", "field": "temperature"}}],
}
_WIDGETS = described("Its parts, at most 50.", [_EXAMPLE_WIDGET])


class DashboardRead(Read):
    """A dashboard: what it shows, and where."""

    id: DashboardId
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    variables: Annotated[list[DashboardVariable], _VARIABLES]
    range: Annotated[DashboardRange, _RANGE]
    timezone: Annotated[str | None, _ZONE]
    refresh_seconds: Annotated[int | None, _REFRESH]
    widgets: Annotated[list[DashboardWidget], _WIDGETS]
    source: Annotated[TemplateSource | None, described("The template that it was made of.")]
    customer_id: Annotated[CustomerId | None, _CUSTOMER]
    created_by: Annotated[str, described("Who made it.", "user_0192f0c1")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/dashboards/{self.id}"


class DashboardSummary(Read):
    """A dashboard in a list: without its widgets."""

    id: DashboardId
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    widget_count: Annotated[int, described("How many parts it has.", 4)]
    customer_id: Annotated[CustomerId | None, _CUSTOMER]
    created_by: Annotated[str, described("Who made it.", "user_0192f0c1")]
    created_at: CreatedAt
    updated_at: UpdatedAt


class TemplateReference(Body):
    """A dashboard's template in a pack that is installed."""

    pack: Annotated[Name, described("The pack.", "cold-chain")]
    template: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=100)],
        described("The template's name.", "cold-room"),
    ]


class DashboardCreate(Body):
    """A new dashboard: of what is said here, or, with `fromTemplate`, of a pack's template."""

    name: Annotated[DashboardName, _NAME]
    description: Annotated[_Description | None, _DESCRIPTION] = None
    variables: Annotated[_Variables | msgspec.UnsetType, _VARIABLES] = msgspec.UNSET
    range: Annotated[DashboardRange | msgspec.UnsetType, _RANGE] = msgspec.UNSET
    timezone: Annotated[_Zone | msgspec.UnsetType | None, _ZONE] = msgspec.UNSET
    refresh_seconds: Annotated[_Refresh | msgspec.UnsetType | None, _REFRESH] = msgspec.UNSET
    widgets: Annotated[_Widgets | msgspec.UnsetType, _WIDGETS] = msgspec.UNSET
    from_template: Annotated[
        TemplateReference | msgspec.UnsetType,
        described("Of this template; what else is said here takes the place of what it says."),
    ] = msgspec.UNSET

    schema_version: Annotated[
        int | msgspec.UnsetType,
        described("Of an exported dashboard; 1 is understood.", SCHEMA_VERSION),
    ] = msgspec.UNSET


class DashboardExport(Read):
    """What createDashboard takes, here or in another organization."""

    schema_version: Annotated[int, described("Of this form.", SCHEMA_VERSION)]
    name: Annotated[str, _NAME]
    description: Annotated[str | None, _DESCRIPTION]
    variables: Annotated[list[DashboardVariable], _VARIABLES]
    range: Annotated[DashboardRange, _RANGE]
    timezone: Annotated[str | None, _ZONE]
    refresh_seconds: Annotated[int | None, _REFRESH]
    widgets: Annotated[list[DashboardWidget], _WIDGETS]


class DashboardReplace(Body):
    """All that a dashboard says; what isn't said is as in a new one."""

    name: Annotated[DashboardName, _NAME]
    description: Annotated[_Description | None, _DESCRIPTION] = None
    variables: Annotated[_Variables, _VARIABLES] = []
    range: Annotated[DashboardRange, _RANGE] = msgspec.field(
        default_factory=lambda: DashboardRange(last="PT6H")
    )
    timezone: Annotated[_Zone | None, _ZONE] = None
    refresh_seconds: Annotated[_Refresh | None, _REFRESH] = None
    widgets: Annotated[_Widgets, _WIDGETS] = []


class DashboardUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays, null clears, lists are replaced whole."""

    name: Annotated[DashboardName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    description: Annotated[_Description | msgspec.UnsetType | None, _DESCRIPTION] = msgspec.UNSET
    variables: Annotated[_Variables | msgspec.UnsetType, _VARIABLES] = msgspec.UNSET
    range: Annotated[DashboardRange | msgspec.UnsetType, _RANGE] = msgspec.UNSET
    timezone: Annotated[_Zone | msgspec.UnsetType | None, _ZONE] = msgspec.UNSET
    refresh_seconds: Annotated[_Refresh | msgspec.UnsetType | None, _REFRESH] = msgspec.UNSET
    widgets: Annotated[_Widgets | msgspec.UnsetType, _WIDGETS] = msgspec.UNSET


class DashboardDraft(Body):
    """What a dashboard would say, of which its data depends."""

    variables: Annotated[_Variables, _VARIABLES] = []
    timezone: Annotated[_Zone | None, _ZONE] = None
    widgets: Annotated[_Widgets, _WIDGETS] = []
