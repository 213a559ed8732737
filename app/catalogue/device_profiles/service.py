"""Versions of device profiles: which components, commands and fields devices of a kind have."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import fields as field_rules
from app.catalogue import usage
from app.catalogue.compatibility import breaking_faults, least_version
from app.catalogue.device_profiles import rules
from app.catalogue.device_profiles.schemas import (
    CommandOfProfile,
    ComponentOfProfile,
    ComponentOfProfileRead,
    DeviceProfileCompatibility,
    DeviceProfileContent,
    DeviceProfileCreate,
    DeviceProfileRead,
    SensorProfileRange,
)
from app.catalogue.profile_versions import (
    check_promises,
    check_unused,
    newest_in,
    number,
    predecessor,
)
from app.catalogue.sensor_profiles import service as sensor_profiles
from app.catalogue.versions import Version, VersionRange
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Fault, Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import ConfigArtefact, Device, DeviceProfile, DeviceProfileComponent, SensorProfile

SORTS = {"createdAt": DeviceProfile.created_at, "name": DeviceProfile.name}


async def page(
    reader: Reader, wanted: usage.ProfileFilter, page_request: PageRequest
) -> Page[DeviceProfileRead]:
    statement = usage.filtered(select(DeviceProfile), DeviceProfile, wanted)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=DeviceProfile.id)
    return found.page(await read_all(reader, found.rows))


async def get(reader: Reader, profile_id: UUID) -> DeviceProfileRead:
    return await read(reader, await resource.get(reader, DeviceProfile, profile_id))


async def add(tx: AsyncSession, actor: Actor, body: DeviceProfileCreate) -> DeviceProfileRead:
    """As `create`, which says what it raises."""
    row = await create(tx, actor, body)
    return await read(SessionReader(tx), row)


async def create(
    tx: AsyncSession, actor: Actor, body: DeviceProfileCreate, *, pack: str | None = None
) -> DeviceProfile:
    """Add a version. Raises Unprocessable with every fault, or with every breaking point where the version is too
    small, and Conflict where it is there already."""
    needed = await _check(tx, body)
    version = Version.parse(body.version)
    before = await predecessor(tx, DeviceProfile, body.name, version)
    if before is not None:
        changes = rules.compare(await content_of(tx, before), body)
        check_promises(before, version, changes)
    row = await resource.add(
        tx,
        DeviceProfile(
            org_id=actor.org_id,
            name=body.name,
            major=version.major,
            minor=version.minor,
            description=body.description,
            changes=body.changes,
            fields=field_rules.stored(body.fields),
            commands=[msgspec.to_builtins(command) for command in body.commands],
            pack_name=pack,
            created_by=actor.principal,
        ),
    )
    for position, (part, profile) in enumerate(zip(body.components, needed, strict=True)):
        tx.add(
            DeviceProfileComponent(
                org_id=actor.org_id,
                device_profile_id=row.id,
                key=part.key,
                name=part.name or part.key,
                position=position,
                sensor_profile_id=profile.id,
                takes_newer=VersionRange.parse(part.sensor_profile.version).takes_newer,
            )
        )
    await tx.flush()
    return row


async def _check(tx: AsyncSession, content: DeviceProfileContent) -> list[SensorProfile]:
    """The sensor profile version that each component asks for. Raises Unprocessable with every fault."""
    faults = rules.faults_of(content)
    found: list[SensorProfile] = []
    for index, part in enumerate(content.components):
        wanted = VersionRange.parse(part.sensor_profile.version)
        exactly = VersionRange(wanted.least, takes_newer=False)
        profile = await sensor_profiles.find(tx, part.sensor_profile.name, exactly)
        if profile is None:
            faults.append(
                Fault(
                    f"$.components[{index}].sensorProfile",
                    "UNKNOWN_PROFILE",
                    f"no sensor profile {part.sensor_profile.name} {wanted.least}",
                )
            )
        else:
            found.append(profile)
    if faults:
        raise Unprocessable("the profile contradicts itself", code="PROFILE_INVALID", errors=faults)
    return found


async def find(tx: AsyncSession, name: str, version: Version) -> DeviceProfile | None:
    exactly = VersionRange(version, takes_newer=False)
    return await newest_in(tx, DeviceProfile, name, exactly)


async def compare(
    tx: AsyncSession, profile_id: UUID, content: DeviceProfileContent
) -> DeviceProfileCompatibility:
    """What a new version with this content would change. Raises Unprocessable for a content that can't be."""
    row = await resource.get(SessionReader(tx), DeviceProfile, profile_id)
    await _check(tx, content)
    changes = rules.compare(await content_of(tx, row), content)
    return DeviceProfileCompatibility(
        is_compatible=not breaking_faults(changes),
        least_version=str(least_version(number(row), changes)),
        changes=changes,
    )


async def remove(tx: AsyncSession, profile_id: UUID, if_match: str | None) -> None:
    """Delete a version. Raises Conflict while a device has it."""
    reader = SessionReader(tx)
    row = await resource.get(reader, DeviceProfile, profile_id)
    usage.check_match(if_match, (await read(reader, row)).etag())
    check_unused(row, await users_of(tx, [profile_id]))
    await forget(tx, [profile_id])


async def forget(tx: AsyncSession, profile_ids: Sequence[UUID]) -> None:
    """Delete versions that nothing uses. Devices that were deleted keep their rows, not their profile."""
    await tx.execute(
        update(Device)
        .where(Device.device_profile_id.in_(profile_ids), Device.deleted_at.is_not(None))
        .values(device_profile_id=None)
    )
    await usage.delete_rows(tx, DeviceProfile, profile_ids)


async def users_of(tx: AsyncSession, profile_ids: Sequence[UUID]) -> str | None:
    """What uses them, in words."""
    devices = await resource.count(
        SessionReader(tx),
        select(Device.id).where(
            Device.device_profile_id.in_(profile_ids), Device.deleted_at.is_(None)
        ),
    )
    configurations = await usage.configurations_for(
        tx, ConfigArtefact.device_profile_id, profile_ids
    )
    return usage.in_words(
        [*usage.counted(devices, "device"), *usage.counted(configurations, "configuration")]
    )


async def content_of(tx: AsyncSession, row: DeviceProfile) -> DeviceProfileContent:
    shape = await read(SessionReader(tx), row)
    return DeviceProfileContent(
        components=[
            ComponentOfProfile(part.key, part.sensor_profile, part.name)
            for part in shape.components
        ],
        commands=shape.commands,
        fields=shape.fields,
    )


async def read(reader: Reader, row: DeviceProfile) -> DeviceProfileRead:
    return (await read_all(reader, [row]))[0]


async def read_all(reader: Reader, rows: Sequence[DeviceProfile]) -> list[DeviceProfileRead]:
    part, profile = DeviceProfileComponent, SensorProfile
    found = await reader.records(
        select(
            part.device_profile_id, part.key, part.name, part.takes_newer, profile.id, profile.name, profile.major,
            profile.minor,
        )
        .join(profile, profile.id == part.sensor_profile_id)
        .where(part.device_profile_id.in_([row.id for row in rows]))
        .order_by(part.position),
    )  # fmt: skip
    components: dict[UUID, list[ComponentOfProfileRead]] = {row.id: [] for row in rows}
    for id_, key, name, takes_newer, needed, needed_name, major, minor in found:
        wanted = SensorProfileRange(
            needed_name, str(VersionRange(Version(major, minor), takes_newer))
        )
        components[id_].append(ComponentOfProfileRead(key, name, wanted, needed))
    return [_shape(row, components[row.id]) for row in rows]


def _shape(row: DeviceProfile, components: list[ComponentOfProfileRead]) -> DeviceProfileRead:
    return DeviceProfileRead(
        id=row.id,
        name=row.name,
        version=str(number(row)),
        description=row.description,
        changes=row.changes,
        components=components,
        commands=msgspec.convert(row.commands, list[CommandOfProfile]),
        fields=field_rules.from_stored(row.fields),
        pack=row.pack_name,
        created_by=row.created_by,
        created_at=row.created_at,
    )
