"""What is read and checked of a request before its handler runs.

It is stricter than the framework: what a handler is given is what was sent, or the request is
refused.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import InternalServerException

from app.core.actor import Actor
from app.core.errors import ClientLeft, Fault, Forbidden, Malformed, UnsupportedFormat
from app.core.http.operation import JSON_FORMATS, ApiOperation, RequestBody
from app.core.http.query import check_query

AnyConnection = ASGIConnection[Any, Any, Any, Any]


class StrictRequest(Request[Any, Any, Any]):
    """Reads a JSON body as what its handler takes. Litestar by itself is kind to bodies, too: 0
    would be a moment in 1970, and "true" a yes. And it takes a client that leaves for a fault of
    ours."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in super().stream():
                yield piece
        except InternalServerException:
            raise ClientLeft("the body ends before its end") from None

    async def json(self) -> Any:
        field = self.route_handler.parsed_data_field
        if field is None:
            return await super().json()
        try:
            return msgspec.json.decode(await self.body(), type=field.annotation)
        except msgspec.ValidationError as error:
            message, _, place = str(error).partition(" - at `")
            fault = Fault(place.removesuffix("`") or "$", "INVALID", message)
            raise Malformed("the request is not valid", errors=[fault]) from None
        except msgspec.DecodeError as error:
            raise Malformed(str(error)) from None


async def check(request: Request[Any, Any, Any]) -> None:
    """Before every handler. Not as a guard: Litestar copies the handler for each, at every
    request."""
    operation = ApiOperation.of(request.route_handler)
    if operation is None:
        raise Forbidden  # a handler that doesn't say who may call it is nobody's
    _check_permission(request, operation)
    if request.scope["method"] in ("POST", "PUT", "PATCH"):
        _check_body_format(request, operation.accepts)
    check_query(request, operation)
    field = request.route_handler.parsed_data_field
    if field and not field.is_optional and not await request.body():
        raise Malformed("the body is empty")


def _check_permission(connection: AnyConnection, operation: ApiOperation) -> None:
    if operation.may == "anyone":
        return
    actor: Actor | None = connection.scope.get("user")
    if actor is None:
        raise Forbidden(f"this needs the permission {operation.may}")
    actor.require(operation.may)
    if operation.needs_factor:
        actor.require_fresh_factor()


def _check_body_format(connection: AnyConnection, accepts: RequestBody) -> None:
    """A body without a Content-Type is taken for the first of what the handler accepts."""
    formats, encodings = accepts.media_types, accepts.encodings
    if not formats:
        return
    if media_type_of(connection) not in ("", *formats) and _has_body(connection):
        raise UnsupportedFormat(
            f"send {formats[0]}" if formats == JSON_FORMATS else f"send one of {', '.join(formats)}"
        )
    if encoding_of(connection) not in ("identity", *encodings):
        raise UnsupportedFormat(
            f"send the body {' or '.join(('without a Content-Encoding', *encodings))}"
        )


def media_type_of(connection: AnyConnection) -> str:
    """What the body is said to be, without its parameters; empty where nobody says."""
    return connection.headers.get("content-type", "").partition(";")[0].strip().lower()


def encoding_of(connection: AnyConnection) -> str:
    """How the body is compressed; identity where it isn't."""
    return connection.headers.get("content-encoding", "identity").strip().lower()


def _has_body(connection: AnyConnection) -> bool:
    headers = connection.headers
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
