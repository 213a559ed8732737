"""Answers that are made while they are sent: as fast as the client reads, for as long as it stays."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any
from uuid import UUID

import structlog
from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.errors import TooManyRequests, Unavailable
from db.connections.background import TaskOwner

log = structlog.get_logger()


class StreamSlots:
    """How many long answers this process gives at once: each keeps a connection to the database."""

    def __init__(self, *, in_all: int, per_organization: int) -> None:
        self._in_all = in_all
        self._per_organization = per_organization
        self._taken: Counter[UUID] = Counter()

    @contextlib.contextmanager
    def taken(self, org_id: UUID) -> Iterator[None]:
        """One of them. Raises TooManyRequests or Unavailable where there is none."""
        if self._taken[org_id] >= self._per_organization:
            raise TooManyRequests(
                5,
                detail="as many long answers are under way as there may be",
                code="TOO_MANY_STREAMS",
            )
        if self._taken.total() >= self._in_all:
            raise Unavailable("no more long answers can be given here now", retry_after_seconds=5)
        self._taken[org_id] += 1
        try:
            yield
        finally:
            self._taken[org_id] -= 1


class _ClientLeft(Exception):
    """Nobody reads the answer any more."""


class ByteStream(Response[bytes]):
    """An answer whose pieces come from a generator.

    The generator is closed when the client leaves, or has not read for `stall_seconds`. An error in the middle ends the
    connection without the last chunk of the body, so that no client takes it for the whole.
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
