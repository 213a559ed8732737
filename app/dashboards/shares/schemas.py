from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.dashboards.dashboards.documents import DashboardRange, DashboardWidget
from app.dashboards.ids import DashboardId, DashboardShareId
from app.fleet.ids import DEVICE

CHOSEN_MAX = 20
_EXPIRES_AT = "2026-12-23T09:15:00Z"
_TOKEN = "shr_Vb3kQzY7mT1xN5pRw8sLc2Jd4Hf6Ga9Ue0KiQo_BxMs"  # noqa: S105 - an example
_CHOSEN = described(
    "What is chosen, by name of variable, and can't be changed by who looks.", {"device": [DEVICE]}
)
_Ids = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=CHOSEN_MAX)]


class DashboardShareCreate(Body):
    """A link to a dashboard. Of a variable that isn't said, the dashboard's default is shown."""

    variables: Annotated[
        Annotated[dict[str, _Ids], msgspec.Meta(max_length=3)],
        _CHOSEN,
    ] = {}
    expires_at: Annotated[
        Instant | None,
        described("From when on it shows nothing; in 30 days, if left out.", _EXPIRES_AT),
    ] = None


class DashboardShareRead(Read):
    """A link, without what it carries."""

    id: DashboardShareId
    variables: Annotated[dict[str, list[UUID]], _CHOSEN]
    created_by: Annotated[str, described("Who made it.", "user_0192f0c1")]
    created_at: CreatedAt
    expires_at: Annotated[Moment, described("From when on it shows nothing.", _EXPIRES_AT)]
    last_used_at: Annotated[
        Moment | None,
        described("When somebody last looked, to the minute.", "2026-11-24T10:30:00Z"),
    ]


class DashboardShareCreated(Read):
    """The only answer that carries the link."""

    id: DashboardShareId
    token: Annotated[str, described("What the link carries, shown only here.", _TOKEN)]
    url: Annotated[
        str,
        described("The link.", f"https://iot.example.com/console/shared#{_TOKEN}"),
    ]
    variables: Annotated[dict[str, list[UUID]], _CHOSEN]
    expires_at: Annotated[Moment, described("From when on it shows nothing.", _EXPIRES_AT)]


class SharedDashboardRead(Read):
    """What a link shows: a dashboard without who made it, and what was chosen."""

    id: DashboardId
    name: Annotated[str, described("Its name.", "Cold rooms")]
    description: Annotated[str | None, described("In people's words.", "What must stay cold")]
    range: Annotated[DashboardRange, described("What time is shown at first.", {"last": "PT6H"})]
    timezone: Annotated[str | None, described("As of a dashboard.", "Europe/Amsterdam")]
    refresh_seconds: Annotated[int | None, described("As of a dashboard.", 60)]
    widgets: Annotated[list[DashboardWidget], described("Its parts.", [])]
    expires_at: Annotated[Moment, described("From when on it shows nothing.", _EXPIRES_AT)]
