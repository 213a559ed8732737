"""Reference pairs, and how the two of one compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.journal.reference_pairs.answers import ComparisonRequest, answer
from app.journal.reference_pairs.paired import BucketGrid, paired_buckets
from app.journal.reference_pairs.schemas import (
    ComparisonRead,
    ReferencePairCreate,
    ReferencePairRead,
    ReferencePairUpdate,
    TargetName,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Component, ReferencePair, Sensor

SORTS = {
    "createdAt": ReferencePair.created_at,
    "updatedAt": ReferencePair.updated_at,
    "name": ReferencePair.name,
}


async def page(
    reader: Reader, page_request: PageRequest, *, component_id: UUID | None
) -> Page[ReferencePairRead]:
    statement = select(ReferencePair).where(ReferencePair.deleted_at.is_(None))
    if component_id is not None:
        statement = statement.where(
            (ReferencePair.primary_component_id == component_id)
            | (ReferencePair.reference_component_id == component_id)
        )
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=ReferencePair.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, pair_id: UUID) -> ReferencePairRead:
    return _read(await resource.get(reader, ReferencePair, pair_id))


async def create(tx: AsyncSession, actor: Actor, body: ReferencePairCreate) -> ReferencePairRead:
    """Raises NotFound for a component that isn't there, Conflict (the database's) when the name is
    taken, Unprocessable for a component beside itself."""
    if body.primary_component_id == body.reference_component_id:
        raise Unprocessable("a component is no reference of itself")
    for component_id in (body.primary_component_id, body.reference_component_id):
        await resource.get(SessionReader(tx), Component, component_id)
    row = ReferencePair(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        primary_component_id=body.primary_component_id,
        reference_component_id=body.reference_component_id,
        from_at=instant(body.from_, "from"),
        to_at=None if body.to is None else instant(body.to, "to"),
        created_by=actor.principal,
    )
    _check(row)
    return _read(await resource.add(tx, row))


async def change(
    tx: AsyncSession, pair_id: UUID, body: ReferencePairUpdate, if_match: str | None
) -> ReferencePairRead:
    row = await resource.get_to_change(tx, ReferencePair, pair_id, if_match)
    if body.name is not msgspec.UNSET:
        row.name = body.name
    if body.from_ is not msgspec.UNSET:
        row.from_at = instant(body.from_, "from")
    if body.to is not msgspec.UNSET:
        row.to_at = None if body.to is None else instant(body.to, "to")
    _check(row)
    row.updated_at = datetime.now(UTC)
    await tx.flush()
    await tx.refresh(row)
    return _read(row)


async def remove(tx: AsyncSession, pair_id: UUID, if_match: str | None) -> None:
    row = await resource.get_to_change(tx, ReferencePair, pair_id, if_match)
    row.deleted_at = datetime.now(UTC)


async def comparison(
    reader: Reader,
    pair_id: UUID,
    *,
    field: str,
    span: tuple[datetime | None, datetime | None],
    bucket_seconds: int,
    delta: float,
    target: TargetName | None,
) -> ComparisonRead:
    """Of the part of the span in which both stand side by side. Raises NotFound, Unprocessable for
    a span without any of that, for too many buckets, and for a field that one doesn't measure."""
    pair = await resource.get(reader, ReferencePair, pair_id)
    grid = _grid(pair, span, timedelta(seconds=bucket_seconds))
    y = await _sensor(reader, pair.primary_component_id, field)
    x = await _sensor(reader, pair.reference_component_id, field)
    pairs = await paired_buckets(await reader.connected(), grid, x, y)
    return answer(ComparisonRequest(field, grid, delta, target), pairs)


def _grid(
    pair: ReferencePair, span: tuple[datetime | None, datetime | None], width: timedelta
) -> BucketGrid:
    start, end = (None if edge is None else instant(edge, "from, to") for edge in span)
    first = max(pair.from_at, start or pair.from_at)
    last = min(each for each in (pair.to_at, end, datetime.now(UTC)) if each is not None)
    if first >= last:
        raise Unprocessable("the two don't stand side by side in that range")
    grid = BucketGrid(first, last, width)
    grid.check()
    return grid


async def _sensor(reader: Reader, component_id: UUID, field: str) -> UUID:
    measured = select(Sensor.id).where(
        Sensor.component_id == component_id,
        Sensor.key == field,
        Sensor.deleted_at.is_(None),
        Sensor.value_type.in_(("DOUBLE", "BIGINT")),
    )
    found: UUID | None = await reader.value(measured)
    if found is None:
        raise Unprocessable(f"the component {component_id} measures no {field}")
    return found


def _check(row: ReferencePair) -> None:
    if row.to_at is not None and row.to_at <= row.from_at:
        raise Unprocessable("a span ends after it begins")


def _read(row: ReferencePair) -> ReferencePairRead:
    return ReferencePairRead(
        id=row.id,
        name=row.name,
        primary_component_id=row.primary_component_id,
        reference_component_id=row.reference_component_id,
        from_=row.from_at,
        to=row.to_at,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
