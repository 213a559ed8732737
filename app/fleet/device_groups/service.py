"""Device groups: devices by their tags, computed when asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.device_groups.schemas import DeviceGroupCreate, DeviceGroupRead, DeviceGroupUpdate
from db.connections.readers import Reader
from db.ids import new_id
from db.models import DeviceGroup

SORTS = {
    "createdAt": DeviceGroup.created_at,
    "updatedAt": DeviceGroup.updated_at,
    "name": DeviceGroup.name,
}


async def page(
    reader: Reader, page_request: PageRequest, *, text: str | None
) -> Page[DeviceGroupRead]:
    statement = select(DeviceGroup).where(DeviceGroup.deleted_at.is_(None))
    if text:
        statement = statement.where(DeviceGroup.name.icontains(text, autoescape=True))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=DeviceGroup.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, group_id: UUID) -> DeviceGroupRead:
    return _read(await resource.get(reader, DeviceGroup, group_id))


async def create(tx: AsyncSession, org_id: UUID, body: DeviceGroupCreate) -> DeviceGroupRead:
    """Raises Conflict (the database's) when the name is taken."""
    return _read(
        await resource.add(
            tx, DeviceGroup(org_id=org_id, id=new_id(), **resource.patched_fields(body))
        )
    )


async def change(
    tx: AsyncSession, group_id: UUID, body: DeviceGroupUpdate, if_match: str | None
) -> DeviceGroupRead:
    group = await resource.get_to_change(tx, DeviceGroup, group_id, if_match)
    await resource.change(tx, group, resource.patched_fields(body))
    return _read(group)


async def remove(tx: AsyncSession, group_id: UUID, if_match: str | None) -> None:
    """Delete the group; its devices and their tags stay."""
    group = await resource.get_to_change(tx, DeviceGroup, group_id, if_match)
    group.deleted_at = datetime.now(UTC)


def _read(row: DeviceGroup) -> DeviceGroupRead:
    return DeviceGroupRead(
        id=row.id,
        name=row.name,
        description=row.description,
        tags=row.tags,
        match=row.match,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
