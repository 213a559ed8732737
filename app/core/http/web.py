"""The HTTP manners that every route shares: problem+json, request ids, security headers, one log line a request."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, get_args

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.typing import FieldDefinition
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.actor import Actor
from app.core.documentation import described
from app.core.errors import (
    Conflict,
    Fault,
    Forbidden,
    Malformed,
    Problem,
    Unavailable,
    Unprocessable,
    UnsupportedFormat,
)
from app.core.http.operation import JSON_FORMATS, ApiOperation, RequestBody
from app.core.http.platform import platform_of
from app.core.problems import title_of, type_of
from app.core.wire import Read
from app.problem_codes import CODES, ProblemCode
from app.settings import Settings
from db.ids import new_id

log = structlog.get_logger()

AnyConnection = ASGIConnection[Any, Any, Any, Any]
PROBLEM_JSON = "application/problem+json"

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

_SECURITY_HEADERS = [
    (name.lower().encode(), text.encode()) for name, text in SECURITY_HEADERS.items()
]
_OF_A_BODY = (b"content-length", b"content-type")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
# W3C Trace Context, version 00 or a later one that begins alike: trace id, the caller's span.
_TRACE_PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)


class ProblemDetails(msgspec.Struct, rename="camel"):
    """RFC 9457. `code` is stable; `detail` is for people and may change."""

    type: Annotated[str, described("Leads to what the code means.", format="uri")]
    title: Annotated[str, described("The status in words.")]
    status: Annotated[int, described("The HTTP status.")]
    code: Annotated[str, described("What went wrong, for programs.", enum=list(CODES))]
    instance: Annotated[str, described("The path that was asked for.")]
    request_id: Annotated[
        str, described("Finds the request in the platform's log; also in X-Request-Id.")
    ]
    detail: Annotated[str | None, described("What went wrong, for people.")] = None
    errors: Annotated[
        list[Fault], described("Each place that is wrong, where there are several.")
    ] = []


def cors_config(settings: Settings) -> CORSConfig | None:
    """Which web pages may call the API with a user's token. None by default; no cookies are ever involved."""
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return None
    return CORSConfig(
        allow_origins=origins,
        allow_headers=[
            "Authorization",
            "Content-Type",
            "If-Match",
            "If-None-Match",
            "Idempotency-Key",
            "Last-Event-ID",
            "X-Request-Id",
        ],
        expose_headers=[
            "ETag",
            "Fresh-As-Of",
            "Location",
            "Next-Cursor",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Tiers",
            "X-Request-Id",
        ],
        max_age=600,
    )


class StrictRequest(Request[Any, Any, Any]):
    """Reads a JSON body as what its handler takes. Litestar by itself is kind to bodies, too: 0 would be a moment in
    1970, and "true" a yes."""

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


class RequestId(ASGIMiddleware):
    """Gives each request an id, its log line and the security headers.

    A client's own X-Request-Id is kept when it is well formed, and so is the trace of its traceparent in our logs: they
    must not be a way to write into them.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers_in = dict(scope["headers"])
        scope["state"]["request_id"] = request_id = _request_id(headers_in)
        is_get = scope.get("method") == "GET"
        if_none_match = headers_in.get(b"if-none-match", b"")
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                names = {name.lower() for name, _ in headers}
                headers += [header for header in _SECURITY_HEADERS if header[0] not in names]
                if b"x-request-id" not in names:
                    headers.append((b"x-request-id", request_id.encode()))
                message["headers"] = headers
                if is_get and status == HTTPStatus.OK and _is_unchanged(headers, if_none_match):
                    message["status"] = status = HTTPStatus.NOT_MODIFIED
                    message["headers"] = [
                        header for header in headers if header[0] not in _OF_A_BODY
                    ]
            elif status == HTTPStatus.NOT_MODIFIED and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id, **_trace(headers_in)):
            try:
                await next_app(scope, receive, send_with_headers)
            except Exception as error:  # it is answered above this, where nobody counts
                status = to_problem(error).status
                raise
            finally:
                log.info(
                    "request",
                    method=scope.get("method"),
                    path=scope["path"],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                )


def _is_unchanged(headers: list[tuple[bytes, bytes]], if_none_match: bytes) -> bool:
    """Weak comparison, RFC 9110 section 13.1.2."""
    if not if_none_match:
        return False
    etag = next((text for name, text in headers if name == b"etag"), None)
    tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag is not None and (etag in tags or b"*" in tags)


def request_id_of(scope: Scope) -> str:
    """The id that the client sent, or a new one."""
    return _request_id(dict(scope["headers"]))


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.fullmatch(given) else str(new_id())


def _trace(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    given = headers.get(b"traceparent")
    found = given and _TRACE_PARENT.fullmatch(given.decode("latin-1"))
    return {"trace_id": found[1]} if found else {}


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    """The one exception handler: every error of any kind becomes a problem, and only real ones are logged."""
    problem = to_problem(error)
    # No middleware runs for a path or method that no route has.
    request_id = request.scope["state"].get("request_id") or request_id_of(request.scope)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", code=problem.code, exc_info=error)
    return Response(
        ProblemDetails(
            type=type_of(problem.code, _public_url(request)),
            title=title_of(problem.status),
            status=problem.status,
            code=problem.code,
            instance=request.scope["path"],
            request_id=request_id,
            detail=problem.detail,
            errors=problem.errors,
        ),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**problem.headers, **SECURITY_HEADERS, "X-Request-Id": request_id},
    )


async def check(request: Request[Any, Any, Any]) -> None:
    """Before every handler. Not as a guard: Litestar copies the handler for each, at every request."""
    handler = request.route_handler
    operation = ApiOperation.of(handler)
    actor: Actor | None = request.scope.get("user")
    if operation is None:
        raise Forbidden  # a handler that doesn't say who may call it is nobody's
    if operation.may != "anyone":
        if actor is None:
            raise Forbidden(f"this needs the permission {operation.may}")
        actor.require(operation.may)
    if request.scope["method"] in ("POST", "PUT", "PATCH"):
        _check_body_format(request, operation.accepts)
    _check_query(request, handler)


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
    """Where the framework reads text too kindly: `?deviceId=null`, which a script sends where it has no
    id, and `?status=` would find everybody's devices, and `?from=0.5` is no moment in 1970."""
    if not connection.scope["query_string"]:
        return
    for field in _asked_of_query(handler):
        name = getattr(field.kwarg_definition, "name", None) or field.name
        for value in connection.query_params.getall(name, []):
            if value.lower() == "null" and field.is_optional and not _is_text(field):
                raise Malformed(f"{name} is left out where there is none, not null")
            if not value.strip(" ,") and list[str] in get_args(field.annotation):
                raise Malformed(f"{name} is empty; it is left out where all are wanted")
            if _is_time(field) and not _DATE.match(value):
                raise Malformed(f"{name} must be a time as RFC 3339 has it")


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


async def add_headers(response: Response[Any]) -> Response[Any]:
    """After every handler: what the answer itself says of its version and its place."""
    content = response.content
    if isinstance(content, Read):
        if etag := content.etag():
            response.headers.setdefault("ETag", etag)
        if response.status_code == HTTPStatus.CREATED and (path := content.path()):
            response.headers.setdefault("Location", path)
    return response


def _public_url(request: Request[Any, Any, Any]) -> str:
    return platform_of(request.app).settings.public_url


def to_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case ValidationException():
            return _from_validation(error)
        case HTTPException():
            return _from_http(error)
        case DBAPIError() if isinstance(error.orig, BaseException) and isinstance(
            error.orig.__cause__, asyncpg.PostgresError | asyncpg.InterfaceError
        ):
            return _from_database(error.orig.__cause__)
        case asyncpg.PostgresError() | asyncpg.InterfaceError():
            return _from_database(error)
        case PoolTimeoutError() | ConnectionError() | TimeoutError():
            return Unavailable("the database can't be reached or is too busy")
        case RecursionError() | StatementError(orig=RecursionError()):
            return Malformed("the body is nested too deeply")
        case UnicodeError():
            return Malformed("the request contains text that is not UTF-8")
        case OSError() | SQLAlchemyError():
            return Unavailable("a part of the platform can't be reached")
        case _:
            return Problem("the platform failed; the request id finds the reason in its log")


def _from_validation(error: ValidationException) -> Problem:
    """Litestar's and msgspec's findings, with the place of each."""
    found = error.extra if isinstance(error.extra, list) else []
    faults = [
        Fault(
            path=str(item.get("key", "$")),
            code="INVALID",
            message=re.sub(r" - at `.*`$", "", str(item.get("message", "invalid"))),
        )
        for item in found
        if isinstance(item, dict)
    ]
    return Malformed("the request is not valid", errors=faults)


_CODES: dict[HTTPStatus, ProblemCode] = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "TOO_LARGE",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
}


def _from_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return Problem("the platform failed; the request id finds the reason in its log")
    is_too_large = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    detail = "the body is larger than this takes" if is_too_large else error.detail
    problem = Problem(
        detail, code=_CODES.get(status, "MALFORMED"), headers=dict(error.headers or {})
    )
    problem.status = status
    return problem


def _from_database(error: asyncpg.PostgresError | asyncpg.InterfaceError) -> Problem:
    """By SQLSTATE. What a client can cause has a status of its own; the rest is ours to mend."""
    match error:
        case asyncpg.UniqueViolationError():
            return Conflict("there is one with this name or key already", code="ALREADY_EXISTS")
        case asyncpg.ForeignKeyViolationError():
            return Conflict("what this refers to is gone", code="REFERENCE_GONE")
        case asyncpg.DataError() | asyncpg.exceptions.CharacterNotInRepertoireError():
            return Malformed("a value can't be stored or compared as it is")
        case asyncpg.QueryCanceledError():
            return Unprocessable(
                "answering takes too long; ask for a shorter range or longer buckets",
                code="TOO_EXPENSIVE",
            )
        case (
            asyncpg.PostgresConnectionError()
            | asyncpg.InterfaceError()
            | asyncpg.exceptions.OperatorInterventionError()
            | asyncpg.exceptions.InsufficientResourcesError()
            | asyncpg.exceptions.TransactionRollbackError()
            | asyncpg.exceptions.LockNotAvailableError()
        ):
            return Unavailable("the database can't be reached or is too busy")
        case _:
            return Problem("the platform failed; the request id finds the reason in its log")
