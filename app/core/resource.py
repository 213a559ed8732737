"""Administration objects: page, get, add, change, remove, over advanced-alchemy's repository and nothing more.

What only reads is given a snapshot and gets plain tuples with the model's attributes; what changes something is
given a transaction and gets entities. The tenant is the database's business: no statement here or above names an
organization.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Malformed, NotFound, PreconditionFailed
from app.core.wire import Instant, Listing, Page, decode_cursor, encode_cursor, etag_of, matches
from db.models import Row
from db.snapshots import Snapshot

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
    """One page of what the statement selects: a keyset, so that page 1,000 costs what page 1 does.

    `sorts` are the fields that may be sorted by, the default (newest first) at the head; their columns are never
    null. The cursor holds the sort, and can't be used with another. Raises Malformed.
    """
    column, descending = _sort(listing, sorts)
    page = statement
    if listing.cursor is not None:
        made_for, *key = decode_cursor(listing.cursor, _cursor_type(column))
        if made_for != (listing.sort or ""):
            raise Malformed("the cursor belongs to another sort")
        after = tuple_(column, id_) < tuple_(*key) if descending else tuple_(column, id_) > tuple_(*key)
        page = page.where(after)
    order = (column.desc(), id_.desc()) if descending else (column.asc(), id_.asc())
    rows = await _rows(tx, page.order_by(*order).limit(listing.limit + 1))
    total = await _count(tx, statement) if listing.include_total else msgspec.UNSET
    if len(rows) <= listing.limit:
        return Found(rows, None, total)
    last = rows[listing.limit - 1]
    cursor = encode_cursor(listing.sort or "", getattr(last, column.key), getattr(last, id_.key))
    return Found(rows[: listing.limit], cursor, total)


def _sort(listing: Listing, sorts: Mapping[str, Any]) -> tuple[Any, bool]:
    if listing.sort is None:
        return next(iter(sorts.values())), True
    name = listing.sort.removeprefix("-")
    if name not in sorts:
        raise Malformed(f"sort must be one of {', '.join(sorts)}, with - before it for descending order")
    return sorts[name], listing.sort.startswith("-")


def _cursor_type(column: Any) -> Any:
    """(sort, value, id): a time in a cursor must have its zone, or PostgreSQL would guess one."""
    kind: Any = Instant if column.type.python_type is datetime else column.type.python_type
    return tuple[str, kind, UUID]


async def _rows(tx: Snapshot | AsyncSession, statement: Select[Model]) -> list[Model]:
    if isinstance(tx, AsyncSession):
        return list((await tx.scalars(statement)).all())
    return await tx.rows(statement)


async def _count(tx: Snapshot | AsyncSession, statement: Select[Model]) -> int:
    count = select(func.count()).select_from(statement.subquery())
    if isinstance(tx, AsyncSession):
        return await tx.scalar(count) or 0
    return int(await tx.value(count))


async def change(tx: AsyncSession, row: Row, update: dict[str, Any]) -> None:
    """Apply a JSON Merge Patch (RFC 7396) to the row's columns and write it."""
    for name, value in update.items():
        setattr(row, name, merge_patch(getattr(row, name), value))
    await tx.flush()
    await tx.refresh(row)


def sent(update: msgspec.Struct) -> dict[str, Any]:
    """The fields that a patch names, as plain values; what wasn't sent is left out."""
    fields = ((name, getattr(update, name)) for name in update.__struct_fields__)
    return {name: msgspec.to_builtins(value) for name, value in fields if value is not msgspec.UNSET}


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
