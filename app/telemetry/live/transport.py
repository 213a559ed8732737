"""How events travel as messages of a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

from litestar.types import Receive, Send

from app.core.errors import Problem
from app.core.http.event_streams import watched
from app.core.live_events import LiveEvent
from app.telemetry.live.listener import Listener

SUBPROTOCOL = "holdfast"
# In Sec-WebSocket-Protocol a browser can say who it is: it can't set headers, and addresses end up in logs.
BEARER = "bearer."
_CLOSED_BY_US = 1001

Opened = Callable[[], Awaitable[tuple[Listener, AsyncGenerator[LiveEvent, None]]]]


async def serve_websocket(
    receive: Receive, send: Send, opened: Opened, subprotocol: str | None, stall_seconds: float
) -> None:
    """Accept, tell every event, close. A refusal is told after accepting: of a refused handshake a browser learns
    nothing. The close code is 4000 and the problem's status."""
    await receive()  # websocket.connect
    await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})
    try:
        listener, stream = await opened()
    except Problem as problem:
        await send(
            {"type": "websocket.close", "code": 4000 + problem.status, "reason": problem.code}
        )
        return
    async with watched(listener, _websocket_left(receive)), contextlib.aclosing(stream) as events:
        async for event in events:
            async with asyncio.timeout(stall_seconds):
                await send({"type": "websocket.send", "bytes": None, "text": event.as_message})
        with contextlib.suppress(Exception):  # it may have left by itself
            await send({"type": "websocket.close", "code": _CLOSED_BY_US, "reason": ""})


async def _websocket_left(receive: Receive) -> None:
    """What a client says on the socket has no meaning."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
