"""Devices: what is allowed, what happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.customers import service as customers
from app.accounts.customers.schemas import CustomerChoice
from app.catalogue import binding
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.core import resource
from app.core.actor import Actor
from app.core.bulk import Operation
from app.core.errors import Conflict
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.wire import Page
from app.fleet.devices.schemas import (
    DeviceCreate,
    DeviceRead,
    DeviceStatus,
    DeviceTags,
    DeviceUpdate,
    Location,
    Placement,
    SiteHistory,
)
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.metadata import check_metadata
from app.fleet.search import find
from app.fleet.sites import service as sites
from db.connections.readers import Reader
from db.ids import new_id
from db.models import (
    Component,
    Device,
    DevicePlacement,
    Site,
)

PLACEMENTS_MAX = 1000

SORTS = {
    "createdAt": Device.created_at,
    "updatedAt": Device.updated_at,
    "lastSeenAt": Device.seen_or_never,
    "name": Device.name,
}


async def page(reader: Reader, wanted: DeviceFilter, page_request: PageRequest) -> Page[DeviceRead]:
    found = await find(reader, await devices_wanted(reader, wanted), page_request, sorts=SORTS)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, device_id: UUID) -> DeviceRead:
    return _read(await resource.get(reader, Device, device_id))


async def create(tx: AsyncSession, org_id: UUID, body: DeviceCreate) -> Device:
    """Add a device as PENDING, with the components of its profile. Raises Conflict (the database's) when the name is
    taken, NotFound for a site, Unprocessable for a profile."""
    fields = resource.patched_fields(body)
    del fields["device_profile"]
    if body.site_id is not None:
        fields["site_id"] = body.site_id
        await sites.hold(tx, body.site_id)
    check_metadata(fields["attributes"])
    device = Device(org_id=org_id, id=new_id(), **fields)
    await add_with_profile(tx, device, body.device_profile)
    return device


async def add_with_profile(
    tx: AsyncSession, device: Device, wanted: DeviceProfileReference | None
) -> set[str]:
    """Add the device, and the components of its profile where it has one; their keys. Raises Unprocessable."""
    profile = None if wanted is None else await binding.device_profile(tx, wanted)
    device.device_profile_id = None if profile is None else profile.id
    await resource.add(tx, device)
    parts = [] if profile is None else await binding.components_of(tx, profile)
    await add_components(tx, device.org_id, parts, [device.id])
    return {part.key for part in parts}


async def add_components(
    tx: AsyncSession,
    org_id: UUID,
    parts: Sequence[binding.BoundComponent],
    device_ids: Sequence[UUID],
) -> None:
    """Give each of the new devices the same components."""
    rows = [
        {
            "org_id": org_id,
            "id": new_id(),
            "device_id": device_id,
            "key": part.key,
            "name": part.name,
            "sensor_profile_id": part.sensor_profile_id,
        }
        for device_id in device_ids
        for part in parts
    ]
    if rows:
        # Only where something is returned, SQLAlchemy sends a thousand rows in one statement.
        await tx.execute(insert(Component).returning(Component.id), rows)


async def tag(tx: AsyncSession, device_id: UUID, body: DeviceTags) -> None:
    device = await resource.get_to_change(tx, Device, device_id)
    kept = [tag for tag in device.tags if tag not in body.remove]
    await resource.change(tx, device, {"tags": list(dict.fromkeys([*kept, *body.add]))})


async def in_bulk(tx: AsyncSession, actor: Actor, operation: Operation) -> tuple[int, UUID]:
    """One operation of a bulk request: the status that it would have alone, and the device."""
    match operation.op:
        case "create":
            return 201, (await create(tx, actor.org_id, operation.body(DeviceCreate))).id
        case "patch":
            await change(tx, operation.target(), operation.body(DeviceUpdate), None)
            return 200, operation.target()
        case "tag":
            await tag(tx, operation.target(), operation.body(DeviceTags))
            return 200, operation.target()
        case "delete":
            await remove(tx, actor, operation.target(), None)
            return 204, operation.target()


async def change(
    tx: AsyncSession, device_id: UUID, body: DeviceUpdate, if_match: str | None
) -> DeviceRead:
    """Raises Conflict for a status of a device that was never provisioned: it is PENDING; NotFound for a site."""
    device = await resource.get_to_change(tx, Device, device_id, if_match)
    fields = resource.patched_fields(body)
    if isinstance(body.site_id, UUID):
        fields["site_id"] = body.site_id
        await sites.hold(tx, body.site_id)
    if "device_profile" in fields:
        del fields["device_profile"]
        profile = body.device_profile and await binding.device_profile(tx, body.device_profile)
        fields["device_profile_id"] = profile.id if profile else None
    if "status" in fields and device.status == DeviceStatus.PENDING:
        raise Conflict("the device was never provisioned", code="DEVICE_NOT_PROVISIONED")
    if fields.get("status") == DeviceStatus.ACTIVE:
        fields["status"] = DeviceStatus.ACTIVE if device.is_connected else DeviceStatus.OFFLINE
    await resource.change(tx, device, fields)
    check_metadata(device.attributes)
    return _read(device)


async def give(
    tx: AsyncSession, actor: Actor, device_id: UUID, body: CustomerChoice, if_match: str | None
) -> DeviceRead:
    """To a customer, or back, with all that hangs on it; what looks at it now is told so at the
    commit. Raises NotFound."""
    device = await resource.get_to_change(tx, Device, device_id, if_match)
    await customers.hold(tx, body.customer_id)
    before = device.customer_id
    await resource.change(tx, device, {"customer_id": body.customer_id})
    if before != body.customer_id:
        # Of the organization alone: a customer isn't told whose it was.
        record_event(
            tx,
            "ORGANIZATION",
            "A device was given to a customer" if body.customer_id else "A device was taken back",
            actor=actor.principal,
            details={
                "deviceId": str(device_id),
                "before": None if before is None else str(before),
                "after": None if body.customer_id is None else str(body.customer_id),
            },
        )
    return _read(device)


async def remove(tx: AsyncSession, actor: Actor, device_id: UUID, if_match: str | None) -> None:
    """Delete the device, and by the database's trigger (platform.end_device) what hangs on it: its
    components and sensors go, its certificates and tokens end, and a live session is cut.

    Its readings stay until their retention ends; its name is free again at once.
    """
    device = await resource.get_to_change(tx, Device, device_id, if_match)
    device.deleted_at = datetime.now(UTC)
    device.is_connected = False
    record_event(
        tx,
        "DEVICE",
        "The device was deleted",
        actor=actor.principal,
        details={"name": device.name},
        device_id=device_id,
        site_id=device.site_id,
    )
    await tx.flush()


async def site_history(reader: Reader, device_id: UUID) -> SiteHistory:
    """Where the device has been, newest first."""
    await resource.get(reader, Device, device_id)
    stays = await reader.records(
        select(DevicePlacement.site_id, Site.name, DevicePlacement.from_at, DevicePlacement.to_at)
        .join(Site, Site.id == DevicePlacement.site_id)
        .where(DevicePlacement.device_id == device_id)
        .order_by(DevicePlacement.from_at.desc(), DevicePlacement.id)
        .limit(PLACEMENTS_MAX)
    )
    return SiteHistory([Placement(*stay) for stay in stays])


def _read(row: Device) -> DeviceRead:
    return DeviceRead(
        id=row.id,
        name=row.name,
        status=row.status,
        site_id=row.site_id,
        customer_id=row.customer_id,
        device_profile=DeviceProfileReference(**row.device_profile) if row.device_profile else None,
        tags=row.tags,
        location=None if row.location is None else Location(**row.location),
        metadata=row.attributes,
        firmware_version=row.firmware_version,
        connected=row.is_connected,
        last_seen_at=row.last_seen_at,
        certificate_expires_at=row.certificate_expires_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
