"""Which devices are meant: every condition that a list, a group or an export can be asked for with.

Each is answered by an index that row-level security lets PostgreSQL use: equality and ranges, never `@>` or LIKE.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select

from app.core import resource
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.words import begins
from db.models import Device, DeviceGroup, DeviceTag, DeviceWord, Site
from db.snapshots import Snapshot

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
    last_seen_before: datetime | None = None
    text: str | None = None


async def devices_wanted(snapshot: Snapshot, wanted: DeviceFilter) -> Select[Device]:
    """The devices that match. Raises NotFound for a site or a group that isn't there."""
    conditions = [*_conditions(wanted)]
    if wanted.site_id is not None:
        await resource.get(snapshot, Site, wanted.site_id)
        conditions.append(Device.site_id == wanted.site_id)
    if wanted.group_id is not None:
        conditions.append(_is_in(await resource.get(snapshot, DeviceGroup, wanted.group_id)))
    return select(Device).where(Device.deleted_at.is_(None), *conditions)


def _conditions(wanted: DeviceFilter) -> Iterator[ColumnElement[bool]]:
    """Those that need no look at anything else: a further one is a line here."""
    if wanted.statuses:
        yield Device.status.in_(wanted.statuses)
    if wanted.connected is not None:
        yield Device.is_connected == wanted.connected
    if wanted.firmware_version is not None:
        yield Device.firmware_version == wanted.firmware_version
    if wanted.last_seen_before is not None:
        yield and_(Device.seen_or_never > _NEVER, Device.seen_or_never < wanted.last_seen_before)
    if wanted.text:
        yield from begins(wanted.text, DeviceWord.word, DeviceWord.device_id, Device.id)
    for tag in wanted.tags:
        yield _has_tag(DeviceTag.tag == tag)


def _is_in(group: DeviceGroup) -> ColumnElement[bool]:
    if group.match == "ANY":
        return _has_tag(DeviceTag.tag.in_(group.tags))
    return and_(*(_has_tag(DeviceTag.tag == tag) for tag in group.tags))


def _has_tag(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(DeviceTag.device_id == Device.id, which)
