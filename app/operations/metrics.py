"""/metrics: figures of the processes and of the time-series core, as Prometheus asks for them."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import asyncpg
import prometheus_client
from litestar import Controller, Response, get
from prometheus_client import multiprocess

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation
from app.core.platform import Platform
from app.operations import timeseries_health
from db.rollups import retention

DATABASE_SECONDS = 2


class MetricsController(Controller):
    path = "/metrics"
    include_in_schema = False

    @get(opt=ApiOperation(may="anyone", is_unlimited=True).opt)
    async def metrics(self, platform: deps.Platform) -> Response[bytes]:
        """Prometheus' text format: this process's figures, or all processes' where they share a
        directory.

        Beside them the state of the time-series core, left out while the database doesn't answer.
        """
        return Response(
            _figures_of_processes() + await _figures_of_time_series(platform),
            media_type=prometheus_client.CONTENT_TYPE_LATEST,
        )


def _figures_of_processes() -> bytes:
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return prometheus_client.generate_latest(registry)


async def _figures_of_time_series(platform: Platform) -> bytes:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            health = await retention.health(platform.database.pool)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return b""
    return timeseries_health.exposition(
        health, settle=timedelta(seconds=platform.settings.retention.rollup_settle_seconds)
    )
