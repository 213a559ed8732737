"""/readings/stream: readings as they are committed, over Server-Sent Events or a WebSocket at the same address."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from litestar import Controller, Request, WebSocket, get, websocket
from litestar.di import NamedDependency, Provide

from app.accounts.auth.authentication import identify
from app.core.actor import Actor
from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.dependencies import platform_of
from app.core.http.event_stream import EventStream
from app.core.http.exceptions import to_problem
from app.core.http.operation import Answers, ApiOperation, operation
from app.core.live_events import LiveEvent
from app.permissions import Permission
from app.telemetry.live import service
from app.telemetry.live.hub import Hub
from app.telemetry.live.listener import PERMISSION, Listener
from app.telemetry.live.parameters import (
    DeviceIds,
    Everything,
    GroupIds,
    LastEventId,
    LastEventIdHeader,
    SensorIds,
    SiteIds,
)
from app.telemetry.live.schemas import EVENTS
from app.telemetry.live.selection import selection
from app.telemetry.live.transport import BEARER, SUBPROTOCOL, serve_websocket


def hub_of(connection: Request[Any, Any, Any] | WebSocket[Any, Any, Any]) -> Hub:
    hub = connection.app.state["live"]
    assert isinstance(hub, Hub)  # noqa: S101 - set before the first request
    return hub


async def _hub(request: Request[Actor, Any, Any]) -> Hub:
    return hub_of(request)


class LiveController(Controller):
    path = "/readings/stream"
    tags = ("Readings",)
    dependencies = {"hub": Provide(_hub)}

    @get(
        **operation(
            "streamReadings",
            may=PERMISSION,
            problems=("NOT_FOUND", "TOO_MANY_STREAMS"),
            answers=Answers(events=EVENTS),
        )
    )
    async def stream_readings(
        self,
        request: Request[Actor, Any, Any],
        hub: NamedDependency[Hub],
        actor: deps.Actor,
        sensor_ids: SensorIds = None,
        device_ids: DeviceIds = None,
        site_ids: SiteIds = None,
        group_ids: GroupIds = None,
        everything: Everything = False,
        last_event_id: LastEventId = None,
        last_event_id_header: LastEventIdHeader = None,
    ) -> EventStream:
        """Readings as they are committed: first the newest of each sensor, then every one.

        One stream carries a whole dashboard; selections add up. When a site or a group gets other devices, a
        `selection` and a snapshot say so. A stream of [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) that doesn't end by itself; the same
        address takes a WebSocket, whose messages are `{"event", "id", "data"}`.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process, and get exactly the
        readings that were missed, if the stream was away for less than two minutes. Where that can't be kept there
        is a `reset` with the newest readings, never silence. A heartbeat comment comes when nothing else does.

        **Readings** of one `readings` event are in the order of their commits. One that is older than another of
        its sensor arrived late. (`sensorId`, `timestamp`) names a reading: one that was committed around the moment
        of a snapshot may be in both.

        **Slow clients** are told the newest value of each sensor instead of every one (`conflated`) until they have
        caught up.

        **Browsers.** `EventSource` can't send a token; read the stream with `fetch` and an Authorization header, or
        open a WebSocket with the subprotocols `holdfast` and `bearer.` + token. Tokens are never taken from the
        address. The stream ends within seconds when the token expires or the key is revoked; a WebSocket that is
        refused closes with 4000 + status."""
        target = selection(sensor_ids, device_ids, site_ids, group_ids, everything)
        listener = await service.open_stream(hub, actor, request.headers["authorization"], target)
        events = service.events(hub, listener, last_event_id_header or last_event_id)
        return EventStream(listener, events, hub.limits.stall_seconds)

    # Public to the guard alone: it asks for the token itself, since a refusal has to be told after accepting.
    @websocket(opt=ApiOperation(may="anyone").opt)
    async def stream_over_websocket(self, socket: WebSocket[Any, Any, Any]) -> None:
        await over_websocket(socket, _opened)


Opened = tuple[Listener, AsyncGenerator[LiveEvent, None]]


async def over_websocket(
    socket: WebSocket[Any, Any, Any],
    open_: Callable[[WebSocket[Any, Any, Any], Hub], Awaitable[Opened]],
) -> None:
    """Serve the stream that is opened; what `open_` raises is told when it is refused."""
    hub = hub_of(socket)

    async def opened() -> Opened:
        try:
            return await open_(socket, hub)
        except Exception as error:
            raise to_problem(error) from error

    protocols = socket.scope["subprotocols"]
    await serve_websocket(
        socket.receive,
        socket.send,
        opened,
        SUBPROTOCOL if SUBPROTOCOL in protocols else None,
        hub.limits.stall_seconds,
    )


async def identified(socket: WebSocket[Any, Any, Any], permission: Permission) -> tuple[Actor, str]:
    """Who opens it, and by which credential. Raises what a request over HTTP would."""
    credential = _credential(socket)
    await identify(platform_of(socket.app), socket.scope, credential.encode("latin-1", "replace"))
    actor: Actor = socket.user
    actor.require(permission)
    return actor, credential


async def _opened(socket: WebSocket[Any, Any, Any], hub: Hub) -> Opened:
    actor, credential = await identified(socket, PERMISSION)
    query = socket.query_params
    everything = query.get("all", "false")
    if everything not in ("true", "false"):
        raise Malformed("all must be true or false")
    names = ("sensorIds", "deviceId", "siteId", "groupId")
    sensor_ids, device_ids, site_ids, group_ids = (query.getall(name, []) for name in names)
    target = selection(sensor_ids, device_ids, site_ids, group_ids, everything == "true")
    listener = await service.open_stream(hub, actor, credential, target)
    return listener, service.events(hub, listener, query.get("lastEventId"))


def _credential(socket: WebSocket[Any, Any, Any]) -> str:
    for protocol in socket.scope["subprotocols"]:
        if protocol.startswith(BEARER):
            return f"Bearer {protocol.removeprefix(BEARER)}"
    return socket.headers.get("authorization", "")
