"""Expected outcomes that are not a success. Each is raised where it is found and answered as RFC
9457 problem+json.

Problem
├── Malformed 400        the request can't be read
│  └── ClientLeft 400    in the middle of its own request
├── Unauthenticated 401  no valid token or key
├── Forbidden 403        the role or scope doesn't allow it
├── NotFound 404         not there, or another organization's
├── NotAcceptable 406    in none of the formats that Accept takes
├── Conflict 409         the resource's state doesn't allow it
├── Gone 410             it was there, and is over
├── PreconditionFailed 412  changed since it was read
├── TooLarge 413
├── UnsupportedFormat 415
├── RangeNotSatisfiable 416
├── Unprocessable 422    readable, but wrong in meaning
├── TooManyRequests 429
└── Unavailable 503      a part of the platform is away; try again
"""

from __future__ import annotations

import math
from typing import Annotated

import msgspec

from app.problem_codes import ProblemCode


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong with the request: where (a path such as `$.name`, or a parameter), which code, in words."""

    path: Annotated[
        str, msgspec.Meta(description="A place in the body such as $.name, or a parameter.")
    ]
    code: Annotated[str, msgspec.Meta(description="What is wrong there, for programs.")]
    message: Annotated[str, msgspec.Meta(description="What is wrong there, for people.")]
    line: Annotated[int | None, msgspec.Meta(description="The line in a document, from 1.")] = None
    column: Annotated[int | None, msgspec.Meta(description="The column in that line, from 1.")] = (
        None
    )


class Problem(Exception):
    status: int = 500
    code: ProblemCode = "INTERNAL_ERROR"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: ProblemCode | None = None,
        errors: list[Fault] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = errors or []
        self.headers = headers or {}


class Malformed(Problem):
    status = 400
    code = "MALFORMED"


class ClientLeft(Malformed):
    """In the middle of its own request: nobody hears the answer."""


class Unauthenticated(Problem):
    status = 401
    code = "UNAUTHENTICATED"

    def __init__(self, detail: str, *, code: ProblemCode | None = None) -> None:
        super().__init__(detail, code=code, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    status = 403
    code = "FORBIDDEN"


class NotFound(Problem):
    status = 404
    code = "NOT_FOUND"


class NotAcceptable(Problem):
    status = 406
    code = "NOT_ACCEPTABLE"


class Conflict(Problem):
    status = 409
    code = "CONFLICT"


class TooLarge(Problem):
    status = 413
    code = "TOO_LARGE"


class UnsupportedFormat(Problem):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class RangeNotSatisfiable(Problem):
    status = 416
    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size: int) -> None:
        super().__init__(f"there are {size} bytes", headers={"Content-Range": f"bytes */{size}"})


class Unprocessable(Problem):
    status = 422
    code = "UNPROCESSABLE"


class TooManyRequests(Problem):
    status = 429
    code = "RATE_LIMITED"

    def __init__(
        self,
        wait_seconds: float,
        headers: dict[str, str] | None = None,
        *,
        detail: str = "too many requests; the headers say when to come back",
        code: ProblemCode | None = None,
    ) -> None:
        super().__init__(
            detail,
            code=code,
            headers={"Retry-After": str(max(math.ceil(wait_seconds), 1)), **(headers or {})},
        )


class Gone(Problem):
    status = 410
    code = "LIVE_ENDED"


class PreconditionFailed(Problem):
    status = 412
    code = "PRECONDITION_FAILED"


class Unavailable(Problem):
    status = 503
    code = "UNAVAILABLE"

    def __init__(self, detail: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})
