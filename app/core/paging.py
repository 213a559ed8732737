"""Pages of lists: how one is asked for and answered, and where the next begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, tuple_

from app.core.errors import Malformed
from app.core.wire import Instant, Page, decode_cursor, encode_cursor
from db.models import Row

T = TypeVar("T")
Model = TypeVar("Model", bound=Row)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How a list is asked for, the same on every resource."""

    limit: int
    cursor: str | None
    sort: str | None
    include_total: bool


@dataclass(frozen=True)
class PageResult(Generic[Model]):
    """One page of rows, the cursor of the next, and how many there are in all where that was
    asked."""

    rows: list[Model]
    next_cursor: str | None
    total: int | msgspec.UnsetType

    def page(self, items: list[T]) -> Page[T]:
        return Page(items, self.next_cursor, self.total)


@dataclass(frozen=True)
class Keyset:
    """Where a page begins and what order it has: page 1,000 costs what page 1 does.

    The cursor holds the sort and the last row's place in it, and can't be used with another sort.
    """

    column: Any
    id_: Any
    is_descending: bool
    after: ColumnElement[bool] | None
    request: PageRequest

    @classmethod
    def of(cls, request: PageRequest, sorts: Mapping[str, Any], id_: Any) -> Keyset:
        """Raises Malformed for a sort that there isn't, and a cursor that isn't ours or is another
        sort's."""
        column, is_descending = _sort(request, sorts)
        return cls(column, id_, is_descending, _after(request, column, id_, is_descending), request)

    def cut(self, statement: Select[Any], *, limit: int | None = None) -> Select[Any]:
        """The page of what the statement selects, and one row more, which tells whether another
        page follows."""
        if self.after is not None:
            statement = statement.where(self.after)
        return statement.order_by(*self.order(self.column, self.id_)).limit(
            limit or self.request.limit + 1
        )

    def order(self, column: Any, id_: Any) -> Sequence[ColumnElement[Any]]:
        return (column.desc(), id_.desc()) if self.is_descending else (column.asc(), id_.asc())

    def found(self, rows: list[Model], total: int | msgspec.UnsetType) -> PageResult[Model]:
        """Of rows that `cut` selected."""
        limit = self.request.limit
        if len(rows) <= limit:
            return PageResult(rows, None, total)
        last = rows[limit - 1]
        place = getattr(last, self.column.key), getattr(last, self.id_.key)
        return PageResult(rows[:limit], encode_cursor(self.request.sort or "", *place), total)


def _after(
    request: PageRequest, column: Any, id_: Any, is_descending: bool
) -> ColumnElement[bool] | None:
    if request.cursor is None:
        return None
    made_for, *place = decode_cursor(request.cursor, _cursor_type(column))
    if made_for != (request.sort or ""):
        raise Malformed("the cursor belongs to another sort")
    return (
        tuple_(column, id_) < tuple_(*place)
        if is_descending
        else tuple_(column, id_) > tuple_(*place)
    )


def _sort(request: PageRequest, sorts: Mapping[str, Any]) -> tuple[Any, bool]:
    if request.sort is None:
        return next(iter(sorts.values())), True
    name = request.sort.removeprefix("-")
    if name not in sorts:
        raise Malformed(
            f"sort must be one of {', '.join(sorts)}, with - before it for descending order"
        )
    return sorts[name], request.sort.startswith("-")


def _cursor_type(column: Any) -> Any:
    """(sort, value, id): a time in a cursor must have its zone, or PostgreSQL would guess one."""
    kind: Any = Instant if column.type.python_type is datetime else column.type.python_type
    return tuple[str, kind, UUID]
