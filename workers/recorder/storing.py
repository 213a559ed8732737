"""Segments of one camera: into the store, and then into the database under the lease's fence.

A store that is slow must not stop the reading: a few segments wait, then the oldest is thrown away,
since newest footage matters more, and that is said.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.core.objects import ObjectStore, numbered_key
from db.connections.faults import DatabaseFault, fault_of
from db.connections.types import Pool
from db.queries import cameras
from db.queries.cameras import HeldLease, SegmentRow
from workers.recorder.messages import PartMade, RunBegun

log = structlog.get_logger()

WAITING_MAX = 3
TRY_AGAIN_SECONDS = 1.0
CONTENT_TYPE = "video/mp4"


@dataclass(frozen=True, slots=True)
class Segment:
    """Whole, of [start, end) in Unix time."""

    head: RunBegun
    init: bytes
    parts: list[tuple[PartMade, bytes]]
    start: float
    end: float
    clock: str
    child: int

    @property
    def data(self) -> bytes:
        return self.init + b"".join(data for _, data in self.parts)

    def row(self, object_key: str) -> SegmentRow:
        offsets, at = list[int](), len(self.init)
        for _, data in self.parts:
            offsets.append(at)
            at += len(data)
        return SegmentRow(
            starts_at=datetime.fromtimestamp(self.start, UTC),
            ends_at=datetime.fromtimestamp(self.end, UTC),
            run=f"{self.child}-{self.head.run}",
            clock=self.clock,
            object_key=object_key,
            size_bytes=at,
            init_bytes=len(self.init),
            part_offsets=offsets,
            part_milliseconds=[round(part.seconds * 1000) for part, _ in self.parts],
            part_keys=[part.is_key for part, _ in self.parts],
            codecs=",".join(self.head.codecs),
            width=self.head.width,
            height=self.head.height,
        )


class SegmentStore:
    """Where a camera's segments go, for as long as its lease is held."""

    def __init__(self, pool: Pool, objects: ObjectStore, lease: HeldLease) -> None:
        self._pool, self._objects, self._lease = pool, objects, lease
        self._waiting: deque[Segment] = deque()
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._number = 0
        self.thrown_away = 0

    def put(self, segment: Segment) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            self.thrown_away += 1
            log.warning("a segment was thrown away", camera=str(self._lease.camera_id))
        self._waiting.append(segment)
        self._idle.clear()
        self._changed.set()

    async def delete_unclaimed(self, fence: int, last_number: int) -> None:
        """What the holder before may have stored and not written down."""
        numbers = range(last_number + 1, last_number + WAITING_MAX + 2)
        await self._objects.delete_many([self._key(fence, number) for number in numbers])

    async def run(self) -> None:
        """Store what comes, until it is cancelled."""
        while True:
            while self._waiting:
                await self._store(self._waiting.popleft())
            self._idle.set()
            self._changed.clear()
            await self._changed.wait()

    async def stored(self) -> None:
        """All that has come is stored, or was thrown away."""
        await self._idle.wait()

    async def _store(self, segment: Segment) -> None:
        self._number += 1
        row = segment.row(self._key(self._lease.fence, self._number))
        try:
            await self._objects.put(row.object_key, segment.data, content_type=CONTENT_TYPE)
        except Exception as error:  # of whatever client the store has
            self.thrown_away += 1
            log.warning(
                "a segment can't be stored",
                camera=str(self._lease.camera_id),
                error=type(error).__name__,
            )
            return
        if not await self._write_down(row):
            with contextlib.suppress(Exception):  # then whoever has the lease next deletes it
                await self._objects.delete(row.object_key)

    async def _write_down(self, row: SegmentRow) -> bool:
        while True:
            try:
                if await cameras.add_segment(self._pool, self._lease, self._number, row):
                    return True
                return await cameras.has_segment(self._pool, self._lease, row)
            except Exception as error:  # whose fault it is says `fault_of`
                if fault_of(error) is DatabaseFault.DATA:
                    log.error("a segment can't be written down", exc_info=error)
                    return False
            # Until the database is back, or the lease is gone and with it this task.
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    def _key(self, fence: int, number: int) -> str:
        area = f"dvr-{self._lease.camera_id}"
        return numbered_key(self._lease.org_id, area, fence, number, ".mp4")
