"""All live streams of this process: the log is read once for all of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from app.core.actor import Actor
from app.core.errors import Unavailable
from app.core.running_responses import ResponseSlots, RunningResponse, RunningResponses
from app.telemetry.live import metrics
from app.telemetry.live.events import Batch, in_batches
from app.telemetry.live.feed import AskedTarget, Feed, Group
from app.telemetry.live.listener import Listener
from db.connections.background import Loop, TaskOwner, Turns, in_background
from db.connections.sessions import Database
from db.connections.tenants import Tenant
from db.queries.targets import devices_of_sensors, resolve
from ingest.live.log import Gap, LiveLog

log = structlog.get_logger()

# How often the log is read: half of it is what a reading waits on average.
TICK_SECONDS = 0.05
ENTRIES_PER_READ = 50
ANSWER_SECONDS = 2
RETRY_SECONDS = 0.5
REFRESH_SECONDS = 0.5
WATCH_SECONDS = 10
SNAPSHOTS_AT_ONCE = 3
LONGEST_TURN_SECONDS = 30

_AWAY = (RedisError, OSError)  # TimeoutError is an OSError


@dataclass(frozen=True)
class LiveLimits:
    """For how long a stream may last, and when one is given up."""

    lifetime_seconds: int
    stall_seconds: int
    heartbeat_seconds: int


class Hub:
    def __init__(
        self,
        log_: LiveLog,
        database: Database,
        limits: LiveLimits,
        slots: ResponseSlots,
        responses: RunningResponses,
    ) -> None:
        self.log = log_
        self.database = database
        self.limits = limits
        self.snapshots = asyncio.Semaphore(SNAPSHOTS_AT_ONCE)
        self._slots = slots
        self._responses = responses
        self._feeds: dict[UUID, Feed] = {}
        self._listeners: set[Listener] = set()
        self._learning = TaskOwner("live questions")
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the log, and keep watching it, while the block runs."""
        loops = (
            _loop("live log", self._tick, TICK_SECONDS),
            _loop("live fleets", self._refresh, REFRESH_SECONDS),
            _loop("live watch", self._watch, WATCH_SECONDS),
        )
        async with self._learning, in_background(*loops):
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """This process stops: everyone is told, and resumes at another one or after the restart."""
        self._is_closed = True
        for listener in self._listeners:
            listener.end("STOPPING")

    # Who listens

    def admit(self, actor: Actor) -> None:
        """Raises TooManyRequests or Unavailable where there are as many streams as there may be."""
        if self._is_closed:
            raise Unavailable("no more live streams can be opened here now", retry_after_seconds=5)
        self._slots.admit(actor)

    @contextlib.asynccontextmanager
    async def joined(self, listener: Listener) -> AsyncIterator[tuple[Feed, Group]]:
        """Listen while the block runs."""
        self.admit(listener.actor)
        response = RunningResponse(
            listener.actor, listener.permission, listener.end, listener.credential
        )
        with (
            self._slots.taken(listener.actor, listener.end),
            self._responses.registered(response),
        ):
            async with self._listening(listener) as joined:
                yield joined

    @contextlib.asynccontextmanager
    async def _listening(self, listener: Listener) -> AsyncIterator[tuple[Feed, Group]]:
        self._listeners.add(listener)
        metrics.connections.inc()
        feed = self._feeds.setdefault(listener.org_id, Feed(listener.org_id))
        group = feed.join(listener)
        try:
            if feed.position is None and not feed.is_paused:
                await self._begin(feed)
            yield feed, group
        finally:
            feed.leave(listener)
            if not feed.listeners:
                self._feeds.pop(feed.org_id, None)
            self._listeners.discard(listener)
            metrics.connections.dec()

    async def _begin(self, feed: Feed) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                feed.resume(await self.log.watch(feed.org_id), "RESUMED")
        except _AWAY:
            feed.pause()

    # Reading the log

    async def _tick(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                for feed in [feed for feed in self._feeds.values() if feed.is_paused]:
                    feed.resume(await self.log.watch(feed.org_id), "RESUMED")
                feeds = [feed for feed in self._feeds.values() if feed.is_read]
                positions = {feed.org_id: feed.position or "" for feed in feeds}
                found = await self.log.read(positions, count=ENTRIES_PER_READ) if feeds else []
        except _AWAY as error:
            log.warning("live push pauses: Valkey is away", error=type(error).__name__)
            for feed in self._feeds.values():
                feed.pause()
            await asyncio.sleep(RETRY_SECONDS)
            return
        for feed, entries in zip(feeds, found, strict=True):
            if feed.is_learning:  # since it was asked for: it is read again
                continue
            if entries is None:
                feed.lose()
            elif entries:
                await self._deliver(feed, list(in_batches(entries)))

    async def _deliver(self, feed: Feed, items: Sequence[Batch | Gap]) -> None:
        """Where a sensor's device isn't known yet, everything stays in the log until it is."""
        if strangers := feed.strangers(items):
            self._start(feed, self.learn(feed, strangers))
            return
        for item in items:
            feed.deliver(item)
            await asyncio.sleep(0)  # who can send does so now, and is not behind after a burst

    def _start(self, feed: Feed, question: Coroutine[Any, Any, None]) -> None:
        """Ask the database beside the reading of the logs; this organization's is not read meanwhile."""

        async def ask() -> None:
            try:
                await question
            except Exception as error:
                feed.is_stale = True
                log.warning("live push waits for the database", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                feed.is_learning = False

        feed.is_learning = True
        self._learning.start(ask())

    async def learn(self, feed: Feed, sensors: Collection[bytes]) -> None:
        """Ask, as the organization, which devices have these sensors."""
        async with self.database.reading_transaction(feed.org_id) as tx:
            found = await devices_of_sensors(tx, [UUID(bytes=sensor) for sensor in sensors])
        known = {sensor.bytes: device.bytes for sensor, device in found.items()}
        feed.learn({sensor: known.get(sensor) for sensor in sensors})

    def fleet_changed(self, org_id: str) -> None:
        """The database says so, at the commit."""
        if feed := self._feeds.get(UUID(org_id)):
            feed.is_stale = True

    def fleets_changed(self) -> None:
        """Some may have: notifications were missed."""
        for feed in self._feeds.values():
            feed.is_stale = True

    async def _refresh(self) -> None:
        for feed in self._feeds.values():
            if feed.is_stale and not feed.is_learning and feed.position is not None:
                feed.is_stale = False
                self._start(feed, self._find_again(feed))

    async def _find_again(self, feed: Feed) -> None:
        by_customer: dict[UUID | None, list[AskedTarget]] = defaultdict(list)
        for asked in feed.questions:
            by_customer[asked.customer_id].append(asked)
        for customer_id, questions in by_customer.items():
            tenant = Tenant(feed.org_id, customer_id)
            async with self.database.reading_transaction(tenant) as tx:
                for asked in questions:
                    feed.become(asked, await resolve(tx, asked.target))

    async def _watch(self) -> None:
        for feed in list(self._feeds.values()):
            if feed.position is not None:
                with contextlib.suppress(*_AWAY):
                    async with asyncio.timeout(ANSWER_SECONDS):
                        await self.log.watch(feed.org_id)


def _loop(name: str, step: Callable[[], Awaitable[None]], seconds: float) -> Loop:
    async def run(turns: Turns) -> None:
        while True:
            try:
                await step()
            except Exception:  # of whatever kind: the next one may succeed
                log.exception("live push stumbled", loop=name)
            else:
                turns.next()
            await asyncio.sleep(seconds)

    return Loop(name, run, LONGEST_TURN_SECONDS)
