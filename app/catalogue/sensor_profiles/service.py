"""Versions of sensor profiles: they are added, never changed, and deleted where nothing uses them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.compatibility import breaking_faults, compare_fields, least_version
from app.catalogue.fields import Field, faults_of, from_stored, stored
from app.catalogue.sensor_profiles.schemas import (
    Compatibility,
    SensorProfileCreate,
    SensorProfileRead,
)
from app.catalogue.versions import Version, VersionRange
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import Component, DeviceProfile, DeviceProfileComponent, SensorProfile

SORTS = {"createdAt": SensorProfile.created_at, "name": SensorProfile.name}


async def page(
    reader: Reader, wanted: usage.ProfileFilter, page_request: PageRequest
) -> Page[SensorProfileRead]:
    statement = usage.filtered(select(SensorProfile), SensorProfile, wanted)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=SensorProfile.id)
    return found.page([read(row) for row in found.rows])


async def get(reader: Reader, profile_id: UUID) -> SensorProfileRead:
    return read(await resource.get(reader, SensorProfile, profile_id))


async def create(
    tx: AsyncSession, actor: Actor, body: SensorProfileCreate, *, pack: str | None = None
) -> SensorProfile:
    """Add a version. Raises Unprocessable with every fault, or with every breaking point where the version is too
    small, and Conflict where it is there already."""
    if faults := faults_of(body.fields):
        raise Unprocessable(
            "the fields contradict themselves", code="PROFILE_INVALID", errors=faults
        )
    version = Version.parse(body.version)
    before = await _version_before(tx, body.name, version)
    if before is not None and before.major == version.major:
        changes = compare_fields(from_stored(before.fields), body.fields)
        if breaking := breaking_faults(changes):
            needed = least_version(number(before), changes)
            raise Unprocessable(
                f"{body.name} {version} breaks what {number(before)} promises: call it {needed} or later",
                code="VERSION_TOO_SMALL",
                errors=breaking,
            )
    return await resource.add(
        tx,
        SensorProfile(
            org_id=actor.org_id,
            name=body.name,
            major=version.major,
            minor=version.minor,
            description=body.description,
            changes=body.changes,
            fields=stored(body.fields),
            pack_name=pack,
            created_by=actor.principal,
        ),
    )


async def _version_before(tx: AsyncSession, name: str, version: Version) -> SensorProfile | None:
    """The newest version below. Versions of one name are added one at a time, each in its major the newest."""
    await usage.lock_name(tx, SensorProfile, name)
    versions = await versions_of(tx, name)
    usage.check_is_newest(name, version, [number(row) for row in versions])
    return next((row for row in versions if number(row) < version), None)


async def versions_of(tx: AsyncSession, name: str) -> Sequence[SensorProfile]:
    """All versions of that name, the newest first."""
    return await SessionReader(tx).rows(
        select(SensorProfile)
        .where(SensorProfile.name == name)
        .order_by(SensorProfile.major.desc(), SensorProfile.minor.desc())
    )


async def find(tx: AsyncSession, name: str, wanted: VersionRange) -> SensorProfile | None:
    """The newest version that the range takes; None where there is none."""
    return next((row for row in await versions_of(tx, name) if number(row) in wanted), None)


async def compare(tx: AsyncSession, profile_id: UUID, fields: list[Field]) -> Compatibility:
    """What a new version with these fields would change. Raises Unprocessable for fields that can't be."""
    row = await resource.get(SessionReader(tx), SensorProfile, profile_id)
    if faults := faults_of(fields):
        raise Unprocessable(
            "the fields contradict themselves", code="PROFILE_INVALID", errors=faults
        )
    changes = compare_fields(from_stored(row.fields), fields)
    return Compatibility(
        is_compatible=not breaking_faults(changes),
        least_version=str(least_version(number(row), changes)),
        changes=changes,
    )


async def remove(tx: AsyncSession, profile_id: UUID, if_match: str | None) -> None:
    """Delete a version. Raises Conflict, naming what uses it."""
    row = await resource.get(SessionReader(tx), SensorProfile, profile_id)
    usage.check_match(if_match, read(row).etag())
    if users := await users_of(tx, [profile_id]):
        raise Conflict(f"{row.name} {number(row)} is used by {users}", code="PROFILE_IN_USE")
    await forget(tx, [profile_id])


async def forget(tx: AsyncSession, profile_ids: Sequence[UUID]) -> None:
    """Delete versions that nothing uses. Components that were deleted keep their rows, not their profile."""
    await tx.execute(
        update(Component)
        .where(Component.sensor_profile_id.in_(profile_ids), Component.deleted_at.is_not(None))
        .values(sensor_profile_id=None)
    )
    await usage.delete_rows(tx, SensorProfile, profile_ids)


async def users_of(
    tx: AsyncSession, profile_ids: Sequence[UUID], *, besides_pack: str | None = None
) -> str | None:
    """What uses them, in words: components, and device profiles that don't belong to that pack."""
    reader = SessionReader(tx)
    components = await resource.count(
        reader,
        select(Component.id).where(
            Component.sensor_profile_id.in_(profile_ids), Component.deleted_at.is_(None)
        ),
    )
    profiles = (
        select(DeviceProfile.name, DeviceProfile.major, DeviceProfile.minor)
        .join(DeviceProfileComponent, DeviceProfileComponent.device_profile_id == DeviceProfile.id)
        .where(DeviceProfileComponent.sensor_profile_id.in_(profile_ids))
        .distinct()
        .order_by(DeviceProfile.name, DeviceProfile.major, DeviceProfile.minor)
    )
    if besides_pack is not None:
        profiles = profiles.where(DeviceProfile.pack_name.is_distinct_from(besides_pack))
    named = [
        f"device profile {name} {major}.{minor}"
        for name, major, minor in await reader.records(profiles)
    ]
    return usage.in_words([*usage.counted(components, "component"), *named])


async def get_version(tx: AsyncSession, name: str, wanted: VersionRange) -> SensorProfile:
    """Raises NotFound."""
    row = await find(tx, name, wanted)
    if row is None:
        raise NotFound(f"no sensor profile {name} {wanted}")
    return row


def number(row: SensorProfile) -> Version:
    return Version(row.major, row.minor)


def read(row: SensorProfile) -> SensorProfileRead:
    return SensorProfileRead(
        id=row.id,
        name=row.name,
        version=str(number(row)),
        description=row.description,
        changes=row.changes,
        fields=from_stored(row.fields),
        pack=row.pack_name,
        created_by=row.created_by,
        created_at=row.created_at,
    )
