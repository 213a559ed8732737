"""What a live client asks for: sensors, devices, or everything that the organization has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.core.errors import Malformed, NotFound
from app.core.wire import listed
from db import live as store
from db.types import Connection

IDS_MAX = 10_000


@dataclass(frozen=True)
class Selection:
    """Equal where the same readings are meant, so that what is sent is made once for all who ask the same."""

    sensor_ids: frozenset[UUID] = frozenset()
    device_ids: frozenset[UUID] = frozenset()
    is_everything: bool = False
    missing: tuple[UUID, ...] = field(default=(), compare=False)

    def members(self, devices: Mapping[bytes, bytes | None]) -> set[bytes]:
        """The sensors named, and those of its devices among the sensors whose device is known."""
        wanted = {device_id.bytes for device_id in self.device_ids}
        ours = {sensor for sensor, device in devices.items() if device in wanted}
        return ours | {sensor_id.bytes for sensor_id in self.sensor_ids}


def asked(sensor_ids: list[str] | None, device_ids: list[str] | None, everything: bool) -> Selection:
    """What the parameters say. Raises Malformed."""
    selection = Selection(_ids(sensor_ids, "sensorIds"), _ids(device_ids, "deviceId"), everything)
    is_named = bool(selection.sensor_ids or selection.device_ids)
    if everything and is_named:
        raise Malformed("all is everything: leave sensorIds and deviceId out")
    if not everything and not is_named:
        raise Malformed("say which: sensorIds or deviceId, or all=true for everything")
    return selection


async def found(tx: Connection, selection: Selection) -> Selection:
    """The selection as this tenant has it; what isn't there is named as missing. Raises NotFound if nothing is."""
    if selection.is_everything:
        return selection
    there = await store.existing(tx, selection.sensor_ids, selection.device_ids)
    if not there:
        raise NotFound("none of these sensors and devices is there")
    missing = (selection.sensor_ids | selection.device_ids) - there
    return Selection(
        selection.sensor_ids & there, selection.device_ids & there, missing=tuple(sorted(missing))
    )


async def sensors(tx: Connection, selection: Selection) -> list[UUID]:
    """All its sensors, at this moment."""
    if selection.is_everything:
        return await store.all_sensors(tx)
    return await store.sensors_of(tx, selection.sensor_ids, selection.device_ids)


def _ids(values: list[str] | None, name: str) -> frozenset[UUID]:
    try:
        ids = frozenset(UUID(text) for text in listed(values))
    except ValueError:
        raise Malformed(f"{name} must be UUIDs") from None
    if len(ids) > IDS_MAX:
        raise Malformed(f"{name} may name {IDS_MAX} at once")
    return ids
