"""Answers that wait until there is something to tell: a long poll."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from db.connections.background import TaskOwner

Content = TypeVar("Content")


class _ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class WaitingResponse(Response[Content], Generic[Content]):
    """An answer whose content is asked for once the handler has returned and its transaction is
    committed. It may be long in coming: who has left isn't waited for.

    `content` is what it would be at once; its headers are told. A Problem that `later` raises is
    the answer instead: nothing has been sent before.
    """

    def __init__(
        self,
        content: Content,
        later: Callable[[], Awaitable[Content]],
        *,
        status_code: int = 200,
    ) -> None:
        super().__init__(content, status_code=status_code)
        self._later = later

    def to_asgi_response(self, *args: Any, **how: Any) -> ASGIApp:  # type: ignore[override]
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                async with TaskOwner("waiting answer") as owner:
                    owner.start(_watch(receive))
                    content = await self._later()
            except _ClientLeft:
                return
            whole = Response(content, headers=self.headers, status_code=self.status_code)
            await whole.to_asgi_response(*args, **how)(scope, receive, send)

        return answer


async def _watch(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise _ClientLeft
