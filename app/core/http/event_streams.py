"""Server-Sent Events: an answer that goes on, made of app/core/live_events.py's."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, Protocol

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.actor import Actor
from app.core.http.connection_limits import HAS_OWN_PACE, abort
from app.core.live_events import LiveEvent
from app.core.refusals import refused
from db.connections.background import TaskOwner

MEDIA_TYPE = "text/event-stream"


class StreamListener(Protocol):
    """Who is told. `end` may be called at any time, and more than once; the first reason counts."""

    actor: Actor

    def end(self, reason: str) -> None: ...


class EventStream(Response[bytes]):
    """An answer that goes on until the client leaves or the events end."""

    def __init__(
        self,
        listener: StreamListener,
        events: AsyncGenerator[LiveEvent, None],
        stall_seconds: float,
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
            watched(self._listener, _left(receive)),
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


@contextlib.asynccontextmanager
async def watched(listener: StreamListener, left: Awaitable[None]) -> AsyncIterator[None]:
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


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
