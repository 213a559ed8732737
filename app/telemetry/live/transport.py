"""How events travel: as Server-Sent Events, and as messages of a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.errors import Problem
from app.core.http.connection_limits import HAS_OWN_PACE, abort
from app.core.refusals import refused
from app.telemetry.live.events import LiveEvent
from app.telemetry.live.listener import Listener
from db.connections.background import TaskOwner

MEDIA_TYPE = "text/event-stream"
SUBPROTOCOL = "holdfast"
# In Sec-WebSocket-Protocol a browser can say who it is: it can't set headers, and addresses end up in logs.
BEARER = "bearer."
_CLOSED_BY_US = 1001

Opened = Callable[[], Awaitable[tuple[Listener, AsyncGenerator[LiveEvent, None]]]]


class EventStream(Response[bytes]):
    """An answer that goes on until the client leaves or the events end."""

    def __init__(
        self, listener: Listener, events: AsyncGenerator[LiveEvent, None], stall_seconds: float
    ) -> None:
        super().__init__(b"", media_type=MEDIA_TYPE)
        self._listener = listener
        self._events = events
        self._stall_seconds = stall_seconds

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][HAS_OWN_PACE] = True
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                # Proxies that gather answers would hold events back.
                "headers": [
                    (b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode()),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )

        async def write(body: bytes, *, more: bool = True) -> None:
            async with asyncio.timeout(self._stall_seconds):
                await send({"type": "http.response.body", "body": body, "more_body": more})

        is_read = False
        async with (
            _watched(self._listener, _http_left(receive)),
            contextlib.aclosing(self._events) as events,
        ):
            # After a restart not everyone comes back in the same moment.
            await write(b"retry: %d\n\n" % random.randint(500, 2500))  # noqa: S311
            async for event in events:
                await write(event.as_sse)
            await write(b"", more=False)
            is_read = True
        if not is_read:
            abort(scope)


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
    async with _watched(listener, _websocket_left(receive)), contextlib.aclosing(stream) as events:
        async for event in events:
            async with asyncio.timeout(stall_seconds):
                await send({"type": "websocket.send", "bytes": None, "text": event.as_message})
        with contextlib.suppress(Exception):  # it may have left by itself
            await send({"type": "websocket.close", "code": _CLOSED_BY_US, "reason": ""})


@contextlib.asynccontextmanager
async def _watched(listener: Listener, left: Awaitable[None]) -> AsyncIterator[None]:
    """Ends the listener when the client leaves; a client that doesn't read at all is given up."""

    async def watch() -> None:
        with contextlib.suppress(Exception):
            await left
        listener.end("LEFT")

    try:
        async with TaskOwner("live stream") as owner:
            owner.start(watch())
            yield
    except TimeoutError:
        refused("UNREAD", principal=listener.actor.principal)


async def _http_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _websocket_left(receive: Receive) -> None:
    """What a client says on the socket has no meaning."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
