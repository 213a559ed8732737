"""Components: the addressable parts of a device."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.binding import check_sensor_profile
from app.core import resource
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.components.schemas import ComponentCreate, ComponentRead, ComponentUpdate
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Component, Device

SORTS = {"createdAt": Component.created_at, "name": Component.name, "key": Component.key}


async def page(
    reader: Reader, page_request: PageRequest, *, device_id: UUID | None
) -> Page[ComponentRead]:
    statement = select(Component).where(Component.deleted_at.is_(None))
    if device_id is not None:
        await resource.get(reader, Device, device_id)
        statement = statement.where(Component.device_id == device_id)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Component.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, component_id: UUID) -> ComponentRead:
    return _read(await resource.get(reader, Component, component_id))


async def create(
    tx: AsyncSession, org_id: UUID, device_id: UUID, body: ComponentCreate
) -> ComponentRead:
    """Raises NotFound for the device, Conflict (the database's) when it has a component of that key."""
    # Locked: a device that is being deleted must not keep a component.
    await resource.get_to_change(tx, Device, device_id)
    if body.sensor_profile_id is not None:
        await check_sensor_profile(tx, body.sensor_profile_id)
    component = await resource.add(
        tx,
        Component(
            org_id=org_id,
            id=new_id(),
            device_id=device_id,
            key=body.key,
            name=body.name or body.key,
            sensor_profile_id=body.sensor_profile_id,
        ),
    )
    return _read(component)


async def change(
    tx: AsyncSession, component_id: UUID, body: ComponentUpdate, if_match: str | None
) -> ComponentRead:
    component = await resource.get_to_change(tx, Component, component_id, if_match)
    fields = resource.patched_fields(body)
    if isinstance(body.sensor_profile_id, UUID):
        fields["sensor_profile_id"] = body.sensor_profile_id
        await check_sensor_profile(tx, body.sensor_profile_id)
    await resource.change(tx, component, fields)
    return _read(component)


async def remove(tx: AsyncSession, component_id: UUID, if_match: str | None) -> None:
    """Delete the component with its sensors. Their readings stay until their retention ends; its key is free again."""
    component = await resource.get_to_change(tx, Component, component_id, if_match)
    component.deleted_at = datetime.now(UTC)
    await tx.flush()


def _read(row: Component) -> ComponentRead:
    return ComponentRead(
        id=row.id,
        device_id=row.device_id,
        key=row.key,
        name=row.name,
        sensor_profile_id=row.sensor_profile_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
