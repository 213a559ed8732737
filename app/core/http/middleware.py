"""What every request goes through: an id, one log line, security headers; and CORS."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from litestar.config.cors import CORSConfig
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.core.http.exceptions import to_problem
from app.core.http.head import method_of
from app.core.http.responses import is_unchanged, without_body
from app.core.refusals import RefusalKind, refused
from app.settings import Settings
from db.connections.authors import ANYONE, Author, author
from db.ids import new_id

log = structlog.get_logger()

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
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
# W3C Trace Context, version 00 or a later one that begins alike: trace id, the caller's span.
_TRACE_PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)


class RequestId(ASGIMiddleware):
    """Gives each request an id, its log line and the security headers.

    A client's own X-Request-Id is kept when it is well formed, and so is the trace of its
    traceparent in our logs: they must not be a way to write into them.
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
                if is_get and status == HTTPStatus.OK and is_unchanged(headers, if_none_match):
                    message["status"] = status = HTTPStatus.NOT_MODIFIED
                    message["headers"] = without_body(headers)
            elif status == HTTPStatus.NOT_MODIFIED and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        client = scope["client"]
        author.set(Author(ANYONE, client[0] if client else "", request_id))
        with structlog.contextvars.bound_contextvars(request_id=request_id, **_trace(headers_in)):
            try:
                await next_app(scope, receive, send_with_headers)
            except Exception as error:  # it is answered above this, where nobody counts
                status = to_problem(error).status
                raise
            finally:
                _write_line(scope, status, (time.perf_counter() - started) * 1000)


REFUSED_SINCE = "refused_since"  # in a request's state: why a part had no time for it
# What opens something and stands in a path by contract, or since players ask for what is beside it.
_SECRETS_IN_PATHS = re.compile(r"(/invitations/)inv_[^/]*|(/live/streams/|/playback/)[^/]+")
# What is refused for a limit is counted, and written in few lines: whoever floods asks for this.
_REFUSALS: dict[int, RefusalKind] = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.REQUEST_TIMEOUT: "REQUEST_TIMEOUT",
    HTTPStatus.TOO_MANY_REQUESTS: "RATE_LIMITED",
    HTTPStatus.SERVICE_UNAVAILABLE: "BUSY",
}


def _write_line(scope: Scope, status: int, milliseconds: float) -> None:
    words = {
        "method": method_of(scope),
        "path": _SECRETS_IN_PATHS.sub(r"\1\2…", scope["path"]),
        "status": status,
        "milliseconds": round(milliseconds, 1),
    }
    refusal = _REFUSALS.get(status)
    if refusal is None:
        log.info("request", **words)
    else:
        why = scope["state"].get(REFUSED_SINCE)
        refused(refusal, line="request", **words, **({} if why is None else {"why": why}))


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


def cors_config(settings: Settings) -> CORSConfig | None:
    """Which web pages may call the API with a user's token. None by default; no cookies are ever
    involved."""
    origins = [
        origin.strip() for origin in settings.server.cors_origins.split(",") if origin.strip()
    ]
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
