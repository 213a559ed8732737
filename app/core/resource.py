"""Administration objects: page, get, add, change, remove. What writes goes over advanced-alchemy's
repository and nothing more.

What only reads is given a reader and gets plain tuples with the model's attributes; what changes
something is given a transaction, and gets the entity that it changes from `get_to_change`. The
tenant is the database's business: no statement here or above names an organization.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Select, SelectBase, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, PreconditionFailed
from app.core.paging import Keyset, PageRequest, PageResult
from app.core.wire import etag_of, matches
from db.connections.readers import Reader
from db.models import Row

if TYPE_CHECKING:
    from advanced_alchemy.repository import SQLAlchemyAsyncRepository

Model = TypeVar("Model", bound=Row)


def _repository(tx: AsyncSession, model: type[Model]) -> SQLAlchemyAsyncRepository[Any]:
    return _repository_of(model)(session=tx, wrap_exceptions=False)


@functools.cache
def _repository_of(model: type[Row]) -> type[SQLAlchemyAsyncRepository[Any]]:
    # Where it is used, since it loads Litestar: 50 MB that a worker has no use for.
    from advanced_alchemy.repository import SQLAlchemyAsyncRepository

    return type(f"{model.__name__}Repository", (SQLAlchemyAsyncRepository,), {"model_type": model})


async def get(reader: Reader, model: type[Model], id_: UUID) -> Model:
    """The row with this id in the tenant's own data, unless it is deleted. Raises NotFound."""
    return _there(await reader.row(model, id_), model, id_)


async def get_to_change(
    tx: AsyncSession, model: type[Model], id_: UUID, if_match: str | None = None
) -> Model:
    """The row, locked: of two patches at the same moment, the second must see what the first
    merged.

    Raises NotFound, or PreconditionFailed when If-Match names another version.
    """
    found = await _repository(tx, model).get_one_or_none(id=id_, with_for_update=True)
    row: Any = _there(found, model, id_)
    if if_match is not None and not matches(if_match, etag_of(row.id, row.updated_at)):
        raise PreconditionFailed("it has changed since it was read")
    return row  # type: ignore[no-any-return]


def _there(row: Any, model: type[Model], id_: UUID) -> Model:
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise NotFound(f"no {model.__tablename__.replace('_', ' ')} {id_}")
    return row  # type: ignore[no-any-return]


async def add(tx: AsyncSession, row: Model) -> Model:
    await _repository(tx, type(row)).add(row)
    return row


async def find(
    reader: Reader,
    statement: Select[Model],
    page_request: PageRequest,
    *,
    sorts: Mapping[str, Any],
    id_: Any,
) -> PageResult[Model]:
    """One page of what the statement selects, and how many there are where that was asked.

    `sorts` are the fields that may be sorted by, the default (newest first) at the head; their
    columns are never null. Raises Malformed.
    """
    keyset = Keyset.of(page_request, sorts, id_)
    found = await reader.rows(keyset.cut(statement))
    total = await count(reader, statement) if page_request.include_total else msgspec.UNSET
    return keyset.found(found, total)


async def count(reader: Reader, statement: SelectBase) -> int:
    """How many rows it selects."""
    return int(await reader.value(select(func.count()).select_from(statement.subquery())))


async def change(tx: AsyncSession, row: Row, update: dict[str, Any]) -> None:
    """Apply a JSON Merge Patch (RFC 7396) to the row's columns and write it."""
    for name, value in update.items():
        setattr(row, name, merge_patch(getattr(row, name), value))
    await tx.flush()
    await tx.refresh(row)


def patched_fields(update: msgspec.Struct) -> dict[str, Any]:
    """The fields that a patch or a new object names, as plain values under the names that models
    have for them; what wasn't sent is left out."""
    fields = ((name, getattr(update, name)) for name in update.__struct_fields__)
    return {
        attribute_of(name): msgspec.to_builtins(value)
        for name, value in fields
        if value is not msgspec.UNSET
    }


def attribute_of(field: str) -> str:
    """A model's attribute is called as the field is, but for the name that SQLAlchemy has taken."""
    return "attributes" if field == "metadata" else field


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
