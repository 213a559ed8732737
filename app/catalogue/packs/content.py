"""The profiles that a pack brings, what uses them, and taking them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.device_profiles import rules
from app.catalogue.device_profiles import service as device_profiles
from app.catalogue.device_profiles.schemas import DeviceProfileCreate
from app.catalogue.fields import stored
from app.catalogue.packs.classes import bring_classes
from app.catalogue.packs.format import PackDocument
from app.catalogue.packs.job_definitions import bring_definitions
from app.catalogue.sensor_profiles import service as sensor_profiles
from app.catalogue.sensor_profiles.schemas import SensorProfileCreate
from app.catalogue.versions import Version, VersionRange
from app.core.actor import Actor
from app.core.errors import Conflict, Fault
from db.models import DeviceProfile, SensorProfile


async def bring(tx: AsyncSession, actor: Actor, pack: PackDocument) -> None:
    """Add what is not there yet; what is there with the same content stays whose it is.

    Raises Conflict, naming each that is there and says something else, and what adding a version raises.
    """
    differing: list[Fault] = []
    for index, profile in _in_order(pack.sensor_profiles):
        there = await sensor_profiles.find(tx, profile.name, _exactly(profile.version))
        if there is None:
            await sensor_profiles.create(tx, actor, profile, pack=pack.name)
        elif there.fields != stored(profile.fields):
            differing.append(_differs("sensorProfiles", index, profile.name, profile.version))
    for index, kind in _in_order(pack.device_profiles):
        row = await device_profiles.find(tx, kind.name, Version.parse(kind.version))
        if row is None:
            await device_profiles.create(tx, actor, kind, pack=pack.name)
        elif rules.compare(await device_profiles.content_of(tx, row), kind):
            differing.append(_differs("deviceProfiles", index, kind.name, kind.version))
    differing += await bring_classes(tx, actor, pack)
    differing += await bring_definitions(tx, actor, pack)
    if differing:
        raise Conflict(
            "parts of the pack are there already, and say something else",
            code="PACK_CONFLICT",
            errors=differing,
        )


def _in_order(
    profiles: Sequence[SensorProfileCreate] | Sequence[DeviceProfileCreate],
) -> list[tuple[int, Any]]:
    """The older versions first, each with its place in the document."""
    return sorted(
        enumerate(profiles), key=lambda item: (item[1].name, Version.parse(item[1].version))
    )


def _exactly(version: str) -> VersionRange:
    return VersionRange(Version.parse(version), takes_newer=False)


def _differs(kind: str, index: int, name: str, version: str) -> Fault:
    return Fault(f"$.{kind}[{index}]", "DIFFERS", f"{name} {version} is there with another content")


async def profiles_of(
    tx: AsyncSession, model: type[SensorProfile] | type[DeviceProfile], pack: str
) -> list[UUID]:
    return list((await tx.scalars(select(model.id).where(model.pack_name == pack))).all())


async def users_of_profiles(tx: AsyncSession, pack: str) -> str | None:
    """What uses a profile that the pack brought, in words."""
    by_sensor = await sensor_profiles.users_of(
        tx, await profiles_of(tx, SensorProfile, pack), besides_pack=pack
    )
    by_device = await device_profiles.users_of(tx, await profiles_of(tx, DeviceProfile, pack))
    return usage.in_words([users for users in (by_sensor, by_device) if users])


async def remove_profiles(tx: AsyncSession, pack: str) -> None:
    """Delete all that the pack brought; nothing uses it."""
    await device_profiles.forget(tx, await profiles_of(tx, DeviceProfile, pack))
    await sensor_profiles.forget(tx, await profiles_of(tx, SensorProfile, pack))
