"""A camera's newest seconds: kept here in any case, and in Valkey while somebody watches.

What is kept begins with a key frame, so whoever begins to watch a camera that is recorded sees it
at once. Nothing waits for Valkey: parts that it doesn't take in time fall off the end, and viewers
miss them. app/media/live/edge.py says what lies there.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.media.live.edge import (
    EDGE_SECONDS,
    NEWS,
    EdgePart,
    EdgeSegment,
    LiveEdge,
    edge_key,
    encode_edge,
    part_key,
)
from workers.recorder.messages import Message, PartMade, RunBegun

log = structlog.get_logger()

KEPT_SECONDS = 8.0  # before the newest segment; as much as it is ahead of a plain HLS player
KEPT_BYTES_MAX = 24 * 1024 * 1024
SHORTEST_SEGMENT = 1.0
PART_SECONDS = 2 * EDGE_SECONDS  # when a part ends by itself: later than the edge that names it
DISCONTINUITIES = 10_000
"""Their count begins below: hls.js keeps an array with a place for each up to it, and walks it."""
TRY_AGAIN_SECONDS = 1.0
_AWAY = (RedisError, OSError)  # TimeoutError is an OSError


class LiveBudget:
    """How many bytes of all its cameras a recorder keeps in Valkey."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def take(self, size: int) -> bool:
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        self._left += size


@dataclass(slots=True)
class KeptSegment:
    """A segment with its bytes. `pushed` are the sizes of those of its parts that lie in Valkey."""

    edge: EdgeSegment
    parts: list[bytes] = field(default_factory=list)
    pushed: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


class LiveRing:
    """The newest segments of one camera, out of what its child says. Pure."""

    def __init__(self, number: int) -> None:
        self._number, self._head = number, number
        self.segments: deque[KeptSegment] = deque()
        self.dropped: list[KeptSegment] = []
        """What has fallen off, until somebody takes it away."""
        self.heads: dict[int, bytes] = {}
        self.codecs = ""
        self._discontinuities = number % DISCONTINUITIES
        self._init, self._is_new_run = b"", True
        self._early = b""  # sound before a picture: a part without length

    def take(self, message: Message, data: bytes) -> bool:
        """Whether there is a part more."""
        match message:
            case RunBegun():
                self._init, self._is_new_run = data, True
                self.codecs, self._early = ",".join(message.codecs), b""
            case PartMade() if message.seconds <= 0:
                self._early += data
            case PartMade():
                return self._take_part(message, data)
        return False

    def edge(self) -> LiveEdge | None:
        """What of it lies in Valkey; None where that is nothing."""
        segments = []
        for kept in self.segments:
            edge, there = kept.edge, len(kept.pushed)
            if there == 0:
                break
            is_whole = edge.is_whole and there == len(kept.parts)
            parts = edge.parts[:there]
            segments.append(EdgeSegment(edge.number, edge.head, edge.taken, parts, is_whole))
        if not segments:
            return None
        return LiveEdge(self.codecs, self.heads, segments, self._discontinuities)

    def unpushed(self) -> Iterator[tuple[KeptSegment, bytes]]:
        """The parts that don't lie in Valkey yet, in order."""
        for kept in list(self.segments):
            for data in kept.parts[len(kept.pushed) :]:
                yield kept, data

    def _take_part(self, told: PartMade, data: bytes) -> bool:
        data, self._early = self._early + data, b""
        newest = self.segments[-1] if self.segments else None
        if self._is_new_run or newest is None:
            if not told.is_key:
                return False  # it can't be decoded
            self._begin(told.taken)
        elif told.is_key and newest.edge.seconds >= SHORTEST_SEGMENT:
            self._begin(told.taken)
        kept = self.segments[-1]
        kept.edge.parts.append(EdgePart(told.seconds, told.is_key))
        kept.parts.append(data)
        self._drop_old()
        return True

    def _begin(self, taken: float) -> None:
        if self.segments:
            self.segments[-1].edge.is_whole = True
        if self._is_new_run:
            self._is_new_run, self._head = False, self._number
            self.heads[self._head] = self._init
        self.segments.append(KeptSegment(EdgeSegment(self._number, self._head, taken, [])))
        self._number += 1

    def _drop_old(self) -> None:
        while self.segments and self._has_too_much():
            gone = self.segments.popleft()
            self.dropped.append(gone)
            if not self.segments:
                self._is_new_run = True  # a group of pictures that is too large for this
            elif self.segments[0].edge.head != gone.edge.head:
                self._discontinuities += 1
                self.heads.pop(gone.edge.head, None)

    def _has_too_much(self) -> bool:
        if sum(kept.size for kept in self.segments) > KEPT_BYTES_MAX:
            return True
        *_, newest = self.segments
        others = [each.edge.seconds for each in self.segments if each is not newest]
        return len(others) > 2 and sum(others[1:]) >= KEPT_SECONDS


class LivePush:
    """Of one camera: `run` while it is recorded."""

    def __init__(self, redis: Redis, camera_id: UUID, budget: LiveBudget) -> None:
        self._redis, self._id, self._budget = redis, camera_id, budget
        self._ring = LiveRing(int(time.time()))
        self._watched_until = 0.0
        self._changed = asyncio.Event()

    def take(self, message: Message, data: bytes) -> None:
        if self._ring.take(message, data):
            self._changed.set()

    def watched(self, seconds: float) -> None:
        """Somebody watches, for at least so long."""
        self._watched_until = time.monotonic() + seconds
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                dropped, self._ring.dropped = self._ring.dropped, []
                if time.monotonic() < self._watched_until:
                    await self._push()
                    await self._take_away(dropped)
                else:
                    await self._take_away([*dropped, *self._ring.segments], edge_key(self._id))
            except _AWAY as error:
                log.warning("live pictures wait", error=type(error).__name__)
                await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def _push(self) -> None:
        """What isn't there yet, and then which parts there are."""
        pipe, new = self._redis.pipeline(transaction=False), list[KeptSegment]()
        for kept, data in self._ring.unpushed():
            if not self._budget.take(len(data)):
                break
            place = len(kept.pushed)
            pipe.set(part_key(self._id, kept.edge.number, place), data, ex=PART_SECONDS)
            kept.pushed.append(len(data))
            new.append(kept)
        edge = self._ring.edge()
        if not new or edge is None:
            return
        pipe.set(edge_key(self._id), encode_edge(edge), ex=EDGE_SECONDS)
        pipe.publish(f"{NEWS}{self._id.hex}", b"")
        try:
            await pipe.execute()
        except BaseException:
            for kept in new:
                self._budget.give_back(kept.pushed.pop())
            raise

    async def _take_away(self, gone: Iterable[KeptSegment], *besides: str) -> None:
        """What is too old, or watched by nobody."""
        there = [kept for kept in gone if kept.pushed]
        keys = [
            part_key(self._id, kept.edge.number, place)
            for kept in there
            for place in range(len(kept.pushed))
        ]
        for kept in there:
            self._budget.give_back(sum(kept.pushed))
            kept.pushed.clear()
        if keys:
            await self._redis.delete(*keys, *besides)
