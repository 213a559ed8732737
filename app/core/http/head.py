"""HEAD for every GET (RFC 9110, section 9.3.2): the same answer without its content."""

from __future__ import annotations

from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_SENT = "holdfast.method"  # in a scope: what the client wrote


def answering_head(app: ASGIApp) -> ASGIApp:
    """The app, asked with GET for HEAD. What it would stream is over with its first bytes: the
    server tells it then that nobody is there."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            return await app(scope, receive, send)
        is_over = False

        async def send_head(message: Message) -> None:
            nonlocal is_over
            if message["type"] == "http.response.start":
                await send(message)
            elif not is_over:
                is_over = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        # A range is of content, which is not sent.
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        as_get = {**scope, "method": "GET", "headers": headers, _SENT: "HEAD"}
        return await app(as_get, receive, send_head)  # type: ignore[arg-type]

    return answer


def method_of(scope: Scope) -> str:
    """The method as it came: HEAD where the app is asked with GET."""
    given = cast("dict[str, Any]", scope)
    return str(given.get(_SENT, given["method"]))
