"""/metrics: what Prometheus asks for."""

from __future__ import annotations

import prometheus_client
from litestar import Controller, Response, get

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation
from app.operations.metrics import service


class MetricsController(Controller):
    path = "/metrics"
    include_in_schema = False

    @get(opt=ApiOperation(may="anyone", is_unlimited=True).opt)
    async def metrics(self, platform: deps.Platform) -> Response[bytes]:
        """Prometheus' text format."""
        return Response(
            await service.exposition(platform), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )
