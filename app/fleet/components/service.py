"""Components: the addressable parts of a device."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core import resource
from app.core.wire import Listing, Page
from app.fleet.components.schemas import ComponentRead
from db.models import Component, Device
from db.snapshots import Snapshot

SORTS = {"createdAt": Component.created_at, "name": Component.name, "key": Component.key}


async def page(snapshot: Snapshot, listing: Listing, *, device_id: UUID | None) -> Page[ComponentRead]:
    statement = select(Component).where(Component.deleted_at.is_(None))
    if device_id is not None:
        await resource.get(snapshot, Device, device_id)
        statement = statement.where(Component.device_id == device_id)
    found = await resource.find(snapshot, statement, listing, sorts=SORTS, id_=Component.id)
    return found.page([_read(row) for row in found.rows])


async def get(snapshot: Snapshot, component_id: UUID) -> ComponentRead:
    return _read(await resource.get(snapshot, Component, component_id))


def _read(row: Component) -> ComponentRead:
    return ComponentRead(
        id=row.id,
        device_id=row.device_id,
        key=row.key,
        name=row.name,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
