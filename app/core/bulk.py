"""Many operations in one request, each with a result of its own: never all or nothing in silence.

Each operation runs in a savepoint, so that one that fails takes nothing else with it; the request's transaction
commits what succeeded, before the answer is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Malformed, Problem
from app.core.wire import Body, Read

OPERATIONS_MAX = 1000

Struct = TypeVar("Struct", bound=msgspec.Struct)


class Operation(Body):
    """`create` and `patch` bring `data`, `patch`, `tag` and `delete` name an `id`."""

    op: Literal["create", "patch", "delete", "tag"]
    id: UUID | None = None
    data: dict[str, Any] | None = None

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
    operations: Annotated[list[Operation], msgspec.Meta(min_length=1, max_length=OPERATIONS_MAX)]


class BulkProblem(Read):
    code: str
    detail: str | None


class BulkResult(Read, omit_defaults=True):
    """`status` is what the operation alone would have been answered with."""

    index: int
    status: int
    id: UUID | None = None
    problem: BulkProblem | None = None


class BulkResults(Read):
    results: list[BulkResult]


# Runs one operation; returns the status and the id of what it touched.
Perform = Callable[[Operation], Awaitable[tuple[int, UUID]]]


async def perform_all(
    tx: AsyncSession,
    operations: Sequence[Operation],
    perform: Perform,
    to_problem: Callable[[Exception], Problem],
) -> BulkResults:
    """Run each operation in its turn. Raises what is not an operation's own fault, such as a lost database."""
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
                BulkResult(index, problem.status, operation.id, BulkProblem(problem.code, problem.detail))
            )
        else:
            results.append(BulkResult(index, status, id_))
    return BulkResults(results)
