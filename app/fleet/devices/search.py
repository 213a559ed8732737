"""Which devices are meant: every condition that a list, a group or an export can be asked for with.

Each is answered by an index that row-level security lets PostgreSQL use: equality and ranges, never
`@>` or LIKE.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, func, literal, select

from app.core import resource
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.search import FEW, IndexedCondition, Search, any_of, word_conditions
from db.connections.readers import Reader
from db.models import Customer, Device, DeviceGroup, DeviceProfile, DeviceTag, DeviceWord, Site

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DeviceFilter:
    """Every condition given must hold; `tags` asks for a device that has all of them."""

    statuses: Sequence[DeviceStatus] = ()
    site_id: UUID | None = None
    customer_id: UUID | None = None
    group_id: UUID | None = None
    tags: Sequence[str] = ()
    connected: bool | None = None
    firmware_version: str | None = None
    device_profile: str | None = None  # a name, or name:version
    last_seen_before: datetime | None = None
    certificate_expires_before: datetime | None = None
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
    if wanted.customer_id is not None:
        await resource.get(reader, Customer, wanted.customer_id)
        yield Device.customer_id == wanted.customer_id
    if wanted.connected is not None:
        yield Device.is_connected == wanted.connected
    if wanted.firmware_version is not None:
        yield Device.firmware_version == wanted.firmware_version
    if wanted.device_profile is not None:
        yield any_of(Device.device_profile_id, await _profiles(reader, wanted.device_profile))
    if wanted.last_seen_before is not None:
        yield and_(Device.seen_or_never > _NEVER, Device.seen_or_never < wanted.last_seen_before)
    if wanted.certificate_expires_before is not None:
        yield Device.certificate_expires_at < wanted.certificate_expires_before


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
    if tags:
        yield await _all_tagged(reader, list(dict.fromkeys(tags)))
    words = word_conditions(
        Device.id, DeviceWord.device_id, DeviceWord.word, [Device.name], wanted.text
    )
    for condition in words:
        yield condition


async def _all_tagged(reader: Reader, tags: list[str]) -> IndexedCondition:
    """That a device has every one of the tags: one condition however many there are, and so one
    statement. The rarest of them is looked up, the others are asked of the device's own row."""
    have_all = Device.tags.contains(tags)
    if len(tags) == 1:
        return _tagged(DeviceTag.tag == tags[0], have_all)
    of_all = any_of(DeviceTag.tag, tags)
    return IndexedCondition(
        Device.id,
        DeviceTag.device_id,
        (DeviceTag.tag == await reader.value(_rarest(tags)),),
        on_row=have_all,
        besides=have_all,
        exactly=select(DeviceTag.device_id)
        .where(of_all)
        .group_by(DeviceTag.device_id)
        .having(func.count() == len(tags)),
    )


def _rarest(tags: list[str]) -> Select[Any]:
    """The tag that the fewest devices have; of more than FEW, any."""
    asked = (
        func.unnest(literal(tags, ARRAY(Text))).table_valued("tag", name="asked").render_derived()
    )
    few = select(literal(1)).select_from(DeviceTag).where(DeviceTag.tag == asked.c.tag)
    counted = few.limit(FEW + 1).correlate(asked).subquery()
    count = select(func.count()).select_from(counted).correlate(asked).scalar_subquery()
    return select(asked.c.tag).order_by(count).limit(1)


def _tagged(condition: ColumnElement[bool], on_row: ColumnElement[bool]) -> IndexedCondition:
    return IndexedCondition(Device.id, DeviceTag.device_id, (condition,), on_row)


async def _profiles(reader: Reader, wanted: str) -> list[UUID]:
    """The versions of a device profile, or the one."""
    name, _, version = wanted.partition(":")
    ids = select(DeviceProfile.id).where(DeviceProfile.name == name)
    if version:
        ids = ids.where(func.concat(DeviceProfile.major, ".", DeviceProfile.minor) == version)
    return [record[0] for record in await reader.records(ids)]
