"""Administration objects: page, get, add, change, remove, over advanced-alchemy's repository and nothing more.

The tenant is the database's business: no statement here or above names an organization.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.wire import Instant, decode_cursor, encode_cursor
from db.models import Row

Model = TypeVar("Model", bound=Row)


def repository(tx: AsyncSession, model: type[Model]) -> SQLAlchemyAsyncRepository[Any]:
    kind: type[SQLAlchemyAsyncRepository[Any]] = type(
        f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model}
    )
    return kind(session=tx, wrap_exceptions=False)


async def get(tx: AsyncSession, model: type[Model], id_: UUID, *, to_change: bool = False) -> Model:
    """The row with this id in the tenant's own data, unless it is deleted. Raises NotFound.

    `to_change` locks it: of two patches at the same moment, the second must see what the first merged.
    """
    row: Any = await repository(tx, model).get_one_or_none(id=id_, with_for_update=to_change)
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise NotFound(f"no {model.__tablename__.replace('_', ' ')} {id_}")
    return row  # type: ignore[no-any-return]


async def add(tx: AsyncSession, row: Model) -> Model:
    await repository(tx, type(row)).add(row)
    return row


async def page(
    tx: AsyncSession,
    statement: Select[Model],
    *,
    by: tuple[Any, Any],
    limit: int,
    cursor: str | None,
) -> tuple[list[Model], str | None]:
    """One page, newest first, and the cursor of the next: a keyset, so that page 1,000 costs what page 1 does.

    `by` is the pair of columns (a time and the id) that orders the list.
    """
    moment, id_ = by
    if cursor is not None:
        statement = statement.where(
            tuple_(moment, id_) < tuple_(*decode_cursor(cursor, tuple[Instant, UUID]))
        )
    rows = list((await tx.scalars(statement.order_by(moment.desc(), id_.desc()).limit(limit + 1))).all())
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor(getattr(last, moment.key), getattr(last, id_.key))


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
