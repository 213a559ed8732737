"""Administration objects: page, get, add, change, remove, over advanced-alchemy's repository and nothing more.

What only reads is given a snapshot and gets plain tuples with the model's attributes; what changes something is
given a transaction and gets entities. The tenant is the database's business: no statement here or above names an
organization.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Select, SelectBase, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Malformed, NotFound, PreconditionFailed
from app.core.wire import Instant, Listing, Page, decode_cursor, encode_cursor, etag_of, matches
from db.connections.snapshots import Snapshot
from db.models import Row

Model = TypeVar("Model", bound=Row)
T = TypeVar("T")


def repository(tx: AsyncSession, model: type[Model]) -> SQLAlchemyAsyncRepository[Any]:
    return _repository_of(model)(session=tx, wrap_exceptions=False)


@functools.cache
def _repository_of(model: type[Row]) -> type[SQLAlchemyAsyncRepository[Any]]:
    return type(f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model})


@dataclass(frozen=True)
class Found(Generic[Model]):
    """One page of rows, the cursor of the next, and how many there are in all where that was asked."""

    rows: list[Model]
    next_cursor: str | None
    total: int | msgspec.UnsetType

    def page(self, items: list[T]) -> Page[T]:
        return Page(items, self.next_cursor, self.total)


async def get(tx: Snapshot | AsyncSession, model: type[Model], id_: UUID) -> Model:
    """The row with this id in the tenant's own data, unless it is deleted. Raises NotFound."""
    if isinstance(tx, AsyncSession):
        return _there(await repository(tx, model).get_one_or_none(id=id_), model, id_)
    return _there(await tx.row(model, id_), model, id_)


async def get_to_change(
    tx: AsyncSession, model: type[Model], id_: UUID, if_match: str | None = None
) -> Model:
    """The row, locked: of two patches at the same moment, the second must see what the first merged.

    Raises NotFound, or PreconditionFailed when If-Match names another version.
    """
    found = await repository(tx, model).get_one_or_none(id=id_, with_for_update=True)
    row: Any = _there(found, model, id_)
    if if_match is not None and not matches(if_match, etag_of(row.id, row.updated_at)):
        raise PreconditionFailed("it has changed since it was read")
    return row  # type: ignore[no-any-return]


def _there(row: Any, model: type[Model], id_: UUID) -> Model:
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise NotFound(f"no {model.__tablename__.replace('_', ' ')} {id_}")
    return row  # type: ignore[no-any-return]


async def add(tx: AsyncSession, row: Model) -> Model:
    await repository(tx, type(row)).add(row)
    return row


async def find(
    tx: Snapshot | AsyncSession,
    statement: Select[Model],
    listing: Listing,
    *,
    sorts: Mapping[str, Any],
    id_: Any,
) -> Found[Model]:
    """One page of what the statement selects, and how many there are where that was asked.

    `sorts` are the fields that may be sorted by, the default (newest first) at the head; their columns are never
    null. Raises Malformed.
    """
    keyset = Keyset.of(listing, sorts, id_)
    found = await rows(tx, keyset.cut(statement))
    total = await count(tx, statement) if listing.include_total else msgspec.UNSET
    return keyset.found(found, total)


@dataclass(frozen=True)
class Keyset:
    """Where a page begins and what order it has: page 1,000 costs what page 1 does.

    The cursor holds the sort and the last row's place in it, and can't be used with another sort.
    """

    column: Any
    id_: Any
    is_descending: bool
    after: ColumnElement[bool] | None
    listing: Listing

    @classmethod
    def of(cls, listing: Listing, sorts: Mapping[str, Any], id_: Any) -> Keyset:
        """Raises Malformed for a sort that there isn't, and a cursor that isn't ours or is another sort's."""
        column, is_descending = _sort(listing, sorts)
        return cls(column, id_, is_descending, _after(listing, column, id_, is_descending), listing)

    def cut(self, statement: Select[Any], *, limit: int | None = None) -> Select[Any]:
        """The page of what the statement selects, and one row more, which tells whether another page follows."""
        if self.after is not None:
            statement = statement.where(self.after)
        return statement.order_by(*self.order(self.column, self.id_)).limit(
            limit or self.listing.limit + 1
        )

    def order(self, column: Any, id_: Any) -> Sequence[ColumnElement[Any]]:
        return (column.desc(), id_.desc()) if self.is_descending else (column.asc(), id_.asc())

    def found(self, rows: list[Model], total: int | msgspec.UnsetType) -> Found[Model]:
        """Of rows that `cut` selected."""
        limit = self.listing.limit
        if len(rows) <= limit:
            return Found(rows, None, total)
        last = rows[limit - 1]
        place = getattr(last, self.column.key), getattr(last, self.id_.key)
        return Found(rows[:limit], encode_cursor(self.listing.sort or "", *place), total)


def _after(
    listing: Listing, column: Any, id_: Any, is_descending: bool
) -> ColumnElement[bool] | None:
    if listing.cursor is None:
        return None
    made_for, *place = decode_cursor(listing.cursor, _cursor_type(column))
    if made_for != (listing.sort or ""):
        raise Malformed("the cursor belongs to another sort")
    return (
        tuple_(column, id_) < tuple_(*place)
        if is_descending
        else tuple_(column, id_) > tuple_(*place)
    )


def _sort(listing: Listing, sorts: Mapping[str, Any]) -> tuple[Any, bool]:
    if listing.sort is None:
        return next(iter(sorts.values())), True
    name = listing.sort.removeprefix("-")
    if name not in sorts:
        raise Malformed(
            f"sort must be one of {', '.join(sorts)}, with - before it for descending order"
        )
    return sorts[name], listing.sort.startswith("-")


def _cursor_type(column: Any) -> Any:
    """(sort, value, id): a time in a cursor must have its zone, or PostgreSQL would guess one."""
    kind: Any = Instant if column.type.python_type is datetime else column.type.python_type
    return tuple[str, kind, UUID]


async def rows(tx: Snapshot | AsyncSession, statement: Select[Model]) -> list[Model]:
    """What a select of one model finds: entities in a transaction, plain tuples in a snapshot."""
    if isinstance(tx, AsyncSession):
        return list((await tx.scalars(statement)).all())
    return await tx.rows(statement)


async def count(tx: Snapshot | AsyncSession, statement: SelectBase) -> int:
    """How many rows it selects."""
    number = select(func.count()).select_from(statement.subquery())
    if isinstance(tx, AsyncSession):
        return await tx.scalar(number) or 0
    return int(await tx.value(number))


async def change(tx: AsyncSession, row: Row, update: dict[str, Any]) -> None:
    """Apply a JSON Merge Patch (RFC 7396) to the row's columns and write it."""
    for name, value in update.items():
        setattr(row, name, merge_patch(getattr(row, name), value))
    await tx.flush()
    await tx.refresh(row)


def sent(update: msgspec.Struct) -> dict[str, Any]:
    """The fields that a patch names, as plain values; what wasn't sent is left out."""
    fields = ((name, getattr(update, name)) for name in update.__struct_fields__)
    return {
        name: msgspec.to_builtins(value) for name, value in fields if value is not msgspec.UNSET
    }


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2: objects merge, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
