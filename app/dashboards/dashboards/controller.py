"""/dashboards: what people look at."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import JSONBody

from app.accounts.customers.schemas import CustomerChoice
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, Sample, operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.dashboards.dashboards import service
from app.dashboards.dashboards.schemas import (
    DashboardCreate,
    DashboardRead,
    DashboardReplace,
    DashboardSummary,
    DashboardUpdate,
)
from app.dashboards.ids import DashboardId
from app.problem_codes import ProblemCode

_FAULTS: tuple[ProblemCode, ...] = ("ALREADY_EXISTS", "UNPROCESSABLE", "UNKNOWN_TIMEZONE")
# Of files, which aren't what the resource is.
OF_HOLDFAST = "application/vnd.holdfast.dashboard+json"
OF_GRAFANA = "application/vnd.grafana.dashboard+json"


class DashboardController(Controller):
    path = "/dashboards"
    tags = ("Dashboards",)

    @get(**operation("listDashboards", may="dashboards:read", sortable=service.SORTS))
    async def list_dashboards(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "cold", max_length=200)
        ] = None,
    ) -> Page[DashboardSummary]:
        """Dashboards, newest first, without what is on them."""
        return await service.page(reader, page_request, text=q)

    @post(
        **operation(
            "createDashboard", may="dashboards:write", problems=(*_FAULTS, "QUOTA_EXCEEDED")
        )
    )
    async def create_dashboard(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[DashboardCreate],
    ) -> DashboardRead:
        """Add a dashboard, of what is said or of a template of a pack that is installed.

        What getDashboard answers makes the same dashboard again, here or in another organization,
        without its id, its times and who made it.
        """
        return await idempotent_request.run_once(
            DashboardRead, lambda: service.create(tx, actor, data)
        )

    @get(
        "/{dashboard_id:uuid}",
        **operation(
            "getDashboard",
            may="dashboards:read",
            answers=Answers(
                formats={
                    OF_HOLDFAST: DashboardCreate,
                    OF_GRAFANA: Sample("A dashboard that Grafana imports."),
                }
            ),
        ),
    )
    async def get_dashboard(
        self,
        reader: deps.Reader,
        platform: deps.Platform,
        dashboard_id: DashboardId,
        format_: Annotated[
            Literal["holdfast", "grafana"] | None,
            parameter(
                "As a file: holdfast, what createDashboard takes, here or elsewhere; grafana, a "
                "dashboard that Grafana imports, whose panels ask this API.",
                "grafana",
                query="format",
            ),
        ] = None,
    ) -> Response[DashboardRead]:
        """One dashboard; with `format`, as a file to take along.

        Of `grafana`, each series is a query of the Infinity data source, of the sensors that it
        comes to at this moment with the defaults of the dashboard's variables.
        """
        if format_ is None:
            return Response(await service.get(reader, dashboard_id))
        if format_ == "holdfast":
            return _file(await service.export(reader, dashboard_id), dashboard_id, OF_HOLDFAST)
        api_url = f"{platform.settings.server.public_url}/api/v1"
        board = await service.export_for_grafana(reader, dashboard_id, api_url)
        return _file(board, dashboard_id, OF_GRAFANA)

    @put(
        "/{dashboard_id:uuid}",
        **operation("replaceDashboard", may="dashboards:write", problems=_FAULTS),
    )
    async def replace_dashboard(
        self,
        tx: deps.Tx,
        dashboard_id: DashboardId,
        data: JSONBody[DashboardReplace],
        if_match: IfMatch = None,
    ) -> DashboardRead:
        """Replace all that a dashboard says."""
        return await service.replace(tx, dashboard_id, data, if_match)

    @patch(
        "/{dashboard_id:uuid}",
        **operation("updateDashboard", may="dashboards:write", problems=_FAULTS),
    )
    async def update_dashboard(
        self,
        tx: deps.Tx,
        dashboard_id: DashboardId,
        data: JSONBody[DashboardUpdate],
        if_match: IfMatch = None,
    ) -> DashboardRead:
        """Change a dashboard (JSON Merge Patch, RFC 7396). Its lists are replaced whole."""
        return await service.change(tx, dashboard_id, data, if_match)

    @put(
        "/{dashboard_id:uuid}/customer",
        **operation("giveDashboardToCustomer", may="customers:write"),
    )
    async def give_to_customer(
        self,
        tx: deps.Tx,
        dashboard_id: DashboardId,
        data: JSONBody[CustomerChoice],
        if_match: IfMatch = None,
    ) -> DashboardRead:
        """Give a dashboard to a customer, who sees of it what they have, or take it back."""
        return await service.give(tx, dashboard_id, data, if_match)

    @delete("/{dashboard_id:uuid}", **operation("deleteDashboard", may="dashboards:write"))
    async def delete_dashboard(
        self, tx: deps.Tx, dashboard_id: DashboardId, if_match: IfMatch = None
    ) -> None:
        """Delete a dashboard."""
        await service.remove(tx, dashboard_id, if_match)


def _file(content: object, dashboard_id: UUID, media_type: str) -> Response[Any]:
    data = msgspec.json.encode(content)
    headers = {
        "Content-Disposition": f'attachment; filename="dashboard-{dashboard_id}.json"',
        "ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
    }
    return Response(data, media_type=media_type, headers=headers)
