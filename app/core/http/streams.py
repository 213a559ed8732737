"""Answers that are made while they are sent: as fast as the client reads, for as long as it stays
and may."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.http.connection_limits import HAS_OWN_PACE, abort
from app.core.http.dependencies import platform_of
from app.core.http.operation import ApiOperation
from app.core.refusals import refused
from app.core.running_responses import Ending, RunningResponse
from app.settings.responses import ResponseSettings
from db.connections.background import TaskOwner


class _ClientLeft(Exception):
    """Nobody reads the answer any more."""


class _Ended(Exception):
    """Nobody may read it any more, or others need its place."""


class _Pace:
    """How slow a client may be. Only the time counts in which we wait for it, and not for the
    pieces."""

    def __init__(self, settings: ResponseSettings) -> None:
        self._settings = settings
        self._ends_at = time.monotonic() + settings.longest_seconds
        self._waited_seconds = 0.0
        self._bytes = 0

    @contextlib.asynccontextmanager
    async def sending(self, size: int) -> AsyncGenerator[None, None]:
        """Raises TimeoutError where the block takes longer than the client may."""
        began = time.monotonic()
        async with asyncio.timeout(self._patience(began)):
            yield
        self._waited_seconds += time.monotonic() - began
        self._bytes += size

    def _patience(self, now: float) -> float:
        """A stall at most, and no more than what was read so far has earned."""
        settings = self._settings
        earned = settings.stall_seconds + self._bytes / settings.least_bytes_per_second
        return min(
            settings.stall_seconds, earned - self._waited_seconds, max(self._ends_at - now, 0)
        )


class ByteStream(Response[bytes]):
    """An answer whose pieces come from a generator.

    The generator is closed when the client leaves, reads too slowly or may no longer read, and when
    `ending` says so. An error in the middle ends the connection without the last chunk of the body,
    so that no client takes it for the whole.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
        pace: ResponseSettings,
        ending: Ending | None = None,
        status_code: int = 200,
    ) -> None:
        super().__init__(b"", media_type=media_type, headers=dict(headers), status_code=status_code)
        self._pieces = pieces
        self._settings = pace
        self._ending = ending or Ending()

    def to_asgi_response(  # type: ignore[override]
        self, *_: Any, headers: Mapping[str, str] | None = None, **__: Any
    ) -> ASGIApp:
        told = {**(headers or {}), **self.headers, "content-type": str(self.media_type)}
        encoded = [(name.lower().encode(), text.encode("latin-1")) for name, text in told.items()]

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})[HAS_OWN_PACE] = True
            try:
                with _registered(scope, self._ending):
                    await self._answer(encoded, receive, send)
            except TimeoutError:
                refused("UNREAD")
                abort(scope)
            except _Ended:
                abort(scope)

        return answer

    async def _answer(
        self, headers: list[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        pace = _Pace(self._settings)

        async def write(body: bytes, *, more: bool = True) -> None:
            async with pace.sending(len(body)):
                await send({"type": "http.response.body", "body": body, "more_body": more})

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            raise _ClientLeft

        async def wait() -> None:
            raise _Ended(await self._ending.wait())

        start: Any = {"type": "http.response.start", "status": self.status_code, "headers": headers}
        with contextlib.suppress(_ClientLeft):
            async with (
                TaskOwner("long answer") as owner,
                contextlib.aclosing(self._pieces) as pieces,
            ):
                owner.start(watch())
                owner.start(wait())
                async with pace.sending(0):
                    await send(start)
                async for piece in pieces:
                    await write(piece)
                await write(b"", more=False)


@contextlib.contextmanager
def _registered(scope: Scope, ending: Ending) -> Iterator[None]:
    """Among what runs for whom; a signed link stands for nobody, and is good until it expires."""
    actor = scope.get("user")
    operation = ApiOperation.of(scope["route_handler"]) if actor is not None else None
    if actor is None or operation is None or operation.may == "anyone":
        yield
        return
    credential = next(value for name, value in scope["headers"] if name == b"authorization")
    response = RunningResponse(actor, operation.may, ending.end, credential.decode("latin-1"))
    with platform_of(scope["litestar_app"]).responses.registered(response):
        yield
