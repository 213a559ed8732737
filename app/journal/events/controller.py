"""/events: one timeline of everything that happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from app.core.actor import Actor
from app.core.http import dependencies as deps
from app.core.http.event_streams import EventStream
from app.core.http.operation import Answers, operation
from app.core.http.parameters import parameter
from app.core.wire import Instant, Page, instant
from app.journal.events import following, parameters, service
from app.journal.events.following import Position
from app.journal.events.hub import PERMISSION, EventHub, EventListener
from app.journal.events.schemas import EVENTS, OCCURRED_AT, EventCreate, EventId, EventRead

_WORDS = {"max_length": 200}


async def _hub(request: Request[Actor, Any, Any]) -> EventHub:
    hub = request.app.state["journal"]
    assert isinstance(hub, EventHub)  # noqa: S101 - set before the first request
    return hub


class EventController(Controller):
    path = "/events"
    tags = ("Journal",)
    dependencies = {
        "wanted": Provide(parameters.wanted),
        "hub": Provide(_hub),
    }

    @get(
        **operation("listEvents", may="events:read", sortable=service.SORTS),
    )
    async def list_events(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        wanted: NamedDependency[service.EventFilter],
        start: Annotated[
            Instant | None, parameter("Happened not before.", OCCURRED_AT, query="from")
        ] = None,
        end: Annotated[
            Instant | None, parameter("Happened before.", OCCURRED_AT, query="to")
        ] = None,
        recorded_from: Annotated[
            Instant | None,
            parameter("Written down not before.", OCCURRED_AT, query="recordedFrom"),
        ] = None,
        q: Annotated[
            str | None, parameter("Part of the title, in any case.", "offline", **_WORDS)
        ] = None,
        follow: Annotated[
            bool, parameter("In the order in which they were written down, none missed.", True)
        ] = False,
    ) -> Page[EventRead]:
        """What happened, the latest first. All conditions given must hold.

        **Following.** With `follow=true` events come in the order in which they were written down,
        from the oldest, or `recordedFrom`, on, and every page has a `nextCursor`: asked with it
        again, later, you get what came since, each once and none missed, whatever was committed
        when. An event that was written while a longer transaction is still at it comes when that
        has ended.
        """
        asked = replace(
            wanted,
            start=None if start is None else instant(start, "from"),
            end=None if end is None else instant(end, "to"),
            recorded_from=None if recorded_from is None else instant(recorded_from, "recordedFrom"),
            text=q,
        )
        answer = following.page if follow else service.page
        return await answer(reader, page_request, asked)

    @post(**operation("createEvent", may="events:write", problems=("NOT_FOUND", "UNPROCESSABLE")))
    async def create_event(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[EventCreate],
    ) -> EventRead:
        """Note something: a person's NOTE, or whatever X_… a program of yours has to say."""
        return await idempotent_request.run_once(EventRead, lambda: service.create(tx, actor, data))

    @get("/{event_id:uuid}", **operation("getEvent", may="events:read"))
    async def get_event(self, reader: deps.Reader, event_id: EventId) -> EventRead:
        """One event."""
        return await service.get(reader, event_id)

    @get(
        "/stream",
        **operation(
            "streamEvents",
            may=PERMISSION,
            problems=("TOO_MANY_STREAMS",),
            answers=Answers(events=EVENTS),
        ),
    )
    async def stream_events(
        self,
        request: Request[Actor, Any, Any],
        hub: NamedDependency[EventHub],
        actor: deps.Actor,
        wanted: NamedDependency[service.EventFilter],
        last_event_id: parameters.LastEventId = None,
        last_event_id_header: parameters.LastEventIdHeader = None,
    ) -> EventStream:
        """Events as they are committed, over [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html); a stream doesn't
        end by itself.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process and
        however much later, and get what followed it, as long as it is kept: none is missed. After
        that an event may come a second time, with the same `id` in its data. A cursor of
        `listEvents` with `follow=true` is good as `Last-Event-ID`, and the other way round. A
        comment that nothing has happened carries an id, too.

        The stream ends within seconds when the token expires or the key is revoked."""
        position = last_event_id_header or last_event_id
        start = None if position is None else Position.of(position)
        hub.admit(actor)
        listener = EventListener(actor, request.headers["authorization"])
        return EventStream(
            listener, hub.events(listener, wanted, start), hub.settings.stall_seconds
        )
