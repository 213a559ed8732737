"""/overview: how an organization is doing."""

from __future__ import annotations

from litestar import Controller, get

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.dashboards.overview import service
from app.dashboards.overview.schemas import Overview


class OverviewController(Controller):
    path = "/overview"
    tags = ("Dashboards",)

    @get(**operation("getOverview", may="devices:read"))
    async def get_overview(
        self, reader: deps.Reader, actor: deps.Actor, platform: deps.Platform
    ) -> Overview:
        """How the organization is doing at this moment: what the console's first page shows.

        Readings are counted by when they were stored; the counts serve a figure and a curve, and
        begin anew where the platform's Valkey does.
        """
        return await service.look(reader, actor, platform.redis)
