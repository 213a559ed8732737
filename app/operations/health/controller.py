"""/health: for those who run the platform, and the programs that watch over it."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.openapi import ResponseSpec

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.operations.health import service
from app.operations.health.schemas import Health


class PlatformHealthController(Controller):
    path = "/health"
    tags = ("Operations",)

    @get("/live", **operation("getLiveness", may="anyone", is_unlimited=True))
    async def live(self) -> Health:
        """The process answers."""
        return Health("ok")

    @get(
        "/ready",
        **operation("getReadiness", may="anyone", is_unlimited=True),
        responses={
            503: ResponseSpec(Health, description="A part that requests need doesn't answer.")
        },
    )
    async def ready(self, platform: deps.Platform) -> Response[Health]:
        """Database, Redis, object store and broker answer, and readings are stored. 503 otherwise."""
        health = await service.readiness(platform)
        return Response(health, status_code=200 if health.status == "ok" else 503)
