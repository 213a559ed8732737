"""/dashboards/{id}/data: what all widgets show."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import From, To, repeated
from app.core.wire import split_ids
from app.dashboards.ids import DashboardId
from app.dashboards.widget_data import service
from app.dashboards.widget_data.parameters import Since, Timezone, Width, asked_times
from app.dashboards.widget_data.schemas import DashboardData
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
