"""What is read and checked of a request before its handler runs.

It is stricter than the framework: what a handler is given is what was sent, or the request is
refused.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from datetime import datetime
from typing import Any, get_args

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import InternalServerException
from litestar.handlers import BaseRouteHandler
from litestar.typing import FieldDefinition

from app.core.actor import Actor
from app.core.errors import ClientLeft, Fault, Forbidden, Malformed, UnsupportedFormat
from app.core.http.operation import JSON_FORMATS, ApiOperation, RequestBody

AnyConnection = ASGIConnection[Any, Any, Any, Any]

_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


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
    _check_query(request, request.route_handler)


def _check_permission(connection: AnyConnection, operation: ApiOperation) -> None:
    if operation.may == "anyone":
        return
    actor: Actor | None = connection.scope.get("user")
    if actor is None:
        raise Forbidden(f"this needs the permission {operation.may}")
    actor.require(operation.may)


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


def _check_query(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Where the framework reads text too kindly: `?deviceId=null`, which a script sends where it
    has no id, and `?status=` would find everybody's devices, and `?from=0.5` is no moment in
    1970."""
    if not connection.scope["query_string"]:
        return
    for field in _asked_of_query(handler):
        name = getattr(field.kwarg_definition, "name", None) or field.name
        values = connection.query_params.getall(name, [])
        for value in values:
            if value.lower() == "null" and field.is_optional and not _is_text(field):
                raise Malformed(f"{name} is left out where there is none, not null")
            if not value.strip(" ,") and list[str] in get_args(field.annotation):
                raise Malformed(f"{name} is empty; it is left out where all are wanted")
            if _is_time(field) and not _DATE.match(value):
                raise Malformed(f"{name} must be a time as RFC 3339 has it")
        _check_number(name, values, getattr(field.kwarg_definition, "max_items", None))


def _check_number(name: str, values: list[str], at_most: int | None) -> None:
    """Counted before anybody splits them: commas are values, too."""
    if at_most is not None and len(values) + sum(value.count(",") for value in values) > at_most:
        raise Malformed(f"{name}: ask for at most {at_most} at once")


def _asked_of_query(handler: BaseRouteHandler) -> Iterator[FieldDefinition]:
    """The parameters of the handler, and of what it is given."""
    yield from handler.parsed_fn_signature.parameters.values()
    for dependency in handler.resolve_dependencies().values():
        yield from dependency.parsed_fn_signature.parameters.values()


def _is_time(field: FieldDefinition) -> bool:
    return field.is_subclass_of(datetime) or field.has_inner_subclass_of(datetime)


def _is_text(field: FieldDefinition) -> bool:
    kinds = get_args(field.annotation)
    return str in kinds or list[str] in kinds


def _has_body(connection: AnyConnection) -> bool:
    headers = connection.headers
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
