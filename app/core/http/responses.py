"""What an answer says of its own version and place, and where that makes a 304 of it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Response

from app.core.wire import Read

Headers = Sequence[tuple[bytes, bytes]]

BEGUN = (HTTPStatus.CREATED, HTTPStatus.ACCEPTED)
"""There is something now that can be asked for."""

_OF_A_BODY = (b"content-length", b"content-type")


async def add_headers(response: Response[Any]) -> Response[Any]:
    """After every handler: what the answer itself says of its version and its place."""
    content = response.content
    if isinstance(content, Read):
        if etag := content.etag():
            response.headers.setdefault("ETag", etag)
        if response.status_code in BEGUN and (path := content.path()):
            response.headers.setdefault("Location", path)
    return response


def is_unchanged(headers: Headers, if_none_match: bytes) -> bool:
    """Weak comparison, RFC 9110 section 13.1.2."""
    if not if_none_match:
        return False
    etag = next((text for name, text in headers if name == b"etag"), None)
    tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag is not None and (etag in tags or b"*" in tags)


def without_body(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Of a 304."""
    return [header for header in headers if header[0] not in _OF_A_BODY]
