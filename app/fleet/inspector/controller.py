"""/devices/{id}/inspector: what a device sends and gets, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, get

from app.core.actor import Actor
from app.core.http import dependencies as deps
from app.core.http.accept import wanted
from app.core.http.event_stream import MEDIA_TYPE, EventStream
from app.core.http.operation import Answers, operation
from app.core.http.parameters import parameter
from app.fleet.ids import DeviceId
from app.fleet.inspector import service
from app.fleet.inspector.schemas import EVENTS, InspectorRead

_SECONDS = "For how long, of a stream."


class InspectorController(Controller):
    tags = ("Devices",)

    @get(
        "/devices/{device_id:uuid}/inspector",
        **operation(
            "inspectDevice",
            may="devices:read",
            problems=("TOO_MANY_STREAMS", "UNAVAILABLE"),
            answers=Answers(events=EVENTS, formats={"application/json": InspectorRead}),
        ),
    )
    async def inspect_device(
        self,
        request: Request[Actor, Any, Any],
        reader: deps.Reader,
        platform: deps.Platform,
        actor: deps.Actor,
        device_id: DeviceId,
        seconds: Annotated[int, parameter(_SECONDS, 60, ge=1, le=3600)] = 60,
    ) -> Response[Any]:
        """What a device sends and gets, and what became of it: each connection, subscription,
        publish, failed handshake, and request over HTTP with its readings; told after the commit.

        As JSON the last hour. Problems are known of every device, always: what was refused,
        quarantined, or ended its connection. Its other traffic is recorded from the moment that
        somebody looks, live or not, and for an hour after that; `trafficFrom` says since when. At
        most the newest 300 lines of traffic and 30 problems are kept, and the traffic of 8 devices
        of an organization.

        With `Accept: text/event-stream` live, for `seconds`. Who reads too slowly is told what it
        missed (`missed`), and given up when it doesn't read at all.

        A failed TLS handshake doesn't say whose it was. Those from the address where the device
        last came from are told here, and their line says so."""
        inspection = await service.begin(reader, actor, device_id)
        accept = request.headers.get("accept", "")
        if wanted(accept, ("application/json", MEDIA_TYPE)) == MEDIA_TYPE:
            positions = await service.open_stream(platform, inspection)
            events = service.events(
                platform,
                inspection,
                positions,
                credential=request.headers["authorization"],
                seconds=seconds,
            )
            return EventStream(inspection, events, platform.settings.live.stall_seconds)
        return Response(await service.last_hour(platform.inspector_log, reader, inspection))
