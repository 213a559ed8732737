"""`holdfast healthy`: asked by containers of the program beside them."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import asyncpg
import httpx

from app.settings import Settings
from db.connections.pools import open_ingest_pool
from db.queries.cameras import is_alive
from db.queries.schedule import longest_overdue

_SECONDS = 5.0
# A scheduled task is looked at every second, or every minute where something fails.
_OVERDUE_SECONDS = 300.0


async def answers_api(settings: Settings) -> bool:
    """Whether it is ready, and all that it needs."""
    url = f"http://127.0.0.1:{settings.server.http_port}/health/ready"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as client:
            return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


async def answers_broker(settings: Settings) -> bool:
    """Whether it takes a connection. It says nothing to strangers, and needn't."""
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection("127.0.0.1", settings.server.mqtt_port)
    except OSError:  # a TimeoutError is one
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def answers_recorder(settings: Settings) -> bool:
    """Whether the one on this machine has said lately that it lives."""
    try:
        async with open_ingest_pool(settings.database.ingest_url, pool_size=1) as pool:
            return await is_alive(pool, socket.gethostname())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


async def answers_worker(settings: Settings) -> bool:
    """Whether what recurs is done when it is due: all workers share it, so that one that stands
    still is seen where it is the only one."""
    try:
        async with open_ingest_pool(settings.database.ingest_url, pool_size=1) as pool:
            return await longest_overdue(pool) < _OVERDUE_SECONDS
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
