"""What can go wrong."""

from __future__ import annotations

from typing import Any

import msgspec


class HoldfastError(Exception):
    """Of everything that this package raises."""


class Unreachable(HoldfastError):
    """No answer, however often it was tried. Whether the request was done isn't known."""


class Problem(msgspec.Struct, rename="camel"):
    """problem+json, as the API answers it."""

    status: int = 0
    code: str = ""
    title: str = ""
    detail: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] = []


class ApiError(HoldfastError):
    """The API refused. `code` is stable and made for programs; `request_id` finds it in the log."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        self.status, self.code, self.detail = problem.status, problem.code, problem.detail
        self.request_id, self.errors = problem.request_id, problem.errors
        self.retry_after = retry_after
        words = problem.detail or problem.title or f"status {problem.status}"
        super().__init__(f"{words} ({problem.code})" if problem.code else words)


class NotFound(ApiError):
    """404: there is no such thing, or it is another organization's."""


class Unauthenticated(ApiError):
    """401: the key or token is wrong, or has ended."""


class Forbidden(ApiError):
    """403: the key's scopes or the person's role don't allow it."""


class Conflict(ApiError):
    """409 or 412: there is one already, or it is no longer as it was read."""


class RateLimited(ApiError):
    """429, after as many tries as were allowed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: RateLimited,
}


def error_of(status: int, body: bytes, retry_after: float | None) -> ApiError:
    """From an answer that is no success; also from one that isn't ours, such as a proxy's."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.MsgspecError:
        problem = Problem(title=body[:200].decode(errors="replace").strip())
    problem.status = status
    return _BY_STATUS.get(status, ApiError)(problem, retry_after)
