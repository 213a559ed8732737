"""/dashboards/{id}/data: what all widgets show; of a dashboard that isn't kept, too."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import From, To, repeated
from app.core.wire import split_ids, time_range
from app.dashboards.ids import DashboardId
from app.dashboards.widget_data import service
from app.dashboards.widget_data.parameters import Since, Timezone, Width, asked_times
from app.dashboards.widget_data.schemas import DashboardData, DashboardPreview
from app.fleet.ids import DEVICE, DEVICE_GROUP, SITE

_ID = {"type": "string", "format": "uuid"}


class WidgetDataController(Controller):
    path = "/dashboards"
    tags = ("Dashboards",)
    dependencies = deps.READING_TRANSACTION

    @get(
        "/{dashboard_id:uuid}/data",
        **operation(
            "getDashboardData",
            may="readings:read",
            problems=("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_EXPENSIVE"),
            timeout_seconds=15,
        ),
    )
    async def get_dashboard_data(
        self,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        actor: deps.Actor,
        dashboard_id: DashboardId,
        start: From,
        end: To,
        device: Annotated[list[str] | None, repeated("Devices chosen", [DEVICE], items=_ID)] = None,
        site: Annotated[
            list[str] | None,
            repeated("Sites chosen; where no device is", [SITE], items=_ID),
        ] = None,
        group: Annotated[
            list[str] | None,
            repeated("Device groups chosen; where no device is", [DEVICE_GROUP], items=_ID),
        ] = None,
        since: Since = None,
        width: Width = 1440,
        timezone: Timezone = None,
    ) -> DashboardData:
        """What all widgets of a dashboard show of [from, to), at one moment.

        Fields of profiles come to the sensors of the devices that are chosen, of all devices where
        nothing is chosen and the dashboard has no default. Series share the starts of their buckets
        by `grids`. A widget that asks too much, or for too many buckets, has a problem of its own;
        the others have their data. What isn't there, or is another organization's, is left out.
        """
        start, end, since = asked_times(start, end, since)
        choice = service.Choice(
            devices=split_ids(device, "device"),
            sites=split_ids(site, "site"),
            groups=split_ids(group, "group"),
            zone=timezone,
            may_read_alerts="alerts:read" in actor.permissions,
        )
        return await service.data(
            tx,
            dashboard_id,
            choice,
            start,
            end,
            since=since,
            width=width,
            readings_max=platform.settings.limits.query_max_readings,
        )

    @post(
        "/preview",
        **operation(
            "previewDashboard",
            may="readings:read",
            is_repeatable=True,
            problems=("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_EXPENSIVE"),
            timeout_seconds=15,
        ),
        status_code=HTTP_200_OK,
    )
    async def preview_dashboard(
        self,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        actor: deps.Actor,
        data: JSONBody[DashboardPreview],
    ) -> DashboardData:
        """What a dashboard would show that isn't kept, or not yet as it is said here. As
        getDashboardData; nothing is changed."""
        start, end = time_range(data.from_, data.to)
        choice = service.Choice(
            devices=data.devices,
            sites=data.sites,
            groups=data.groups,
            zone=data.timezone,
            may_read_alerts="alerts:read" in actor.permissions,
        )
        return await service.data_of(
            tx,
            service.content_of(data.dashboard),
            choice,
            start,
            end,
            width=data.width,
            readings_max=platform.settings.limits.query_max_readings,
        )
