"""Devices in and out by the thousand: a file's lines into the database, and all devices as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.fleet.devices import sheet
from app.fleet.devices.schemas import DeviceImport, ImportMode, LineFault
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.devices.sheet import DeviceLine, Sheet
from db.engine import Database
from db.models import Device, Site, new_id

ROWS_AT_ONCE = 1000


async def bring_in(
    tx: AsyncSession, org_id: UUID, found: Sheet, *, mode: ImportMode, dry_run: bool
) -> DeviceImport:
    """Store the good lines; say of each other one what is wrong. A dry run does the same, and then takes it back."""
    result = DeviceImport(dry_run=dry_run, created=0, updated=0, unchanged=0, failed=0, errors=found.faults)
    async with tx.begin_nested() as savepoint:
        sites = await _sites(tx, {line.fields["site"] for line in found.lines if line.fields.get("site")})
        for start in range(0, len(found.lines), ROWS_AT_ONCE):
            await _bring_in(tx, org_id, found.lines[start : start + ROWS_AT_ONCE], sites, mode, result)
        if dry_run:
            await savepoint.rollback()
    result.errors.sort(key=lambda fault: fault.line)
    result.failed = len({fault.line for fault in result.errors})
    return result


async def _sites(tx: AsyncSession, names: set[str]) -> dict[str, UUID]:
    """The ids of the sites by name; they stay until the transaction ends."""
    rows = await tx.execute(
        select(Site.name, Site.id)
        .where(Site.name.in_(names), Site.deleted_at.is_(None))
        .order_by(Site.id)
        .with_for_update(read=True, key_share=True)
    )
    return {row.name: row.id for row in rows}


async def _bring_in(
    tx: AsyncSession,
    org_id: UUID,
    lines: Sequence[DeviceLine],
    sites: dict[str, UUID],
    mode: ImportMode,
    result: DeviceImport,
) -> None:
    there = await tx.scalars(
        select(Device)
        .where(Device.name.in_([line.name for line in lines]), Device.deleted_at.is_(None))
        .order_by(Device.id)
        .with_for_update()
    )
    devices = {device.name: device for device in there}
    new: dict[str, tuple[DeviceLine, dict[str, Any]]] = {}
    for line in lines:
        columns = _columns(line, sites)
        if columns is None:
            fault = LineFault(line.line, "site", "NOT_FOUND", f"no site {line.fields['site']!a}")
            result.errors.append(fault)
        elif line.name not in devices:
            new[line.name] = line, columns
        elif mode is ImportMode.CREATE:
            result.errors.append(_taken(line))
        elif _change(devices[line.name], columns):
            result.updated += 1
        else:
            result.unchanged += 1
    await tx.flush()
    added = await _add(tx, org_id, [columns for _, columns in new.values()])
    result.created += len(added)
    # A name that was free a moment ago: somebody else was quicker.
    result.errors += [_taken(line) for name, (line, _) in new.items() if name not in added]


def _columns(line: DeviceLine, sites: dict[str, UUID]) -> dict[str, Any] | None:
    """The line as columns of the table; None where it names a site that isn't there."""
    columns = dict(line.fields)
    if "metadata" in columns:
        columns["attributes"] = columns.pop("metadata")
    if "site" in columns:
        site = columns.pop("site")
        if site is not None and site not in sites:
            return None
        columns["site_id"] = sites.get(site) if site else None
    return columns


def _change(device: Device, columns: dict[str, Any]) -> bool:
    different = {name: value for name, value in columns.items() if getattr(device, name) != value}
    for name, value in different.items():
        setattr(device, name, value)
    return bool(different)


async def _add(tx: AsyncSession, org_id: UUID, rows: list[dict[str, Any]]) -> set[str]:
    """Insert what has a free name; the names that were inserted."""
    if not rows:
        return set()
    statement = insert(Device).on_conflict_do_nothing().returning(Device.name)
    added = await tx.execute(statement, [{"org_id": org_id, "id": new_id(), **row} for row in rows])
    return set(added.scalars())


def _taken(line: DeviceLine) -> LineFault:
    return LineFault(line.line, "name", "ALREADY_EXISTS", "there is a device with this name")


async def send_out(database: Database, org_id: UUID, wanted: DeviceFilter) -> AsyncIterator[bytes]:
    """All devices that match as CSV, oldest first, a thousand at a time, each thousand in a transaction of its own:
    a slow reader holds neither a connection nor a snapshot."""
    yield sheet.write([sheet.COLUMNS])
    last: UUID | None = None
    while True:
        async with database.snapshot(org_id) as snapshot:
            statement = await devices_wanted(snapshot, wanted)
            if last is not None:
                statement = statement.where(Device.id > last)
            devices = await snapshot.rows(statement.order_by(Device.id).limit(ROWS_AT_ONCE))
            ids = {device.site_id for device in devices}
            found = await snapshot.records(select(Site.id, Site.name).where(Site.id.in_(ids)))
        sites = {row["id"]: row["name"] for row in found}
        text = sheet.write(sheet.cells_of(device, sites.get(device.site_id)) for device in devices)
        if devices:
            yield text
        if len(devices) < ROWS_AT_ONCE:
            return
        last = devices[-1].id
