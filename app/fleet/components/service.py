"""Components: the addressable parts of a device."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.wire import Listing, Page
from app.fleet.components.schemas import ComponentRead
from db.models import Component, Device

SORTS = {"createdAt": Component.created_at, "name": Component.name, "key": Component.key}


async def page(tx: AsyncSession, listing: Listing, *, device_id: UUID | None) -> Page[ComponentRead]:
    statement = select(Component).where(Component.deleted_at.is_(None))
    if device_id is not None:
        await resource.get(tx, Device, device_id)
        statement = statement.where(Component.device_id == device_id)
    found = await resource.find(tx, statement, listing, sorts=SORTS, id_=Component.id)
    return found.page([_read(row) for row in found.rows])


async def get(tx: AsyncSession, component_id: UUID) -> ComponentRead:
    return _read(await resource.get(tx, Component, component_id))


def _read(row: Component) -> ComponentRead:
    return ComponentRead(
        id=row.id,
        device_id=row.device_id,
        key=row.key,
        name=row.name,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
