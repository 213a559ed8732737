"""Tells the inspector's log what happens to devices. Each process that serves them has one.

`is_watched` is a look into a set, empty as a rule: that is all that a device costs at which nobody
looks, but for its problems.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.connections.background import Loop, Turns, in_background
from ingest.inspector.entry import (
    PAYLOAD_MAX_BYTES,
    Direction,
    InspectorEntry,
    Kind,
    Outcome,
    encoded,
    shown,
)
from ingest.inspector.log import (
    RINGS_MAX,
    InspectorLog,
    Ring,
    handshakes_of,
    problems_of,
    traffic_of,
)
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

GATHER_SECONDS = 0.05
ANSWER_SECONDS = 5
# A message that was lost on the way is made up for.
LOOK_SECONDS = 10.0
RETRY_SECONDS = 1.0
# Of somebody at whom nobody looks.
SHORT_PAYLOAD_BYTES = 256

_AWAY = (RedisError, OSError)  # TimeoutError is an OSError


class _Waiting:
    """What waits for one ring: no more than that holds."""

    def __init__(self, ring: Ring) -> None:
        self.entries: deque[InspectorEntry] = deque(maxlen=ring.holds)
        self.left_out = 0

    def add(self, entry: InspectorEntry) -> None:
        self.left_out += len(self.entries) == self.entries.maxlen
        self.entries.append(entry)

    def lines(self) -> list[bytes]:
        if self.left_out:
            first = self.entries[0]
            first.outcome, first.payload = "NOT_SHOWN", None
            first.reason = f"this and {self.left_out} before it were more than can be shown"
        return [encoded(entry) for entry in self.entries]


class Recorder:
    """Called in the event loop; nothing of it blocks."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._log = InspectorLog(redis)
        self._clock = clock
        self._watched: Collection[UUID] = frozenset()
        self._waiting: dict[Ring, _Waiting] = {}
        self._writer = WriteBehind(
            "inspector",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=lambda error: not isinstance(error, _AWAY),
            give_up=lambda _: None,  # nothing of it is promised
        )

    @property
    def watches(self) -> bool:
        """Whether anybody is looked at."""
        return bool(self._watched)

    def is_watched(self, device_id: UUID | None) -> bool:
        return device_id in self._watched

    def tell(
        self,
        org_id: UUID,
        device_id: UUID,
        kind: Kind,
        outcome: Outcome,
        *,
        direction: Direction = "UP",
        topic: str | None = None,
        body: bytes | None = None,
        reason: str | None = None,
        is_problem: bool = False,
    ) -> None:
        """A line of the device, if it is a problem or somebody looks at the device."""
        is_watched = device_id in self._watched
        if not is_watched and not is_problem:
            return
        ring = (problems_of if is_problem else traffic_of)(org_id, device_id)
        at_most = PAYLOAD_MAX_BYTES if is_watched else SHORT_PAYLOAD_BYTES
        payload = None if body is None else shown(body, at_most)
        size = None if body is None else len(body)
        self._add(
            ring,
            InspectorEntry(self._clock(), direction, kind, topic, size, payload, outcome, reason),
        )

    def handshake_failed(self, address: str, text: str) -> None:
        """Of nobody knows whom: it is shown of devices that last came from there."""
        told = f"{text} (from {address}, as this device before; whose it was, nobody knows)"
        entry = InspectorEntry(self._clock(), "UP", "TLS", None, None, None, "REFUSED", told)
        self._add(handshakes_of(address), entry)

    def _add(self, ring: Ring, entry: InspectorEntry) -> None:
        waiting = self._waiting.get(ring)
        if waiting is None:
            if len(self._waiting) >= RINGS_MAX:
                return
            waiting = self._waiting[ring] = _Waiting(ring)
        waiting.add(entry)
        self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear who is looked at, and tell, while the block runs."""
        watch = Loop("inspector watch", self._watch, 3 * LOOK_SECONDS)
        async with in_background(watch), self._writer.running():
            yield

    async def _watch(self, turns: Turns) -> None:
        while True:
            try:
                changes = await self._log.changes()
                async with contextlib.aclosing(changes):
                    while True:
                        self._watched = await self._log.watched()
                        turns.next()
                        await changes.get_message(
                            ignore_subscribe_messages=True, timeout=LOOK_SECONDS
                        )
            except _AWAY as error:
                log.warning("inspectors aren't heard", error=repr(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self) -> list[tuple[Ring, _Waiting]]:
        waiting, self._waiting = self._waiting, {}
        return list(waiting.items())

    async def _write(self, waiting: Sequence[tuple[Ring, _Waiting]]) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._log.append(
                (ring, line) for ring, entries in waiting for line in entries.lines()
            )
