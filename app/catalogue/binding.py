"""Devices and their components bound to versions of profiles: what the fleet asks of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.device_profiles import service as device_profiles
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.catalogue.sensor_profiles import service as sensor_profiles
from app.catalogue.versions import Version, VersionRange
from app.core.errors import Unprocessable
from db.connections.sessions import SessionReader
from db.models import DeviceProfile, SensorProfile


@dataclass(frozen=True)
class BoundComponent:
    """A component of a new device, and what it is bound to."""

    key: str
    name: str
    sensor_profile_id: UUID | None


async def device_profile(tx: AsyncSession, wanted: DeviceProfileReference) -> DeviceProfile:
    """Raises Unprocessable where there is no such version."""
    row = await device_profiles.find(tx, wanted.name, Version.parse(wanted.version))
    if row is None:
        raise Unprocessable(
            f"no device profile {wanted.name} {wanted.version}", code="UNKNOWN_PROFILE"
        )
    return row


async def components_of(tx: AsyncSession, profile: DeviceProfile) -> list[BoundComponent]:
    """The components of a new device, each bound to the newest version that its range takes."""
    bound = []
    for part in (await device_profiles.read(SessionReader(tx), profile)).components:
        wanted = VersionRange.parse(part.sensor_profile.version)
        newest = await sensor_profiles.get_version(tx, part.sensor_profile.name, wanted)
        bound.append(BoundComponent(part.key, part.name, newest.id))
    return bound


async def check_sensor_profile(tx: AsyncSession, profile_id: UUID) -> None:
    """Raises Unprocessable where there is no such version."""
    found = await tx.scalar(select(SensorProfile.id).where(SensorProfile.id == profile_id))
    if found is None:
        raise Unprocessable(f"no sensor profile {profile_id}", code="UNKNOWN_PROFILE")


async def fields_of_profile(
    tx: AsyncSession, *, sensor_profile_id: UUID | None, device_profile_id: UUID | None
) -> list[dict[str, Any]] | None:
    """The fields of the version that is named, None of none. Raises Unprocessable where there is
    no such version, or one of either kind is named."""
    if sensor_profile_id is not None and device_profile_id is not None:
        raise Unprocessable("name a sensor profile or a device profile, not both")
    reader = SessionReader(tx)
    row: SensorProfile | DeviceProfile | None
    if sensor_profile_id is not None:
        row = await reader.row(SensorProfile, sensor_profile_id)
    elif device_profile_id is not None:
        row = await reader.row(DeviceProfile, device_profile_id)
    else:
        return None
    if row is None:
        raise Unprocessable(
            f"no profile {sensor_profile_id or device_profile_id}", code="UNKNOWN_PROFILE"
        )
    return row.fields
