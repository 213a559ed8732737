"""Many operations in one request, each with a result of its own: never all or nothing in silence.

Each operation runs in a savepoint, so that one that fails takes nothing else with it; the request's
transaction commits what succeeded, before the answer is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.errors import Malformed, Problem
from app.core.wire import Body, Read

if TYPE_CHECKING:  # schemas, which know no ORM, have these shapes in theirs
    from sqlalchemy.ext.asyncio import AsyncSession

OPERATIONS_MAX = 1000

_DEVICE, _OTHER, _NEW = (example_id(name) for name in ("device", "other device", "new device"))

Struct = TypeVar("Struct", bound=msgspec.Struct)


class Operation(Body):
    """`create` and `patch` bring `data`, `patch`, `tag` and `delete` name an `id`."""

    op: Annotated[Literal["create", "patch", "delete", "tag"], described("What to do.", "patch")]
    id: Annotated[UUID | None, described("To what; not for `create`.", _DEVICE)] = None
    data: Annotated[
        dict[str, Any] | None,
        described(
            "What the same operation takes alone; for `tag` `add` and `remove`.", {"name": "dock 4"}
        ),
    ] = None

    def target(self) -> UUID:
        """Raises Malformed when no id is named."""
        if self.id is None:
            raise Malformed(f"{self.op} needs an id")
        return self.id

    def body(self, shape: type[Struct]) -> Struct:
        """The data as the shape that the same operation takes alone. Raises Malformed."""
        try:
            return msgspec.convert(self.data or {}, shape)
        except msgspec.ValidationError as error:
            raise Malformed(f"data: {error}") from None


class BulkRequest(Body):
    """Operations, done in this order."""

    operations: Annotated[
        list[Operation],
        msgspec.Meta(min_length=1, max_length=OPERATIONS_MAX),
        described(
            "Up to 1,000.",
            [
                {"op": "create", "data": {"name": "dock 5", "tags": ["spare"]}},
                {"op": "tag", "id": _DEVICE, "data": {"add": ["calibrated"], "remove": ["spare"]}},
                {"op": "delete", "id": _OTHER},
            ],
        ),
    ]


class BulkProblem(Read):
    """Why an operation was refused, as a problem of its own request would say it."""

    code: Annotated[str, described("One of the stable codes.", "NOT_FOUND")]
    detail: Annotated[str | None, described("For people.", f"no device {_OTHER}")]


class BulkResult(Read, omit_defaults=True):
    """`status` is what the operation alone would have been answered with."""

    index: Annotated[int, described("The operation's place in the request, from 0.", 0)]
    status: Annotated[int, described("An HTTP status.", 201)]
    id: Annotated[UUID | None, described("What it touched.", _DEVICE)] = None
    problem: Annotated[BulkProblem | None, described("Only where it was refused.")] = None


class BulkResults(Read):
    """One result for each operation, in their order."""

    results: Annotated[
        list[BulkResult],
        described(
            "As many as operations.",
            [
                {"index": 0, "status": 201, "id": _NEW},
                {"index": 1, "status": 200, "id": _DEVICE},
                {
                    "index": 2,
                    "status": 404,
                    "id": _OTHER,
                    "problem": {
                        "code": "NOT_FOUND",
                        "detail": f"no device {_OTHER}",
                    },
                },
            ],
        ),
    ]


# Runs one operation; returns the status and the id of what it touched.
Perform = Callable[[Operation], Awaitable[tuple[int, UUID]]]


async def perform_all(
    tx: AsyncSession,
    operations: Sequence[Operation],
    perform: Perform,
    to_problem: Callable[[Exception], Problem],
) -> BulkResults:
    """Run each operation in its turn. Raises what is not an operation's own fault, such as a lost
    database."""
    results = []
    for index, operation in enumerate(operations):
        try:
            async with tx.begin_nested():
                status, id_ = await perform(operation)
                await tx.flush()
        except Exception as error:
            problem = to_problem(error)
            if problem.status >= 500:
                raise
            results.append(
                BulkResult(
                    index, problem.status, operation.id, BulkProblem(problem.code, problem.detail)
                )
            )
        else:
            results.append(BulkResult(index, status, id_))
    return BulkResults(results)
