"""/dashboards/{id}/shares: links to a dashboard; /dashboards/shared: what one shows."""

from __future__ import annotations

from typing import Any

from litestar import Controller, WebSocket, delete, get, post, websocket
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation, operation
from app.core.http.parameters import From, To
from app.core.wire import Page
from app.dashboards.ids import DashboardId, DashboardShareId
from app.dashboards.shares import service, shown
from app.dashboards.shares.schemas import (
    DashboardShareCreate,
    DashboardShareCreated,
    DashboardShareRead,
    SharedDashboardRead,
)
from app.dashboards.widget_data import service as widget_data
from app.dashboards.widget_data.parameters import Since, Timezone, Width, asked_times
from app.dashboards.widget_data.schemas import DashboardData
from app.telemetry.live.controller import Opened, identified, over_websocket
from app.telemetry.live.hub import Hub


class DashboardShareController(Controller):
    path = "/dashboards/{dashboard_id:uuid}/shares"
    tags = ("Dashboards",)

    @get(**operation("listDashboardShares", may="dashboards:read", sortable=service.SORTS))
    async def list_shares(
        self, reader: deps.Reader, page_request: deps.PageRequest, dashboard_id: DashboardId
    ) -> Page[DashboardShareRead]:
        """Links to a dashboard, newest first, and when somebody last looked."""
        return await service.page(reader, dashboard_id, page_request)

    @post(
        **operation(
            "createDashboardShare",
            may="dashboards:write",
            problems=("UNPROCESSABLE", "QUOTA_EXCEEDED"),
        )
    )
    async def create_share(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        dashboard_id: DashboardId,
        data: JSONBody[DashboardShareCreate],
    ) -> DashboardShareCreated:
        """Make a link that shows the dashboard, and nothing else, to whoever holds it. This answer
        alone carries it; needs readings:read besides.

        The link's token is in its fragment, which browsers send to nobody; the page sends it as
        `Authorization: Bearer shr_…`. It shows whatever the dashboard says when it is opened, with
        the variables that are said here, and ends within a second of being revoked or expiring.
        """
        public_url = platform.settings.server.public_url
        return await idempotent_request.run_once(
            DashboardShareCreated,
            lambda: service.create(tx, actor, dashboard_id, data, public_url),
        )

    @delete("/{share_id:uuid}", **operation("revokeDashboardShare", may="dashboards:write"))
    async def revoke_share(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        dashboard_id: DashboardId,
        share_id: DashboardShareId,
    ) -> None:
        """End a link, whoever looks."""
        await service.revoke(tx, actor, dashboard_id, share_id)


class SharedDashboardController(Controller):
    path = "/dashboards/shared"
    tags = ("Dashboards",)

    @get(**operation("getSharedDashboard", may=shown.PERMISSION, problems=("NOT_FOUND",)))
    async def get_shared_dashboard(
        self, reader: deps.Reader, actor: deps.Actor
    ) -> SharedDashboardRead:
        """The dashboard that a share link shows; called with the link's token, `shr_…`."""
        return await shown.dashboard(reader, actor)

    # Public to the guard alone: it asks for the token itself, since a refusal has to be told after
    # accepting.
    @websocket("/stream", opt=ApiOperation(may="anyone").opt)
    async def stream_shared_dashboard(self, socket: WebSocket[Any, Any, Any]) -> None:
        await over_websocket(socket, _opened)


class SharedDataController(Controller):
    path = "/dashboards/shared/data"
    tags = ("Dashboards",)
    dependencies = deps.READING_TRANSACTION

    @get(
        **operation(
            "getSharedDashboardData",
            may=shown.PERMISSION,
            problems=("NOT_FOUND", "UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_EXPENSIVE"),
            timeout_seconds=15,
        ),
    )
    async def get_shared_dashboard_data(
        self,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        actor: deps.Actor,
        start: From,
        end: To,
        since: Since = None,
        width: Width = 1440,
        timezone: Timezone = None,
    ) -> DashboardData:
        """What all widgets of the dashboard that a share link shows show: as getDashboardData, with
        what was chosen as the link was made. `dashboards/shared/stream` takes a WebSocket as
        streamReadings does, for its sensors."""
        start, end, since = asked_times(start, end, since)
        link = shown.link_of(actor)
        return await widget_data.data(
            tx,
            link.dashboard_id,
            shown.choice_of(link, timezone),
            start,
            end,
            since=since,
            width=width,
            readings_max=platform.settings.limits.query_max_readings,
        )


async def _opened(socket: WebSocket[Any, Any, Any], hub: Hub) -> Opened:
    actor, credential = await identified(socket, shown.PERMISSION)
    listener = await shown.open_stream(hub, actor, credential)
    return listener, shown.events(hub, listener, socket.query_params.get("lastEventId"))
