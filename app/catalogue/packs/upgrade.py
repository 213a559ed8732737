"""From one version of a pack to a later one: who is moved to which version of a profile, and who stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.compatibility import Change, compare_fields
from app.catalogue.device_profiles import rules
from app.catalogue.device_profiles import service as device_profiles
from app.catalogue.packs.checking import TEMPLATES, wire_name
from app.catalogue.packs.classes import release_classes
from app.catalogue.packs.content import bring
from app.catalogue.packs.format import PackDocument
from app.catalogue.packs.job_definitions import release_definitions
from app.catalogue.packs.schemas import (
    PackUpgrade,
    PackUpgradeRequest,
    ProfileUpgrade,
    TemplateUpgrade,
)
from app.catalogue.packs.service import (
    Candidate,
    candidates_of,
    choose,
    installed_of,
    mark_installed,
)
from app.catalogue.sensor_profiles import service as sensor_profiles
from app.catalogue.versions import Version
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Unprocessable
from db.connections.sessions import SessionReader
from db.models import Component, Device, DeviceProfile, Pack, SensorProfile


@dataclass(frozen=True)
class _Kind:
    """A kind of profile, and what is bound to it."""

    label: str
    list_name: str
    model: Any
    bound: Any
    binding: Any
    device_id: Any
    compare: Callable[[Any, Any], list[Change]]


_KINDS = (
    _Kind(
        "SENSOR_PROFILE",
        "sensor_profiles",
        SensorProfile,
        Component,
        Component.sensor_profile_id,
        Component.device_id,
        lambda old, new: compare_fields(old.fields, new.fields),
    ),
    _Kind(
        "DEVICE_PROFILE",
        "device_profiles",
        DeviceProfile,
        Device,
        Device.device_profile_id,
        Device.id,
        rules.compare,
    ),
)


async def upgrade(
    tx: AsyncSession, actor: Actor, name: str, body: PackUpgradeRequest
) -> PackUpgrade:
    """Raises Conflict where it isn't installed, Unprocessable for a version that isn't later.

    A dry run is the real thing, undone: what it says is what would happen.
    """
    await usage.lock_name(tx, Pack, name)
    candidates = await candidates_of(SessionReader(tx), name)
    installed, chosen = installed_of(candidates), choose(candidates, body.version)
    if installed is None:
        raise Conflict(f"{name} is not installed", code="PACK_NOT_INSTALLED")
    if chosen.version <= installed.version:
        raise Unprocessable(
            f"{name} {installed.version} is installed, and {chosen.version} is not later"
        )
    if not body.dry_run:
        return await _perform(tx, actor, installed, chosen, dry_run=False)
    async with tx.begin_nested() as savepoint:
        result = await _perform(tx, actor, installed, chosen, dry_run=True)
        await savepoint.rollback()
    return result


async def _perform(
    tx: AsyncSession, actor: Actor, old: Candidate, new: Candidate, *, dry_run: bool
) -> PackUpgrade:
    await bring(tx, actor, new.document)
    moved = [
        await _move(tx, kind, name, old.document, new.document)
        for kind in _KINDS
        for name in _names(kind, old.document, new.document)
    ]
    await _remove_unused(tx, new.document)
    jobs = {template.name for template in new.document.job_definitions}
    await release_definitions(tx, new.document.name, but=jobs)
    kept = {template.name for template in new.document.annotation_classes}
    await release_classes(tx, new.document.name, but=kept)
    await tx.execute(update(Pack).where(Pack.name == new.document.name).values(installed_at=None))
    await mark_installed(tx, actor, new)
    return PackUpgrade(
        name=new.document.name,
        start=str(old.version),
        end=str(new.version),
        dry_run=dry_run,
        profiles=[profile for profile in moved if profile.start != profile.end],
        templates=list(_templates(old.document, new.document)),
    )


def _names(kind: _Kind, *packs: PackDocument) -> list[str]:
    return sorted({profile.name for pack in packs for profile in getattr(pack, kind.list_name)})


def _newest(kind: _Kind, pack: PackDocument, name: str) -> Any:
    """The newest version of the profile in the pack; None where it has none."""
    versions = [profile for profile in getattr(pack, kind.list_name) if profile.name == name]
    return max(versions, key=lambda profile: Version.parse(profile.version), default=None)


async def _move(
    tx: AsyncSession, kind: _Kind, name: str, old: PackDocument, new: PackDocument
) -> ProfileUpgrade:
    """To the pack's newest version from older ones of its major: it keeps what they promised."""
    before, after = _newest(kind, old, name), _newest(kind, new, name)
    reader = SessionReader(tx)
    rows = await reader.rows(select(kind.model).where(kind.model.name == name))
    by_version = {Version(row.major, row.minor): row.id for row in rows}
    target = None if after is None else Version.parse(after.version)
    moves = [
        id_
        for version, id_ in by_version.items()
        if target is not None and version.major == target.major and version < target
    ]
    devices: list[UUID] = []
    if target is not None:
        changed = update(kind.bound).where(kind.binding.in_(moves), kind.bound.deleted_at.is_(None))
        found = await tx.execute(
            changed.values({kind.binding: by_version[target]}).returning(kind.device_id)
        )
        devices = [row[0] for row in found]
    stays = [id_ for version, id_ in by_version.items() if target is None or version < target]
    left = await resource.count(
        reader,
        select(kind.bound.id).where(kind.binding.in_(stays), kind.bound.deleted_at.is_(None)),
    )
    return ProfileUpgrade(
        kind=kind.label,
        name=name,
        start=None if before is None else before.version,
        end=None if after is None else after.version,
        changes=[] if before is None or after is None else kind.compare(before, after),
        components=len(devices) if kind.bound is Component else 0,
        devices=len(set(devices)),
        left=left,
    )


async def _remove_unused(tx: AsyncSession, pack: PackDocument) -> None:
    """Versions that an older version of the pack brought, the new one hasn't and nothing uses any more."""
    for kind, service in ((_KINDS[1], device_profiles), (_KINDS[0], sensor_profiles)):
        kept = {(profile.name, profile.version) for profile in getattr(pack, kind.list_name)}
        rows = await SessionReader(tx).rows(
            select(kind.model).where(kind.model.pack_name == pack.name)
        )
        for row in rows:
            is_kept = (row.name, f"{row.major}.{row.minor}") in kept
            if not is_kept and not await service.users_of(tx, [row.id]):
                await service.forget(tx, [row.id])


def _templates(old: PackDocument, new: PackDocument) -> Iterator[TemplateUpgrade]:
    for kind in TEMPLATES:
        before = {element.name: element for element in getattr(old, kind)}
        after = {element.name: element for element in getattr(new, kind)}
        for name in sorted({*before, *after}):
            if name not in before:
                yield TemplateUpgrade(wire_name(kind), name, "ADDED")
            elif name not in after:
                yield TemplateUpgrade(wire_name(kind), name, "REMOVED")
            elif before[name] != after[name]:
                yield TemplateUpgrade(wire_name(kind), name, "CHANGED")
