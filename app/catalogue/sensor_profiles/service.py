"""Versions of sensor profiles: they are added, never changed, and deleted where nothing uses them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.compatibility import breaking_faults, compare_fields, least_version
from app.catalogue.fields import Field, faults_of, from_stored, stored
from app.catalogue.profile_versions import (
    check_promises,
    check_unused,
    newest_in,
    number,
    predecessor,
)
from app.catalogue.sensor_profiles.schemas import (
    Compatibility,
    SensorProfileCreate,
    SensorProfileRead,
)
from app.catalogue.versions import Version, VersionRange
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import (
    Component,
    ConfigArtefact,
    DeviceProfile,
    DeviceProfileComponent,
    SensorProfile,
)

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
    _check(body.fields)
    version = Version.parse(body.version)
    before = await predecessor(tx, SensorProfile, body.name, version)
    if before is not None:
        changes = compare_fields(from_stored(before.fields), body.fields)
        check_promises(before, version, changes)
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


def _check(fields: Sequence[Field]) -> None:
    """Raises Unprocessable with every fault."""
    if faults := faults_of(fields):
        raise Unprocessable(
            "the fields contradict themselves", code="PROFILE_INVALID", errors=faults
        )


async def find(tx: AsyncSession, name: str, wanted: VersionRange) -> SensorProfile | None:
    """The newest version that the range takes; None where there is none."""
    return await newest_in(tx, SensorProfile, name, wanted)


async def compare(tx: AsyncSession, profile_id: UUID, fields: list[Field]) -> Compatibility:
    """What a new version with these fields would change. Raises Unprocessable for fields that can't be."""
    row = await resource.get(SessionReader(tx), SensorProfile, profile_id)
    _check(fields)
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
    check_unused(row, await users_of(tx, [profile_id]))
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
    configurations = await usage.configurations_for(
        tx, ConfigArtefact.sensor_profile_id, profile_ids
    )
    counts = [
        *usage.counted(components, "component"),
        *usage.counted(configurations, "configuration"),
    ]
    return usage.in_words([*counts, *named])


async def get_version(tx: AsyncSession, name: str, wanted: VersionRange) -> SensorProfile:
    """Raises NotFound."""
    row = await find(tx, name, wanted)
    if row is None:
        raise NotFound(f"no sensor profile {name} {wanted}")
    return row


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
