"""What versions of sensor profiles and of device profiles have in common.

The versions of one name are added one at a time, each the newest in its major; it keeps what the one
before it promised, or begins another major. None is ever changed, and none goes while it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.compatibility import Change, breaking_faults, least_version
from app.catalogue.versions import Version, VersionRange
from app.core.errors import Conflict, Unprocessable
from db.connections.sessions import SessionReader
from db.models import DeviceProfile, SensorProfile

Profile = TypeVar("Profile", SensorProfile, DeviceProfile)


def number(row: SensorProfile | DeviceProfile) -> Version:
    return Version(row.major, row.minor)


async def _versions(tx: AsyncSession, model: type[Profile], name: str) -> list[Profile]:
    """All versions of that name, the newest first."""
    return await SessionReader(tx).rows(
        select(model).where(model.name == name).order_by(model.major.desc(), model.minor.desc())
    )


async def newest_in(
    tx: AsyncSession, model: type[Profile], name: str, wanted: VersionRange
) -> Profile | None:
    """The newest version that the range takes; None where there is none."""
    return next((row for row in await _versions(tx, model, name) if number(row) in wanted), None)


async def predecessor(
    tx: AsyncSession, model: type[Profile], name: str, version: Version
) -> Profile | None:
    """The version whose promises a new one keeps: the one before it in its major, if there is one.

    Until the commit nobody else adds a version of that name. Raises Conflict for a version that is
    there, Unprocessable for one that would slip in below a newer one.
    """
    await usage.lock_name(tx, model, name)
    versions = await _versions(tx, model, name)
    if version in map(number, versions):
        raise Conflict(
            f"{name} {version} is there already, and a version never changes", code="ALREADY_EXISTS"
        )
    newest = next((row for row in versions if row.major == version.major), None)
    if newest is not None and number(newest) > version:
        raise Unprocessable(
            f"{name} {number(newest)} is there already: "
            f"call this {number(newest).next_minor} or later",
            code="VERSION_TOO_SMALL",
        )
    return newest


def check_promises(
    before: SensorProfile | DeviceProfile, version: Version, changes: Sequence[Change]
) -> None:
    """Raises Unprocessable with every breaking point where the version is too small for them."""
    if breaking := breaking_faults(changes):
        raise Unprocessable(
            f"{before.name} {version} breaks what {number(before)} promises: "
            f"call it {least_version(number(before), changes)} or later",
            code="VERSION_TOO_SMALL",
            errors=breaking,
        )


def check_unused(row: SensorProfile | DeviceProfile, users: str | None) -> None:
    """Raises Conflict, naming what uses it."""
    if users:
        raise Conflict(f"{row.name} {number(row)} is used by {users}", code="PROFILE_IN_USE")
