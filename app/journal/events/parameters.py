"""What the journal is asked with: the same for a list and for a stream."""

from __future__ import annotations

from typing import Annotated

from app.core.http.parameters import parameter, repeated
from app.core.wire import one_of, split_list
from app.fleet.ids import (
    COMPONENT,
    DEVICE,
    SENSOR,
    SITE,
    ComponentId,
    DeviceId,
    SensorId,
    SiteId,
)
from app.journal.events.schemas import ACTOR_EXAMPLE, TYPE_EXAMPLE, EventSeverity
from app.journal.events.service import EventFilter

POSITION_MAX_CHARACTERS = 200
_POSITION = "WyJmb2xsb3ciLDE3OTU0MzA0MDAxMjMsbnVsbF0"

Types = Annotated[
    list[str] | None,
    repeated("Of these types", [TYPE_EXAMPLE], query="type", items={"type": "string"}),
]
Severities = Annotated[
    list[str] | None,
    repeated(
        "Of these severities",
        ["CRITICAL"],
        query="severity",
        items={"type": "string", "enum": list(EventSeverity)},
    ),
]
AtSite = Annotated[SiteId | None, parameter("At this site.", SITE, query="siteId")]
OfDevice = Annotated[DeviceId | None, parameter("Of this device.", DEVICE, query="deviceId")]
OfComponent = Annotated[
    ComponentId | None, parameter("Of this component.", COMPONENT, query="componentId")
]
OfSensor = Annotated[SensorId | None, parameter("Of this sensor.", SENSOR, query="sensorId")]
ByActor = Annotated[
    str | None, parameter("Done by this one.", ACTOR_EXAMPLE, query="actor", max_length=100)
]
LastEventId = Annotated[
    str | None,
    parameter(
        "As Last-Event-ID, which wins.",
        _POSITION,
        query="lastEventId",
        max_length=POSITION_MAX_CHARACTERS,
    ),
]
LastEventIdHeader = Annotated[
    str | None,
    parameter(
        "The id of the last event that was received, or a cursor of `follow`: what followed it "
        "comes first.",
        _POSITION,
        header="Last-Event-ID",
        max_length=POSITION_MAX_CHARACTERS,
    ),
]


async def wanted(
    types: Types = None,
    severities: Severities = None,
    site_id: AtSite = None,
    device_id: OfDevice = None,
    component_id: OfComponent = None,
    sensor_id: OfSensor = None,
    actor_is: ByActor = None,
) -> EventFilter:
    """What a list and a stream may both ask for. Raises Malformed for no severity."""
    return EventFilter(
        types=tuple(split_list(types)),
        severities=tuple(one_of(EventSeverity, split_list(severities), "severity")),
        site_id=site_id,
        device_id=device_id,
        component_id=component_id,
        sensor_id=sensor_id,
        actor=actor_is,
    )
