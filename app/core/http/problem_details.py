"""How a problem is answered: RFC 9457 problem+json, the same for every route."""

from __future__ import annotations

from functools import cache, partial
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.handlers import BaseRouteHandler

from app.core.documentation import described
from app.core.errors import ClientLeft, Fault, Unavailable
from app.core.http.dependencies import platform_of
from app.core.http.exceptions import to_problem
from app.core.http.middleware import REFUSED_SINCE, SECURITY_HEADERS, request_id_of
from app.core.http.operation import ApiOperation
from app.core.http.signatures import wire_names
from app.core.problems import title_of, type_of
from app.core.refusals import LinesOfAKind, refused
from app.problem_codes import CODES

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"


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


class InfluxProblemDetails(ProblemDetails):
    """For clients of InfluxDB, which look for `error` and show it."""

    error: str = ""


@cache
def _failures(code: str) -> LinesOfAKind:
    """A part that is away fails every request; the first and one a second tell it as well."""
    return LinesOfAKind(partial(log.error, "request failed", code=code))


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    """The one exception handler: every error of any kind becomes a problem, and only real ones are
    logged."""
    handler = request.scope.get("route_handler")
    # The framework's own, which answers OPTIONS, reads nothing.
    is_ours = handler is not None and ApiOperation.of(handler) is not None
    problem = to_problem(error, wire_names(handler) if is_ours else {})
    # No middleware runs for a path or method that no route has.
    request_id = request.scope["state"].get("request_id") or request_id_of(request.scope)
    if isinstance(problem, ClientLeft):
        refused("INCOMPLETE")
    elif isinstance(error, Unavailable):  # nothing has failed: the request's line says the rest
        request.scope["state"][REFUSED_SINCE] = problem.detail
    elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _failures(problem.code).add(exc_info=error)
    details = ProblemDetails(
        type=type_of(problem.code, platform_of(request.app).settings.server.public_url),
        title=title_of(problem.status),
        status=problem.status,
        code=problem.code,
        instance=request.scope["path"],
        request_id=request_id,
        detail=problem.detail,
        errors=problem.errors,
    )
    if is_ours and handler is not None and _speaks_influx(handler):
        told = problem.detail or title_of(problem.status)
        details = InfluxProblemDetails(**msgspec.structs.asdict(details), error=told)
    return Response(
        details,
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**problem.headers, **SECURITY_HEADERS, "X-Request-Id": request_id},
    )


def _speaks_influx(handler: BaseRouteHandler) -> bool:
    operation = ApiOperation.of(handler)
    return operation is not None and operation.speaks_influx
