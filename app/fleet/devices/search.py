"""Which devices are meant: every condition that a list, a group or an export can be asked for with.

Each is answered by an index that row-level security lets PostgreSQL use: equality and ranges, never
`@>` or LIKE.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from app.core import resource
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.search import IndexedCondition, Search, any_of, word_conditions
from db.connections.readers import Reader
from db.models import Device, DeviceGroup, DeviceProfile, DeviceTag, DeviceWord, Site

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DeviceFilter:
    """Every condition given must hold; `tags` asks for a device that has all of them."""

    statuses: Sequence[DeviceStatus] = ()
    site_id: UUID | None = None
    group_id: UUID | None = None
    tags: Sequence[str] = ()
    connected: bool | None = None
    firmware_version: str | None = None
    device_profile: str | None = None  # a name, or name:version
    last_seen_before: datetime | None = None
    text: str | None = None


async def devices_wanted(reader: Reader, wanted: DeviceFilter) -> Search[Device]:
    """The devices that match. Raises NotFound for a site or a group that isn't there."""
    own = [condition async for condition in _conditions(reader, wanted)]
    return Search(Device, own, [condition async for condition in _indexed(reader, wanted)])


async def _conditions(reader: Reader, wanted: DeviceFilter) -> AsyncIterator[ColumnElement[bool]]:
    """On the device's own columns: a further one is a line here."""
    if wanted.statuses:
        yield any_of(Device.status, wanted.statuses)
    if wanted.site_id is not None:
        await resource.get(reader, Site, wanted.site_id)
        yield Device.site_id == wanted.site_id
    if wanted.connected is not None:
        yield Device.is_connected == wanted.connected
    if wanted.firmware_version is not None:
        yield Device.firmware_version == wanted.firmware_version
    if wanted.device_profile is not None:
        yield any_of(Device.device_profile_id, await _profiles(reader, wanted.device_profile))
    if wanted.last_seen_before is not None:
        yield and_(Device.seen_or_never > _NEVER, Device.seen_or_never < wanted.last_seen_before)


# Who is in a group is said here for one group in a list, and for any number of them in
# db/queries/target_sql.py; a test holds the two together.
async def _indexed(reader: Reader, wanted: DeviceFilter) -> AsyncIterator[IndexedCondition]:
    tags = [*wanted.tags]
    if wanted.group_id is not None:
        group = await resource.get(reader, DeviceGroup, wanted.group_id)
        if group.match == "ANY":
            yield _tagged(any_of(DeviceTag.tag, group.tags), Device.tags.overlap(group.tags))
        else:
            tags += group.tags
    for tag in dict.fromkeys(tags):
        yield _tagged(DeviceTag.tag == tag, Device.tags.contains([tag]))
    words = word_conditions(
        Device.id, DeviceWord.device_id, DeviceWord.word, [Device.name], wanted.text
    )
    for condition in words:
        yield condition


def _tagged(condition: ColumnElement[bool], on_row: ColumnElement[bool]) -> IndexedCondition:
    return IndexedCondition(Device.id, DeviceTag.device_id, (condition,), on_row)


async def _profiles(reader: Reader, wanted: str) -> list[UUID]:
    """The versions of a device profile, or the one."""
    name, _, version = wanted.partition(":")
    ids = select(DeviceProfile.id).where(DeviceProfile.name == name)
    if version:
        ids = ids.where(func.concat(DeviceProfile.major, ".", DeviceProfile.minor) == version)
    return [record[0] for record in await reader.records(ids)]
