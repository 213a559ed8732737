"""What the stream is asked with."""

from __future__ import annotations

from typing import Annotated, Any

from app.core.http.parameters import parameter, repeated
from app.fleet.ids import DEVICE, DEVICE_GROUP, SENSOR, SITE
from app.telemetry.live.selection import IDS_MAX

_POSITION = "1795430400123-0"
_POSITION_MAX_CHARACTERS = 100


def _ids(text: str, example: str, query: str) -> Any:
    uuids = {"type": "string", "format": "uuid"}
    return repeated(text, [example], query=query, items=uuids, at_most=IDS_MAX)


SensorIds = Annotated[list[str] | None, _ids("These sensors", SENSOR, "sensorIds")]
DeviceIds = Annotated[
    list[str] | None, _ids("All sensors of these devices, those to come too", DEVICE, "deviceId")
]
SiteIds = Annotated[
    list[str] | None, _ids("All devices at these sites, as they come and go", SITE, "siteId")
]
GroupIds = Annotated[
    list[str] | None,
    _ids("All devices in these groups, as they come and go", DEVICE_GROUP, "groupId"),
]
Everything = Annotated[bool, parameter("Every sensor of the organization.", False, query="all")]
LastEventId = Annotated[
    str | None,
    parameter(
        "As Last-Event-ID, which wins.",
        _POSITION,
        query="lastEventId",
        max_length=_POSITION_MAX_CHARACTERS,
    ),
]
LastEventIdHeader = Annotated[
    str | None,
    parameter(
        "The id of the last event that was received: what followed it comes first.",
        _POSITION,
        header="Last-Event-ID",
        max_length=_POSITION_MAX_CHARACTERS,
    ),
]
