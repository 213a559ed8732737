"""Everyone who listens to the journal in this process: woken at the commit, told from the table.

A stream holds nothing but its place: a slow client asks later, and loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from uuid import UUID

import structlog

from app.core.actor import Actor
from app.core.errors import Unavailable
from app.core.live_events import EndTold, LiveEvent
from app.core.running_responses import Ending, ResponseSlots, RunningResponse, RunningResponses
from app.journal.events.following import Course, Position
from app.journal.events.service import EventFilter
from app.permissions import Permission
from app.settings.live import LiveSettings
from db.connections.notifications import EVENT_RECORDED, listening
from db.connections.sessions import Database

log = structlog.get_logger()

PERMISSION: Permission = "events:read"
EVENTS_PER_READ = 200
READS_AT_ONCE = 3
# Of one stream: what is committed meanwhile is told together.
REST_SECONDS = 0.1


class EventListener:
    """One stream."""

    def __init__(self, actor: Actor, credential: str) -> None:
        self.actor = actor
        self.credential = credential
        self.ending = Ending()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    def end(self, reason: str) -> None:
        self.ending.end(reason)
        self.wake()

    async def wait(self, seconds: float) -> None:
        """Until something may be new, or so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()


class EventHub:
    def __init__(
        self,
        database: Database,
        settings: LiveSettings,
        slots: ResponseSlots,
        responses: RunningResponses,
    ) -> None:
        self.database = database
        self.settings = settings
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self._slots = slots
        self._responses = responses
        self._listeners: dict[UUID, set[EventListener]] = defaultdict(set)
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def running(self, url: str) -> AsyncIterator[None]:
        """Hear what is committed while the block runs."""
        async with listening(url, EVENT_RECORDED, self._heard, self._missed):
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """This process stops: everyone is told, and resumes at another one or after the restart."""
        self._is_closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end("STOPPING")

    def _heard(self, org_id: str) -> None:
        for listener in self._listeners.get(UUID(org_id), ()):
            listener.wake()

    def _missed(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.wake()

    def admit(self, actor: Actor) -> None:
        """Raises TooManyRequests or Unavailable where there are as many streams as there may be."""
        if self._is_closed:
            raise Unavailable("no more live streams can be opened here now", retry_after_seconds=5)
        self._slots.admit(actor)

    async def events(
        self, listener: EventListener, wanted: EventFilter, start: Position | None
    ) -> AsyncGenerator[LiveEvent, None]:
        """All that the client is told, in order; ends after the event `end`."""
        try:
            with self._listening(listener):
                async for event in self._told(listener, wanted, start):
                    yield event
            reason = listener.ending.reason
        except Exception as error:
            # A client that comes back resumes: nothing is lost by ending here.
            log.warning("a stream of events ends", error=repr(error)[:200])
            reason = "UNAVAILABLE"
        if reason is not None and reason != "LEFT":
            yield LiveEvent.of("end", EndTold(reason))

    @contextlib.contextmanager
    def _listening(self, listener: EventListener) -> Iterator[None]:
        self.admit(listener.actor)
        actor = listener.actor
        response = RunningResponse(actor, PERMISSION, listener.end, listener.credential)
        others = self._listeners[actor.org_id]
        with self._slots.taken(actor, listener.end), self._responses.registered(response):
            others.add(listener)
            try:
                yield
            finally:
                others.discard(listener)
                if not others:
                    self._listeners.pop(actor.org_id, None)

    async def _told(
        self, listener: EventListener, wanted: EventFilter, start: Position | None
    ) -> AsyncGenerator[LiveEvent, None]:
        course = await self._begun(listener, wanted, start)
        yield _heartbeat(course)
        ends_at = time.monotonic() + self.settings.lifetime_seconds
        while listener.ending.reason is None:
            if time.monotonic() > ends_at:
                listener.end("LIFETIME")
                return
            async with self._reads, self.database.snapshot(listener.actor.tenant) as reader:
                new = await course.next(reader, limit=EVENTS_PER_READ)
            for event, id_ in new:
                yield LiveEvent.of("event", event, id_)
            if not new:
                yield _heartbeat(course)
            if len(new) < EVENTS_PER_READ:
                await asyncio.sleep(REST_SECONDS)
                await listener.wait(self.settings.heartbeat_seconds)

    async def _begun(
        self, listener: EventListener, wanted: EventFilter, start: Position | None
    ) -> Course:
        if start is not None:
            return Course(wanted, start)
        async with self._reads, self.database.snapshot(listener.actor.tenant) as reader:
            return await Course.from_now(reader, wanted)


def _heartbeat(course: Course) -> LiveEvent:
    return LiveEvent("heartbeat", b"{}", course.position.cursor)
