"""Server-Sent Events: an answer that goes on until the client leaves or its events end."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.actor import Actor
from app.core.http.connection_limits import HAS_OWN_PACE, abort
from app.core.refusals import refused
from db.connections.background import TaskOwner

MEDIA_TYPE = "text/event-stream"


class StreamEvent(Protocol):
    @property
    def as_sse(self) -> bytes: ...


class EventReader(Protocol):
    """Whom a stream is for; `end` makes its events end."""

    @property
    def actor(self) -> Actor: ...

    @property
    def end(self) -> Callable[[str], None]: ...


class EventStream(Response[bytes]):
    """`stall_seconds`: after which a client that doesn't read is given up."""

    def __init__(
        self,
        reader: EventReader,
        events: AsyncGenerator[StreamEvent, None],
        stall_seconds: float,
    ) -> None:
        super().__init__(b"", media_type=MEDIA_TYPE)
        self._reader = reader
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
            watched(self._reader, _http_left(receive)),
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
async def watched(reader: EventReader, left: Awaitable[None]) -> AsyncIterator[None]:
    """Ends the events when the client leaves; a client that doesn't read at all is given up."""

    async def watch() -> None:
        with contextlib.suppress(Exception):
            await left
        reader.end("LEFT")

    try:
        async with TaskOwner("event stream") as owner:
            owner.start(watch())
            yield
    except TimeoutError:
        refused("UNREAD", principal=reader.actor.principal)


async def _http_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
