"""The headers of answers, and which answer carries which."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.core.documentation import example_id
from app.core.http.responses import BEGUN
from app.core.wire import Read
from app.openapi.handlers import Handler

_NUMBER = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}


def _header(
    text: str, example: Any, schema: dict[str, Any] = _TEXT, *, always: bool = False
) -> dict[str, Any]:
    return {"description": text, "required": always, "schema": schema, "example": example}


HEADERS = {
    "X-Request-Id": _header(
        "Finds the request in the platform's log; the client's own, where it sent a well-formed one.",
        example_id("request"),
        always=True,
    ),
    "RateLimit-Policy": _header(
        "Each limit: `q` requests in `w` seconds.", '"key";q=600;w=2, "organization";q=1200;w=2'
    ),
    "RateLimit": _header(
        "Of each limit: `r` requests are left, and in `t` seconds all of them are.",
        '"key";r=599;t=1, "organization";r=1198;t=1',
    ),
    "ETag": _header(
        "Changes with every edit by people, not with telemetry. To be sent as If-Match or If-None-Match.",
        '"vjb_bJbDuZ-QJeEPTJPp"',
        always=True,
    ),
    "Location": _header(
        "Where what was created is found.",
        f"/api/v1/devices/{example_id('device')}",
        {"type": "string", "format": "uri-reference"},
        always=True,
    ),
    "Tiers": _header("Where the answer comes from, as `tiers` in JSON; not with JSON.", "RAW, 1H"),
    "Fresh-As-Of": _header(
        "The moment that the answer shows, as `freshAsOf` in JSON; not with JSON.",
        "2026-11-24T00:00:01.25Z",
        {"type": "string", "format": "date-time"},
    ),
    "Next-Cursor": _header(
        "To be sent as `cursor` for the next page, where this is a page and there is more; in JSON it is `nextCursor`.",
        "WyIyMDI2LTExLTIzVDEwOjMwOjAwWiJd",
    ),
    "Retry-After": _header("Seconds to wait before asking again.", 1, _NUMBER, always=True),
    "WWW-Authenticate": _header("How to sign in: with a bearer token.", "Bearer", always=True),
}


IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier answer, or several: answered with 304 while people have not changed it.",
    "schema": _TEXT,
    "example": '"vjb_bJbDuZ-QJeEPTJPp"',
}


def not_modified(handler: Handler) -> dict[str, Any]:
    """The answer to an If-None-Match that still holds; nothing where there is no ETag."""
    headers = headers_of_success(handler)
    if handler.method != "GET" or "ETag" not in headers:
        return {}
    return {"304": {"description": "People have not changed it since.", "headers": headers}}


def headers_of_problem(status: int) -> dict[str, Any]:
    """A request that is refused before its limits are counted has no RateLimit."""
    names = ["X-Request-Id"]
    if status == HTTPStatus.UNAUTHORIZED:
        names.append("WWW-Authenticate")
    else:
        names += ["RateLimit-Policy", "RateLimit"]
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        names.append("Retry-After")
    return _references(names)


def headers_of_success(handler: Handler) -> dict[str, Any]:
    return headers_of_answer(handler, handler.route.status_code, handler.answer)


def headers_of_answer(handler: Handler, status: int, answer: Any) -> dict[str, Any]:
    """Of one with this status, of this type."""
    names = ["X-Request-Id"]
    if not handler.operation.is_unlimited:
        names += ["RateLimit-Policy", "RateLimit"]
    names += handler.operation.answers.headers
    if isinstance(answer, type) and issubclass(answer, Read):
        if {"id", "updated_at"} <= set(answer.__struct_fields__) or answer.etag is not Read.etag:
            names.append("ETag")
        if status in BEGUN and answer.path is not Read.path:
            names.append("Location")
    return _references(names)


def _references(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
