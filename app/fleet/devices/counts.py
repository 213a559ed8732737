"""How many devices there are of each state, everywhere and at each site, in one pass over them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, tuple_

from app.fleet.devices.schemas import DeviceCounts, DeviceStatus, SiteDevices
from app.fleet.devices.search import DeviceFilter, devices_wanted
from app.fleet.search import select_matching
from db.connections.readers import Reader
from db.models import Device

SITES_MAX = 2000
_ROWS_MAX = (SITES_MAX + 1) * len(DeviceStatus)


async def count(reader: Reader, wanted: DeviceFilter) -> DeviceCounts:
    """Raises NotFound for a site or a group that isn't there."""
    everywhere = func.grouping(Device.site_id)
    statement = (
        (await select_matching(reader, await devices_wanted(reader, wanted)))
        .with_only_columns(everywhere, Device.site_id, Device.status, func.count())
        .group_by(func.grouping_sets(tuple_(Device.status), tuple_(Device.site_id, Device.status)))
        .order_by(everywhere.desc(), Device.site_id)  # those of all sites before any can be cut off
        .limit(_ROWS_MAX)
    )
    statuses: dict[str, int] = {}
    sites: dict[UUID | None, dict[str, int]] = {}
    records = await reader.records(statement)
    for is_everywhere, site_id, status, devices in records:
        at = statuses if is_everywhere else sites.setdefault(site_id, {})
        at[status] = devices
    return DeviceCounts(
        total=sum(statuses.values()),
        statuses=statuses,
        sites=[SiteDevices(site_id, of_site) for site_id, of_site in sites.items()],
        truncated=len(records) == _ROWS_MAX,
    )
