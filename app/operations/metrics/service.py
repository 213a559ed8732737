"""Figures of the processes and of the time-series core, in Prometheus' text format."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import asyncpg
import prometheus_client
from prometheus_client import multiprocess

from app.core.platform import Platform
from app.operations import timeseries_health
from db.rollups import retention

DATABASE_SECONDS = 2


async def exposition(platform: Platform) -> bytes:
    """This process's figures, or all processes' where they share a directory.

    Beside them the state of the time-series core, left out while the database doesn't answer.
    """
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return prometheus_client.generate_latest(registry) + await _timeseries_figures(platform)


async def _timeseries_figures(platform: Platform) -> bytes:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            health = await retention.health(platform.database.pool)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return b""
    return timeseries_health.exposition(
        health, settle=timedelta(seconds=platform.settings.rollup_settle_seconds)
    )
