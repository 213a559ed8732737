"""The errors of an operation: which follow from its shape, which it names itself, and how each
looks."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from typing import Any

import msgspec
from litestar.enums import ParamType

from app.core.documentation import example_id
from app.core.errors import Fault
from app.core.http.problem_details import PROBLEM_JSON, ProblemDetails
from app.core.http.query import API_PATH
from app.core.problems import title_of, type_of
from app.openapi.handlers import Handler
from app.openapi.headers import headers_of_problem
from app.openapi.shapes import Shapes
from app.problem_codes import CODES, ProblemCode

_DEVICE = example_id("device")
# What `detail` says to people, where it isn't the code's own meaning.
_DETAILS: dict[ProblemCode, str] = {
    "MALFORMED": "the request is not valid",
    "UNAUTHENTICATED": "the API key is unknown, revoked or expired",
    "NOT_FOUND": f"no device {_DEVICE}",
    "NO_READINGS": f"sensor {example_id('sensor')} has no reading yet",
    "ALREADY_EXISTS": "there is one with this name or key already",
    "DEVICE_NOT_PROVISIONED": "the device was never provisioned",
    "PRECONDITION_FAILED": "it has changed since it was read",
    "TOO_LARGE": "the body is larger than this takes",
    "UNSUPPORTED_MEDIA_TYPE": "send application/json",
    "UNPROCESSABLE": "expiresAt is past",
    "IDEMPOTENCY_KEY_REUSED": "this Idempotency-Key was used with another request",
    "RATE_LIMITED": "too many requests; the headers say when to come back",
    "UNAVAILABLE": "the database can't be reached or is too busy",
}
_FAULTS: dict[ProblemCode, list[Fault]] = {
    "MALFORMED": [Fault("$.name", "INVALID", "Expected `str`, got `int`")]
}


def codes_of(handler: Handler) -> list[ProblemCode]:
    """Every code that the operation can give, by status."""
    operation = handler.operation
    found = {*_from_shape(handler), *operation.problems, *operation.answers.problems}
    return sorted(sorted(found), key=lambda code: CODES[code].status)


def _from_shape(handler: Handler) -> Iterator[ProblemCode]:
    is_public = handler.operation.is_public
    places = {value.place for value in handler.values}
    names = {value.name for value in handler.values}
    # Of the API also a parameter that isn't there.
    if handler.body or handler.values or handler.path.startswith(API_PATH):
        yield "MALFORMED"
    if not is_public:
        yield from ("UNAUTHENTICATED", "FORBIDDEN")
    if handler.operation.needs_factor:
        yield "STEP_UP_REQUIRED"
    if ParamType.PATH in places:
        yield "NOT_FOUND"
    if "If-Match" in names:
        yield "PRECONDITION_FAILED"
    if handler.body:
        yield from ("TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
    if "Idempotency-Key" in names:
        yield "IDEMPOTENCY_KEY_REUSED"
    if "includeTotal" in names:
        yield "TOO_EXPENSIVE"
    if not handler.operation.is_unlimited:
        yield "RATE_LIMITED"
    # Reading a key, a tenant's data or a public route's body leads to the database.
    if not is_public or handler.body:
        yield "UNAVAILABLE"


class Problems:
    """Answers with one code are the same everywhere, so they are written once, as components."""

    def __init__(self, public_url: str, shapes: Shapes) -> None:
        self.components: dict[str, Any] = {}
        self._public_url = public_url
        self._schema = shapes.schema(ProblemDetails)

    def answers(self, handler: Handler) -> dict[str, Any]:
        grouped = groupby(codes_of(handler), key=lambda code: CODES[code].status)
        return {str(status): self._answer(status, list(codes)) for status, codes in grouped}

    def _answer(self, status: int, codes: list[ProblemCode]) -> dict[str, Any]:
        if len(codes) > 1:
            return self._written(status, codes)
        name = "".join(word.capitalize() for word in codes[0].split("_"))
        self.components.setdefault(name, self._written(status, codes))
        return {"$ref": f"#/components/responses/{name}"}

    def _written(self, status: int, codes: list[ProblemCode]) -> dict[str, Any]:
        return {
            "description": "\n".join(
                f"- `{code}`: {CODES[code].meaning} {CODES[code].remedy}" for code in codes
            ),
            "headers": headers_of_problem(status),
            "content": {
                PROBLEM_JSON: {
                    "schema": self._schema,
                    "examples": {code: {"value": self._example(code)} for code in codes},
                }
            },
        }

    def _example(self, code: ProblemCode) -> Any:
        status = HTTPStatus(CODES[code].status)
        return msgspec.to_builtins(
            ProblemDetails(
                type=type_of(code, self._public_url),
                title=title_of(status),
                status=status,
                code=code,
                instance=f"/api/v1/devices/{_DEVICE}",
                request_id=example_id("request"),
                detail=_DETAILS.get(code, CODES[code].meaning),
                errors=_FAULTS.get(code, []),
            )
        )
