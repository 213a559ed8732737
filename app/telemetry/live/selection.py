"""What a live client asks for, from its parameters."""

from __future__ import annotations

from uuid import UUID

from app.core.errors import Malformed
from app.core.wire import split_list
from db.queries.targets import Target

IDS_MAX = 10_000


def selection(
    sensor_ids: list[str] | None,
    device_ids: list[str] | None,
    site_ids: list[str] | None,
    group_ids: list[str] | None,
    everything: bool,
) -> Target:
    """Sensors, devices, sites and groups, or everything. Raises Malformed."""
    target = Target(
        is_everything=everything,
        sensor_ids=_ids(sensor_ids, "sensorIds"),
        device_ids=_ids(device_ids, "deviceId"),
        site_ids=_ids(site_ids, "siteId"),
        group_ids=_ids(group_ids, "groupId"),
    )
    if everything and target.ids:
        raise Malformed("all is everything: leave the other selections out")
    if target.is_empty:
        raise Malformed(
            "say which: sensorIds, deviceId, siteId or groupId, or all=true for everything"
        )
    return target


def _ids(values: list[str] | None, name: str) -> frozenset[UUID]:
    try:
        ids = frozenset(UUID(text) for text in split_list(values))
    except ValueError:
        raise Malformed(f"{name} must be UUIDs") from None
    if len(ids) > IDS_MAX:
        raise Malformed(f"{name} may name {IDS_MAX} at once")
    return ids
