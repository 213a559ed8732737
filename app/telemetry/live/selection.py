"""What a live client asks for: sensors, devices, sites, groups, or everything that the organization has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Malformed
from app.core.wire import split_list
from db.connections.types import Connection
from db.queries import targets as store

IDS_MAX = 10_000


@dataclass(frozen=True)
class Selection:
    """As it was asked for. Equal where the same is meant, so that what is sent is made once for all who ask it."""

    sensor_ids: frozenset[UUID] = frozenset()
    device_ids: frozenset[UUID] = frozenset()
    site_ids: frozenset[UUID] = frozenset()
    group_ids: frozenset[UUID] = frozenset()
    is_everything: bool = False

    @property
    def ids(self) -> frozenset[UUID]:
        return self.sensor_ids | self.device_ids | self.site_ids | self.group_ids

    @property
    def needs_devices(self) -> bool:
        """Whether it depends on which device a sensor belongs to."""
        return bool(self.device_ids or self.site_ids or self.group_ids)


@dataclass(frozen=True)
class Found:
    """What a selection comes to at one moment."""

    sensors: frozenset[bytes]  # those named
    devices: frozenset[bytes]
    missing: tuple[UUID, ...]

    def members(self, device_of: Mapping[bytes, bytes | None]) -> set[bytes]:
        """The sensors named, and those of its devices among the sensors whose device is known."""
        return {
            sensor for sensor, device in device_of.items() if device in self.devices
        } | self.sensors


def asked(
    sensor_ids: list[str] | None,
    device_ids: list[str] | None,
    site_ids: list[str] | None,
    group_ids: list[str] | None,
    everything: bool,
) -> Selection:
    """What the parameters say. Raises Malformed."""
    selection = Selection(
        _ids(sensor_ids, "sensorIds"),
        _ids(device_ids, "deviceId"),
        _ids(site_ids, "siteId"),
        _ids(group_ids, "groupId"),
        everything,
    )
    if everything and selection.ids:
        raise Malformed("all is everything: leave the other selections out")
    if not everything and not selection.ids:
        raise Malformed(
            "say which: sensorIds, deviceId, siteId or groupId, or all=true for everything"
        )
    return selection


async def find(tx: Connection, selection: Selection) -> Found:
    """What this tenant has of it. An id that is another's is missing like one that never was."""
    if selection.is_everything:
        return Found(frozenset(), frozenset(), ())
    there = await store.existing(
        tx, selection.sensor_ids, selection.device_ids, selection.site_ids, selection.group_ids
    )
    devices = await store.devices(tx, selection.device_ids, selection.site_ids, selection.group_ids)
    return Found(
        frozenset(sensor_id.bytes for sensor_id in selection.sensor_ids & there),
        frozenset(device_id.bytes for device_id in devices),
        tuple(sorted(selection.ids - there)),
    )


async def sensors(tx: Connection, selection: Selection, found: Found) -> list[UUID]:
    """All its sensors, at this moment."""
    if selection.is_everything:
        return await store.all_sensors(tx)
    return await store.sensors_of(
        tx,
        [UUID(bytes=sensor) for sensor in found.sensors],
        [UUID(bytes=device) for device in found.devices],
    )


def _ids(values: list[str] | None, name: str) -> frozenset[UUID]:
    try:
        ids = frozenset(UUID(text) for text in split_list(values))
    except ValueError:
        raise Malformed(f"{name} must be UUIDs") from None
    if len(ids) > IDS_MAX:
        raise Malformed(f"{name} may name {IDS_MAX} at once")
    return ids
