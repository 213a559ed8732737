"""One connection's outbox. It is filled without waiting and emptied at the client's own pace.

A client that reads more slowly than its sensors report falls behind up to a bound; from there on it is told the
newest reading of each sensor instead of every one, until it has caught up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from uuid import UUID

from app.core.actor import Actor
from app.permissions import Permission
from app.telemetry.live import metrics
from app.telemetry.live.events import Batch, conflated
from db.queries.targets import Target, TargetResolution

# Of JSON that waits. It is shared by all listeners of an organization, so that each one's own part is a quarter of it.
OUTBOX_BYTES = 4 * 1024 * 1024
CONFLATED_SENSORS_MAX = 10_000
PERMISSION: Permission = "readings:read"


@dataclass(frozen=True)
class Reset:
    """The client may have missed something before `id`: it gets the newest readings anew."""

    id: str
    reason: str


@dataclass(frozen=True)
class Changed:
    """The selection has other devices or sensors than before `id`."""

    id: str


@dataclass(frozen=True)
class Paused:
    """Nothing comes until a reset."""


@dataclass(frozen=True)
class End:
    """The last that the client is told."""

    reason: str


Item = Batch | Reset | Changed | Paused | End


class Listener:
    def __init__(
        self,
        actor: Actor,
        credential: str,
        target: Target,
        resolution: TargetResolution,
        *,
        permission: Permission = PERMISSION,
    ) -> None:
        self.actor = actor
        self.permission = permission  # without it, the connection ends
        # The Authorization header, looked at again while the connection lasts.
        self.credential = credential
        self.target = target
        self.resolution = resolution  # as it was opened
        # In the log: what follows comes into the outbox. None where the log couldn't be reached; a reset will come.
        self.joined_at: str | None = None
        self._outbox: deque[Item] = deque()
        self._bytes = 0
        self._newest: dict[bytes, tuple[int, bytes]] | None = None
        self._newest_id: str | None = None
        self._end: End | None = None
        self._filled = asyncio.Event()

    @property
    def org_id(self) -> UUID:
        return self.actor.org_id

    @property
    def is_idle(self) -> bool:
        return not self._outbox and self._newest is None and self._end is None

    @property
    def is_conflating(self) -> bool:
        return self._newest is not None

    def push(self, batch: Batch) -> None:
        if self._newest is None:
            self._outbox.append(batch)
            self._bytes += batch.size
            if self._bytes > OUTBOX_BYTES:
                self._conflate()
        else:
            self._fold(self._newest, batch)
            self._give_up_if_too_much(self._newest)
        self._filled.set()

    def tell(self, item: Reset | Changed | Paused) -> None:
        """After what waits already. Said twice with nothing in between, it is said once."""
        if self._outbox and type(self._outbox[-1]) is type(item):
            self._outbox.pop()
        self._outbox.append(item)
        self._filled.set()

    def end(self, reason: str) -> None:
        """Before everything that waits: the client resumes where it was."""
        self._end = self._end or End(reason)
        self._filled.set()

    async def take(self, seconds: float) -> Item | None:
        """The next thing to send; None when there was nothing for so long."""
        if self.is_idle:
            self._filled.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._filled.wait()
            except TimeoutError:
                return None
        if self._end:
            return self._end
        if not self._outbox and self._newest is not None:
            self._unfold()
        item = self._outbox.popleft()
        if isinstance(item, Batch):
            self._bytes -= item.size
        return item

    def _conflate(self) -> None:
        waiting, self._outbox, self._bytes = self._outbox, deque(), 0
        newest: dict[bytes, tuple[int, bytes]] = {}
        self._newest, self._newest_id = newest, None
        for item in waiting:
            if isinstance(item, Batch):
                self._fold(newest, item)
            else:
                self._outbox.append(item)
        self._give_up_if_too_much(newest)

    def _fold(self, newest: dict[bytes, tuple[int, bytes]], batch: Batch) -> None:
        metrics.conflated.inc(len(batch.lines))
        for sensor, ts, line in zip(batch.sensors, batch.times, batch.lines, strict=True):
            standing = newest.get(sensor)
            if standing is None or standing[0] <= ts:
                newest[sensor] = (ts, line)
        self._newest_id = batch.id or self._newest_id

    def _give_up_if_too_much(self, newest: dict[bytes, tuple[int, bytes]]) -> None:
        if len(newest) > CONFLATED_SENSORS_MAX and self._newest_id is not None:
            reset = Reset(self._newest_id, "TOO_SLOW")
            self._outbox.clear()
            self._bytes, self._newest, self._newest_id = 0, None, None
            self.tell(reset)

    def _unfold(self) -> None:
        newest, self._newest = self._newest or {}, None
        for batch in conflated(newest, self._newest_id):
            self._outbox.append(batch)
            self._bytes += batch.size
