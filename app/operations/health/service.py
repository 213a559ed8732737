"""Whether every part that requests need answers, and answers soon, and readings are stored."""

from __future__ import annotations

import asyncio
from typing import Any

from app.core.platform import Platform
from app.operations.health.schemas import Health
from db.connections.background import standing_still
from db.connections.locks import BROKER, is_held
from db.connections.sessions import Database

CHECK_SECONDS = 2


async def readiness(platform: Platform) -> Health:
    """All parts are asked at once; the answer takes CHECK_SECONDS at most."""
    checks = {
        "database": _check(platform.database.lookups.fetchval("SELECT 1")),
        "redis": _check(platform.redis.ping()),
        "objects": _check(platform.objects.check()),
        "broker": _check(_broker(platform.database)),
    }
    parts = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
    waited, longest = platform.inbox.waiting_seconds, platform.settings.limits.ready_wait_seconds
    if waited > longest:
        parts["ingest"] = f"readings wait for {waited:.0f} s"
    # Background loops are named only when one stands still: a process has a dozen of them.
    parts |= {loop: f"no turn for {seconds:.0f} s" for loop, seconds in standing_still().items()}
    is_ready = all(answer == "ok" for answer in parts.values())
    return Health("ok" if is_ready else "unavailable", parts)


async def _check(question: Any) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await question
    except TimeoutError:
        return "no answer in time"
    except Exception as error:
        return type(error).__name__
    return "ok"


async def _broker(database: Database) -> None:
    """The broker holds a lock for as long as it lives; its port may be in another network."""
    if not await is_held(database.lookups, BROKER):
        raise ConnectionError("no broker runs")
