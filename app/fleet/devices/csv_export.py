"""Devices out of the database as a file, a thousand at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from sqlalchemy import select

from app.fleet.devices import csv_format
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.search import select_matching
from db.connections.readers import Reader
from db.connections.sessions import Database
from db.connections.tenants import Tenant
from db.models import Device, Site

DEVICES_AT_ONCE = 1000


async def export_devices(
    database: Database, tenant: Tenant, wanted: DeviceFilter
) -> AsyncGenerator[bytes, None]:
    """All devices that match as CSV, oldest first.

    Each thousand in a transaction of its own: a slow reader holds neither connection nor snapshot.
    """
    yield csv_format.write([csv_format.COLUMNS])
    last: UUID | None = None
    while True:
        async with database.snapshot(tenant) as reader:
            devices = await _page(reader, wanted, last)
            sites = await _site_names(reader, devices)
        if devices:
            yield csv_format.write(
                csv_format.cells_of(device, sites.get(device.site_id)) for device in devices
            )
        if len(devices) < DEVICES_AT_ONCE:
            return
        last = devices[-1].id


async def _page(reader: Reader, wanted: DeviceFilter, after: UUID | None) -> list[Device]:
    statement = await select_matching(reader, await devices_wanted(reader, wanted))
    if after is not None:
        statement = statement.where(Device.id > after)
    return await reader.rows(statement.order_by(Device.id).limit(DEVICES_AT_ONCE))


async def _site_names(reader: Reader, devices: Sequence[Device]) -> dict[UUID | None, str]:
    ids = {device.site_id for device in devices}
    rows = await reader.records(select(Site.id, Site.name).where(Site.id.in_(ids)))
    return {row["id"]: row["name"] for row in rows}
