"""Answers that are made while they are sent: as fast as the client reads, for as long as it
stays."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import structlog
from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from db.connections.background import TaskOwner

log = structlog.get_logger()


class _ClientLeft(Exception):
    """Nobody reads the answer any more."""


class ByteStream(Response[bytes]):
    """An answer whose pieces come from a generator.

    The generator is closed when the client leaves, or has not read for `stall_seconds`. An error in
    the middle ends the connection without the last chunk of the body, so that no client takes it
    for the whole.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
        stall_seconds: float,
    ) -> None:
        super().__init__(b"", media_type=media_type, headers=dict(headers))
        self._pieces = pieces
        self._stall_seconds = stall_seconds

    def to_asgi_response(  # type: ignore[override]
        self, *_: Any, headers: Mapping[str, str] | None = None, **__: Any
    ) -> ASGIApp:
        told = {**(headers or {}), **self.headers, "content-type": str(self.media_type)}
        encoded = [(name.lower().encode(), text.encode("latin-1")) for name, text in told.items()]

        async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await self._answer(encoded, receive, send)
            except TimeoutError as error:
                log.info("an answer was not read, and is given up")
                raise ConnectionAbortedError from error

        return answer

    async def _answer(
        self, headers: list[tuple[bytes, bytes]], receive: Receive, send: Send
    ) -> None:
        async def write(body: bytes, *, more: bool = True) -> None:
            async with asyncio.timeout(self._stall_seconds):
                await send({"type": "http.response.body", "body": body, "more_body": more})

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            raise _ClientLeft

        with contextlib.suppress(_ClientLeft):
            async with (
                TaskOwner("long answer") as owner,
                contextlib.aclosing(self._pieces) as pieces,
            ):
                owner.start(watch())
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                async for piece in pieces:
                    await write(piece)
                await write(b"", more=False)
