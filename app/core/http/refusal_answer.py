"""A Problem as bytes: what is answered before any application is asked."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from app.core.http.problem_details import PROBLEM_JSON, ProblemDetails
from app.core.problems import PATH, slug, title_of
from app.problem_codes import ProblemCode
from db.ids import new_id

RETRY_SECONDS = 5


def refusal_answer(status: HTTPStatus, code: ProblemCode, detail: str) -> bytes:
    """The whole answer, after which the connection ends."""
    problem = ProblemDetails(
        type=f"{PATH}#{slug(code)}",
        title=title_of(status),
        status=status,
        code=code,
        instance="",
        request_id=str(new_id()),
        detail=detail,
    )
    body = msgspec.json.encode(problem)
    again = f"retry-after: {RETRY_SECONDS}\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status.value} {title_of(status)}\r\ncontent-type: {PROBLEM_JSON}\r\n{again}"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
