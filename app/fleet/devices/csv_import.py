"""Devices out of a file into the database, a thousand lines at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import binding
from app.catalogue.binding import BoundComponent
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.core import resource
from app.core.errors import Unprocessable
from app.fleet.devices.csv_format import DeviceLine, Sheet
from app.fleet.devices.schemas import DeviceImport, ImportMode, LineFault
from app.fleet.devices.service import add_components
from db.ids import new_id
from db.models import Device, Site

LINES_AT_ONCE = 1000

Columns = dict[str, Any]
"""Of a line, by the names of the table's columns."""


async def import_devices(
    tx: AsyncSession, org_id: UUID, sheet: Sheet, *, mode: ImportMode, dry_run: bool
) -> DeviceImport:
    """Store the good lines; say of each other one what is wrong.

    A dry run does the same, and then takes it back.
    """
    result = DeviceImport(
        dry_run=dry_run, created=0, updated=0, unchanged=0, failed=0, errors=sheet.faults
    )
    async with tx.begin_nested() as savepoint:
        import_ = _Import(tx, org_id, await _references(tx, sheet.lines), mode, result)
        for start in range(0, len(sheet.lines), LINES_AT_ONCE):
            await import_.store(sheet.lines[start : start + LINES_AT_ONCE])
        if dry_run:
            await savepoint.rollback()
    result.errors.sort(key=lambda fault: fault.line)
    result.failed = len({fault.line for fault in result.errors})
    return result


@dataclass(frozen=True)
class _References:
    """What lines name that is there: sites, and device profiles with a new device's components."""

    sites: Mapping[str, UUID]
    profiles: Mapping[DeviceProfileReference, tuple[UUID, list[BoundComponent]]]

    def columns(self, line: DeviceLine) -> Columns | LineFault:
        columns = {resource.attribute_of(name): value for name, value in line.fields.items()}
        if "site" in columns:
            site = columns.pop("site")
            if site is not None and site not in self.sites:
                return LineFault(line.line, "site", "NOT_FOUND", f"no site {site!a}")
            columns["site_id"] = self.sites.get(site)
        if "device_profile" in columns:
            profile = columns.pop("device_profile")
            if profile is not None and profile not in self.profiles:
                message = f"no device profile {profile.name}:{profile.version}"
                return LineFault(line.line, "deviceProfile", "NOT_FOUND", message)
            columns["device_profile_id"] = None if profile is None else self.profiles[profile][0]
        return columns


async def _references(tx: AsyncSession, lines: Sequence[DeviceLine]) -> _References:
    sites = await _sites(tx, _values(lines, "site"))
    profiles = {}
    for reference in _values(lines, "device_profile"):
        with contextlib.suppress(Unprocessable):
            profile = await binding.device_profile(tx, reference)
            profiles[reference] = profile.id, await binding.components_of(tx, profile)
    return _References(sites, profiles)


def _values(lines: Sequence[DeviceLine], name: str) -> set[Any]:
    return {line.fields[name] for line in lines if line.fields.get(name)}


async def _sites(tx: AsyncSession, names: set[str]) -> dict[str, UUID]:
    """The ids of the sites by name; they stay until the transaction ends."""
    rows = await tx.execute(
        select(Site.name, Site.id)
        .where(Site.name.in_(names), Site.deleted_at.is_(None))
        .order_by(Site.id)
        .with_for_update(read=True, key_share=True)
    )
    return {row.name: row.id for row in rows}


@dataclass(frozen=True)
class _Import:
    """A file on its way into the database; `result` grows with every line."""

    tx: AsyncSession
    org_id: UUID
    references: _References
    mode: ImportMode
    result: DeviceImport

    async def store(self, lines: Sequence[DeviceLine]) -> None:
        devices = await self._existing(lines)
        new: dict[str, tuple[DeviceLine, Columns]] = {}
        for line in lines:
            columns = self.references.columns(line)
            device = devices.get(line.name)
            if isinstance(columns, LineFault):
                self.result.errors.append(columns)
            elif device is None:
                new[line.name] = line, columns
            elif self.mode is ImportMode.CREATE:
                self.result.errors.append(_name_taken(line))
            else:
                self._change(device, columns)
        await self.tx.flush()
        await self._add(new)

    async def _existing(self, lines: Sequence[DeviceLine]) -> dict[str, Device]:
        """The devices that have the lines' names, locked."""
        rows = await self.tx.scalars(
            select(Device)
            .where(Device.name.in_([line.name for line in lines]), Device.deleted_at.is_(None))
            .order_by(Device.id)
            .with_for_update()
        )
        return {device.name: device for device in rows}

    def _change(self, device: Device, columns: Columns) -> None:
        different = {
            name: value for name, value in columns.items() if getattr(device, name) != value
        }
        for name, value in different.items():
            setattr(device, name, value)
        if different:
            self.result.updated += 1
        else:
            self.result.unchanged += 1

    async def _add(self, new: Mapping[str, tuple[DeviceLine, Columns]]) -> None:
        ids = await self._insert([columns for _, columns in new.values()])
        self.result.created += len(ids)
        # A name that was free a moment ago: somebody else was quicker.
        self.result.errors += [
            _name_taken(line) for name, (line, _) in new.items() if name not in ids
        ]
        for profile_id, parts in self.references.profiles.values():
            bound = [
                id_
                for name, id_ in ids.items()
                if new[name][1].get("device_profile_id") == profile_id
            ]
            await add_components(self.tx, self.org_id, parts, bound)

    async def _insert(self, rows: Sequence[Columns]) -> dict[str, UUID]:
        """The ids of those that had a free name, by name."""
        if not rows:
            return {}
        statement = insert(Device).on_conflict_do_nothing().returning(Device.name, Device.id)
        added = await self.tx.execute(
            statement, [{"org_id": self.org_id, "id": new_id(), **row} for row in rows]
        )
        return {row.name: row.id for row in added}


def _name_taken(line: DeviceLine) -> LineFault:
    return LineFault(line.line, "name", "ALREADY_EXISTS", "there is a device with this name")
