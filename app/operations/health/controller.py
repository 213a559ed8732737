"""/health: for those who run the platform, and the programs that watch over it."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.openapi import ResponseSpec

from app.core.fresh import FreshValue
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.operations.health.schemas import Health


async def _readiness(request: deps.AnyRequest) -> Health:
    """Of a moment ago at most: anybody may ask, and asking costs every part something."""
    found: FreshValue[Health] = request.app.state["readiness"]
    return await found.get()


class PlatformHealthController(Controller):
    path = "/health"
    tags = ("Operations",)
    dependencies = {"readiness": Provide(_readiness)}

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
    async def ready(self, readiness: NamedDependency[Health]) -> Response[Health]:
        """Database, Redis, object store and broker answer, and readings are stored. 503 otherwise. As
        it was within the last second."""
        return Response(readiness, status_code=200 if readiness.status == "ok" else 503)
