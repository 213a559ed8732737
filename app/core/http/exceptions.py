"""Every error of any kind as a Problem: the framework's, the database's, ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

import asyncpg
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import SQLAlchemyError, StatementError

from app.core.errors import (
    Conflict,
    Fault,
    Forbidden,
    Malformed,
    Problem,
    Unavailable,
    Unprocessable,
)
from app.problem_codes import ProblemCode
from db.connections.sessions import driver_error_of


def to_problem(error: Exception, names: Mapping[str, str] = {}) -> Problem:
    """`names` are those that clients know the handler's arguments by."""
    match driver_error_of(error):
        case Problem() as problem:
            return problem
        case ValidationException() as refused:
            return _from_validation(refused, names)
        case HTTPException() as refused:
            return _from_http(refused)
        case asyncpg.PostgresError() | asyncpg.InterfaceError() as failed:
            return _from_database(failed)
        case ConnectionError() | TimeoutError():
            return Unavailable("the database can't be reached or is too busy")
        case RecursionError() | StatementError(orig=RecursionError()):
            return Malformed("the body is nested too deeply")
        case UnicodeError():
            return Malformed("the request contains text that is not UTF-8")
        case OSError() | SQLAlchemyError():
            return Unavailable("a part of the platform can't be reached")
        case _:
            return Problem("the platform failed; the request id finds the reason in its log")


def _from_validation(error: ValidationException, names: Mapping[str, str]) -> Problem:
    """Litestar's and msgspec's findings, with the place of each."""
    found = error.extra if isinstance(error.extra, list) else []
    faults = [
        Fault(
            path=names.get(key := str(item.get("key", "$")), key),
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
    headers = dict(error.headers or {})
    if "GET" in headers.get("allow", ""):
        headers["allow"] = headers["allow"].replace("GET", "GET, HEAD")
    problem = Problem(detail, code=_CODES.get(status, "MALFORMED"), headers=headers)
    problem.status = status
    return problem


def _from_database(error: asyncpg.PostgresError | asyncpg.InterfaceError) -> Problem:
    """By SQLSTATE. What a client can cause has a status of its own; the rest is ours to mend."""
    match error:
        case asyncpg.PostgresError(sqlstate="HF001"):  # raised by db/functions/auth/count_added.sql
            return Conflict(
                f"the organization has as many {error.detail} as it may have: {error.hint}",
                code="QUOTA_EXCEEDED",
            )
        case asyncpg.PostgresError(sqlstate="HF002"):  # db/functions/platform/keep_an_owner.sql
            return Conflict("an organization keeps an owner", code="LAST_OWNER")
        case asyncpg.InsufficientPrivilegeError() if "row-level security" in str(error):
            # The wall, where what asks was not refused before: whoever isn't shown a row can't
            # make one like it.
            return Forbidden("this is not yours to write")
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
