"""/metrics: figures of the processes and of the time-series core, as Prometheus asks for them.

On a listener of its own (HOLDFAST_METRICS_PORT): they tell of all organizations together, and each
time is worth some milliseconds of the database.
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from functools import partial

import asyncpg
import prometheus_client
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send
from prometheus_client import multiprocess

from app.core.fresh import FreshValue
from app.core.platform import Platform
from app.operations import timeseries_health
from db.rollups import retention

PATH = "/metrics"
DATABASE_SECONDS = 2


def metrics_app(state: State) -> ASGIApp:
    """What answers there; `state` holds the platform as soon as that has started."""
    figures = FreshValue(partial(_figures, state))

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        is_found = scope["path"] == PATH
        status, body = (200, await figures.get()) if is_found else (404, b"")
        headers = [
            (b"content-type", prometheus_client.CONTENT_TYPE_LATEST.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer


async def _figures(state: State) -> bytes:
    """This process's figures, or all processes' where they share a directory.

    Beside them the state of the time-series core, left out while the database doesn't answer.
    """
    return _figures_of_processes() + await _figures_of_time_series(state["platform"])


def _figures_of_processes() -> bytes:
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return prometheus_client.generate_latest(registry)


async def _figures_of_time_series(platform: Platform) -> bytes:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            health = await retention.health(platform.database.lookups)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return b""
    return timeseries_health.exposition(
        health, settle=timedelta(seconds=platform.settings.retention.rollup_settle_seconds)
    )
