"""One camera: its child, started again whenever it ends, segments out of what it says, and how the
camera is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from redis.asyncio import Redis

from app.core.keys import CanNotDecrypt, Keys
from app.core.objects import ObjectStore
from app.core.outside import Refused, UnknownName
from app.media.streams import StreamAddress, StreamRules, unseal_stream
from app.settings.cameras import CameraSettings
from db.connections.background import TaskOwner
from db.connections.types import Pool
from db.queries import cameras
from db.queries.cameras import CameraToRecord, HeldLease
from workers.recorder.feed import FeedTarget, HlsFeed
from workers.recorder.live import LiveBudget, LivePush
from workers.recorder.messages import (
    Message,
    PartMade,
    RunBegun,
    SegmentEnded,
    StreamLost,
    StreamSource,
    read_message,
)
from workers.recorder.relay import Relay, RelayTarget
from workers.recorder.storing import Segment, SegmentStore

log = structlog.get_logger()

PROJECT = Path(__file__).parents[2]  # where `workers` is found, installed or not
STEADY_SECONDS = 30.0
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 30.0
ONLINE_SECONDS, OFFLINE_SECONDS = 15.0, 30.0
FAULT_SECONDS = 60.0  # how long what was damaged or lost is told of
LOOK_SECONDS = 1.0
TERM_SECONDS, STORE_SECONDS = 3.0, 5.0


@dataclass(frozen=True)
class RecorderDeps:
    """What all cameras of a recorder share."""

    pool: Pool
    objects: ObjectStore
    keys: Keys
    settings: CameraSettings
    rules: StreamRules
    tls: ssl.SSLContext
    redis: Redis
    live_budget: LiveBudget


class CameraRecording:
    """For as long as the lease is held: `run`, and `stop` before it is given back."""

    def __init__(self, camera: CameraToRecord, deps: RecorderDeps) -> None:
        self.camera, self._deps = camera, deps
        self.lease = HeldLease(camera.org_id, camera.id, camera.fence)
        self._store = SegmentStore(deps.pool, deps.objects, self.lease)
        self._child: asyncio.subprocess.Process | None = None
        self._children = 0
        self._is_stopping = False
        self._ended = asyncio.Event()
        self._health = CameraHealth(time.monotonic())
        self.live = LivePush(deps.redis, camera.id, deps.live_budget)

    async def run(self) -> None:
        async with TaskOwner(f"camera {self.camera.id}") as owner:
            owner.keep(self._tell_status(), name="status")
            owner.keep(self.live.run(), name="live")
            await self._delete_unclaimed()
            owner.keep(self._store.run(), name="store")
            try:
                await self._record()
            finally:
                self._ended.set()
            await asyncio.Event().wait()  # until its owner ends it: what has come is being stored

    async def stop(self) -> None:
        """Have the child hand on what it has, and store it, within a few seconds."""
        self._is_stopping = True
        if self._child is not None and self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TERM_SECONDS):
                await self._ended.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STORE_SECONDS):
                await self._store.stored()

    async def _delete_unclaimed(self) -> None:
        fence = self.camera.fence - 1
        if fence > 0:
            try:
                await self._store.delete_unclaimed(fence, self.camera.last_number)
            except Exception as error:  # of whatever client the store has
                log.warning("the store is away", error=type(error).__name__)

    async def _record(self) -> None:
        wait = SHORTEST_WAIT
        while not self._is_stopping:
            began = time.monotonic()
            self._health.reason = await self._attempt()
            if self._is_stopping:
                return
            is_steady = time.monotonic() - began > STEADY_SECONDS
            wait = SHORTEST_WAIT if is_steady else min(wait * 2, LONGEST_WAIT)
            # Not all at once.
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311

    async def _attempt(self) -> str:
        """One connection, from its beginning to its end; why it ended."""
        try:
            address = unseal_stream(self.camera.sealed_stream, self._deps.keys, self._deps.rules)
            numbers = await address.addresses(self._deps.rules)
        except Refused as refusal:
            return f"its address can't be used: {refusal}"
        except UnknownName:
            return "its name is not known"
        except CanNotDecrypt:
            return "its address was sealed with a secret that is gone"
        if address.is_hls:
            return await self._feed(address)
        return await self._relay(address, numbers)

    async def _relay(self, address: StreamAddress, numbers: list[str]) -> str:
        tls = self._deps.tls if address.is_encrypted else None
        most = self._deps.settings.max_bytes_per_second
        async with Relay(RelayTarget(address, numbers, tls, most)) as relay:
            source = StreamSource(
                relay.port,
                address.target,
                address.user,
                address.password,
                self.camera.segment_seconds,
            )
            reason = await self._listen_to_child(source, relay)
            return relay.reason or reason

    async def _feed(self, address: StreamAddress) -> str:
        most = self._deps.settings.max_bytes_per_second
        feed = HlsFeed(FeedTarget(address, self._deps.rules, self._deps.tls, most))
        source = StreamSource(None, "", None, None, self.camera.segment_seconds)
        reason = await self._listen_to_child(source, feed)
        return feed.reason or reason

    async def _listen_to_child(self, source: StreamSource, way: Relay | HlsFeed) -> str:
        self._children += 1
        assembly = Assembly(self._store, self._children)
        async with self._child_running(source) as (reader, writer), TaskOwner("feed") as owner:
            if isinstance(way, HlsFeed):
                owner.start(way.run(writer))
            try:
                while True:
                    async with asyncio.timeout(way.silent_seconds):
                        message, data = await read_message(reader)
                    if isinstance(message, StreamLost):
                        return message.reason
                    self.live.take(message, data)
                    if self.camera.is_stored:
                        assembly.take(message, data)
                    if isinstance(message, PartMade):
                        self._health.saw_picture(way.lost_packets, self._store.thrown_away)
            except TimeoutError:
                return "the stream stands still"
            except asyncio.IncompleteReadError:
                return "what reads the stream has crashed"
            except (ValueError, msgspec.DecodeError):
                return "what reads the stream speaks nonsense"
            finally:
                assembly.salvage()

    @asynccontextmanager
    async def _child_running(
        self, source: StreamSource
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """It inherits nothing of ours but the way to its libraries."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "workers.recorder.child"),
            cwd=PROJECT,
            env={name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert child.stdin is not None  # noqa: S101 - a pipe
        assert child.stdout is not None  # noqa: S101 - a pipe
        self._child = child
        try:
            with contextlib.suppress(OSError):
                child.stdin.write(msgspec.json.encode(source) + b"\n")
                await child.stdin.drain()
            yield child.stdout, child.stdin
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _tell_status(self) -> None:
        told: tuple[str, str | None] | None = None
        while True:
            found = self._health.status(time.monotonic())
            if found is not None and found != told:
                try:
                    await cameras.set_status(self._deps.pool, self.camera, *found)
                    told = found
                except Exception as error:  # of whatever kind: the database may be away
                    log.warning("the status waits", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)


class Assembly:
    """Segments out of a child's parts. What it hasn't made one of when it dies is one all the
    same."""

    def __init__(self, store: SegmentStore, child: int) -> None:
        self._store, self._child = store, child
        self._heads: dict[int, tuple[RunBegun, bytes]] = {}
        self._parts: list[tuple[PartMade, bytes]] = []

    def take(self, message: Message, data: bytes) -> None:
        match message:
            case RunBegun():
                self._heads = {message.run: (message, data)}
            case PartMade():
                self._parts.append((message, data))
            case SegmentEnded():
                self._end(message)

    def salvage(self) -> None:
        """Of the newest run, from its first key frame on."""
        run = self._parts[-1][0].run if self._parts else 0
        parts = [each for each in self._parts if each[0].run == run]
        while parts and not parts[0][0].is_key:
            parts.pop(0)
        if parts:
            first, last = parts[0][0], parts[-1][0]
            self._put(run, parts, first.taken, last.taken + last.seconds, "ARRIVAL")

    def _end(self, told: SegmentEnded) -> None:
        parts = [each for each in self._parts if told.first <= each[0].number <= told.last]
        self._parts = [each for each in self._parts if each[0].number > told.last]
        self._put(told.run, parts, told.start, told.end, told.clock)

    def _put(
        self,
        run: int,
        parts: list[tuple[PartMade, bytes]],
        start: float,
        end: float,
        clock: str,
    ) -> None:
        if run in self._heads and parts and start < end:
            head, init = self._heads[run]
            self._store.put(Segment(head, init, parts, start, end, clock, self._child))


class CameraHealth:
    """How a camera is, of what was seen of it. Times are of the steady clock."""

    def __init__(self, now: float) -> None:
        self._began, self._seen_at = now, 0.0
        self._counts, self._fault_at, self._fault = (0, 0), 0.0, ""
        self.reason: str | None = None

    def saw_picture(self, lost_packets: int, thrown_away: int) -> None:
        self._seen_at = time.monotonic()
        lost, thrown = self._counts
        if thrown_away > thrown:
            self._fault, self._fault_at = "the store is slow: footage is lost", self._seen_at
        elif lost_packets > lost:
            self._fault, self._fault_at = "pictures are damaged on the way", self._seen_at
        self._counts = (lost_packets, thrown_away)

    def status(self, now: float) -> tuple[str, str | None] | None:
        """None while nobody can tell yet."""
        if self._seen_at and now - self._seen_at <= ONLINE_SECONDS:
            if self._fault_at and now - self._fault_at <= FAULT_SECONDS:
                return "DEGRADED", self._fault
            return "ONLINE", None
        if self._seen_at and now - self._seen_at <= OFFLINE_SECONDS:
            return None
        if self._seen_at or now - self._began > OFFLINE_SECONDS or self.reason is not None:
            return "OFFLINE", self.reason or "no picture comes"
        return None
