"""Devices in and out by the thousand: a file's lines into the database, and all devices as a stream."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import binding
from app.catalogue.binding import BoundComponent
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.core.errors import Unprocessable
from app.fleet.devices import csv_format as sheet
from app.fleet.devices.csv_format import DeviceLine, Sheet
from app.fleet.devices.schemas import DeviceImport, ImportMode, LineFault
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.devices.service import add_components
from app.fleet.search import select_found
from db.connections.sessions import Database
from db.ids import new_id
from db.models import Device, Site

ROWS_AT_ONCE = 1000


async def bring_in(
    tx: AsyncSession, org_id: UUID, found: Sheet, *, mode: ImportMode, dry_run: bool
) -> DeviceImport:
    """Store the good lines; say of each other one what is wrong. A dry run does the same, and then takes it back."""
    result = DeviceImport(
        dry_run=dry_run, created=0, updated=0, unchanged=0, failed=0, errors=found.faults
    )
    async with tx.begin_nested() as savepoint:
        named = await _named(tx, found.lines)
        for start in range(0, len(found.lines), ROWS_AT_ONCE):
            await _bring_in(
                tx, org_id, found.lines[start : start + ROWS_AT_ONCE], named, mode, result
            )
        if dry_run:
            await savepoint.rollback()
    result.errors.sort(key=lambda fault: fault.line)
    result.failed = len({fault.line for fault in result.errors})
    return result


@dataclass(frozen=True)
class _Named:
    """What lines name that is there: sites, and device profiles with the components of a new device."""

    sites: dict[str, UUID]
    profiles: dict[DeviceProfileReference, tuple[UUID, list[BoundComponent]]]

    def columns(self, line: DeviceLine) -> dict[str, Any] | LineFault:
        """The line as columns of the table."""
        columns = dict(line.fields)
        if "metadata" in columns:
            columns["attributes"] = columns.pop("metadata")
        if "site" in columns:
            site = columns.pop("site")
            if site is not None and site not in self.sites:
                return LineFault(line.line, "site", "NOT_FOUND", f"no site {site!a}")
            columns["site_id"] = self.sites.get(site)
        if "device_profile" in columns:
            profile = columns.pop("device_profile")
            if profile is not None and profile not in self.profiles:
                told = f"no device profile {profile.name}:{profile.version}"
                return LineFault(line.line, "deviceProfile", "NOT_FOUND", told)
            columns["device_profile_id"] = None if profile is None else self.profiles[profile][0]
        return columns


async def _named(tx: AsyncSession, lines: Sequence[DeviceLine]) -> _Named:
    sites = await _sites(tx, {line.fields["site"] for line in lines if line.fields.get("site")})
    profiles = {}
    for wanted in {
        line.fields["device_profile"] for line in lines if line.fields.get("device_profile")
    }:
        with contextlib.suppress(Unprocessable):
            profile = await binding.device_profile(tx, wanted)
            profiles[wanted] = profile.id, await binding.components_of(tx, profile)
    return _Named(sites, profiles)


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
    named: _Named,
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
        columns, device = named.columns(line), devices.get(line.name)
        if isinstance(columns, LineFault):
            result.errors.append(columns)
        elif device is None:
            new[line.name] = line, columns
        elif mode is ImportMode.CREATE:
            result.errors.append(_taken(line))
        elif _change(device, columns):
            result.updated += 1
        else:
            result.unchanged += 1
    await tx.flush()
    added = await _add(tx, org_id, [columns for _, columns in new.values()])
    result.created += len(added)
    # A name that was free a moment ago: somebody else was quicker.
    result.errors += [_taken(line) for name, (line, _) in new.items() if name not in added]
    for profile_id, parts in named.profiles.values():
        bound = [
            id_
            for name, id_ in added.items()
            if new[name][1].get("device_profile_id") == profile_id
        ]
        await add_components(tx, org_id, parts, bound)


def _change(device: Device, columns: dict[str, Any]) -> bool:
    """Whether any column was different."""
    different = {name: value for name, value in columns.items() if getattr(device, name) != value}
    for name, value in different.items():
        setattr(device, name, value)
    return bool(different)


async def _add(tx: AsyncSession, org_id: UUID, rows: list[dict[str, Any]]) -> dict[str, UUID]:
    """Insert what has a free name; the ids of what was inserted by name."""
    if not rows:
        return {}
    statement = insert(Device).on_conflict_do_nothing().returning(Device.name, Device.id)
    added = await tx.execute(statement, [{"org_id": org_id, "id": new_id(), **row} for row in rows])
    return {row.name: row.id for row in added}


def _taken(line: DeviceLine) -> LineFault:
    return LineFault(line.line, "name", "ALREADY_EXISTS", "there is a device with this name")


async def send_out(database: Database, org_id: UUID, wanted: DeviceFilter) -> AsyncIterator[bytes]:
    """All devices that match as CSV, oldest first, a thousand at a time, each thousand in a transaction of its own:
    a slow reader holds neither a connection nor a snapshot."""
    yield sheet.write([sheet.COLUMNS])
    last: UUID | None = None
    while True:
        async with database.snapshot(org_id) as snapshot:
            statement = await select_found(snapshot, await devices_wanted(snapshot, wanted))
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
