"""/devices/{id}/health: what a device says of itself."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, Limit, parameter
from app.core.wire import Instant, instant
from app.fleet.health import service
from app.fleet.health.schemas import ChartInterval, DeviceHealth
from app.fleet.ids import DeviceId

_FROM = "Also those since this time, included. RFC 3339 with an offset or Z."
_TO = "Also those before this time. RFC 3339 with an offset or Z."

_INTERVAL = "As a chart: how long each bucket is."


class HealthController(Controller):
    tags = ("Devices",)

    @get(
        "/devices/{device_id:uuid}/health",
        **operation(
            "getDeviceHealth",
            may="devices:read",
            problems=("UNPROCESSABLE", "TOO_MANY_BUCKETS"),
        ),
    )
    async def get_health(
        self,
        reader: deps.Reader,
        device_id: DeviceId,
        start: Annotated[
            Instant | None, parameter(_FROM, "2026-11-23T00:00:00Z", query="from")
        ] = None,
        end: Annotated[Instant | None, parameter(_TO, "2026-11-24T00:00:00Z", query="to")] = None,
        interval: Annotated[ChartInterval | None, parameter(_INTERVAL, "PT1H")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> DeviceHealth:
        """What a device last said of itself. With `from` or `to` also what it said in that range,
        newest first; with `interval`, `from` and `to` that range as a chart: buckets of at most
        2,000, with the least, the mean and the most of each figure."""
        start = None if start is None else instant(start, "from")
        end = None if end is None else instant(end, "to")
        if start is None and end is None and interval is None:
            return await service.newest(reader, device_id)
        if start is not None and end is not None and start >= end:
            raise Malformed("from must be before to")
        if interval is not None:
            if start is None or end is None:
                raise Malformed("a chart needs from and to")
            return await service.chart(reader, device_id, start, end, interval)
        return await service.history(reader, device_id, start, end, limit=limit, cursor=cursor)
