"""Parts that belong together: when one ends, so do the others."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from db.connections.background import TaskOwner

CANCEL_AGAIN_SECONDS = 0.3  # longer than leaving takes


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, then end the others; raises what that one raised."""
    has_ended = asyncio.Event()

    async def run(part: Coroutine[Any, Any, None]) -> None:
        try:
            await part
        finally:
            has_ended.set()

    async with TaskOwner("demo", cancel_again_seconds=CANCEL_AGAIN_SECONDS) as owner:
        for part in parts:
            owner.start(run(part))
        await has_ended.wait()
