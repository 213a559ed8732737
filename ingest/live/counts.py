"""How many readings an organization has stored in the last hour, in Valkey: for a figure and a
curve that whoever opens the console sees, not for bills.

Counted after the commit, by when it was, and written a moment later: a process that is killed takes
along what it has counted within WRITE_SECONDS. An hour of an organization is one hash with a field
for each slot; it ends by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import NamedTuple, cast
from uuid import UUID

import numpy as np
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ingest.pipeline.compare import StoredReadings
from ingest.pipeline.directory import Sensor
from ingest.pipeline.rows import Rows
from ingest.write_behind import WriteBehind

SLOT_SECONDS = 30
HOUR_SECONDS = 3600
WRITE_SECONDS = 2
ANSWER_SECONDS = 5
# While Valkey is away: an hour of a thousand organizations. Beyond it all is forgotten.
WAITING_SLOTS_MAX = 120_000
_KEPT_SECONDS = 2 * HOUR_SECONDS + 60


class CountSlot(NamedTuple):
    """A stretch of SLOT_SECONDS, by its number since 1970, of an organization."""

    org_id: UUID
    number: int

    @property
    def key(self) -> str:
        return _key(self.org_id, self.number * SLOT_SECONDS // HOUR_SECONDS)


def _key(org_id: UUID, hour: int) -> str:
    return f"stored:{org_id}:{hour}"


class StoredCounts:
    def __init__(self, redis: Redis, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._waiting: Counter[CountSlot] = Counter()
        self._writer = WriteBehind(
            "counts of readings",
            gather_seconds=WRITE_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=lambda error: not isinstance(error, (RedisError, OSError)),
            give_up=lambda _: None,
        )

    def on_stored(self, stored: StoredReadings) -> None:
        """A subscriber of the pipeline."""
        rows = stored.rows
        if not len(rows):
            return
        if len(self._waiting) > WAITING_SLOTS_MAX:
            self._waiting.clear()
        number = int(self._clock()) // SLOT_SECONDS
        for org_id, count in _by_organization(rows):
            self._waiting[CountSlot(org_id, number)] += count
        self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what is counted while the block runs, and at its end what is left."""
        async with self._writer.running():
            yield

    def _take(self) -> list[tuple[CountSlot, int]]:
        counted, self._waiting = list(self._waiting.items()), Counter()
        return counted

    async def _write(self, counted: Sequence[tuple[CountSlot, int]]) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            pipeline = self._redis.pipeline(transaction=True)
            for slot, count in counted:
                pipeline.hincrby(slot.key, str(slot.number), count)
                pipeline.expire(slot.key, _KEPT_SECONDS)
            await pipeline.execute()


def _by_organization(rows: Rows[Sensor]) -> Iterator[tuple[UUID, int]]:
    """Sensors of one stand beside each other: each id is compared, and few are hashed."""
    counted = np.bincount(rows.sensor, minlength=len(rows.sensors)).tolist()
    org_id, total = rows.sensors[0].org_id, 0
    for sensor, count in zip(rows.sensors, counted, strict=True):
        if sensor.org_id != org_id:
            yield org_id, total
            org_id, total = sensor.org_id, 0
        total += count
    yield org_id, total


async def counts_of(redis: Redis, org_id: UUID, first: int, last: int) -> list[int]:
    """Of each slot from `first` to `last`, both included; at most an hour apart."""
    hours = {number * SLOT_SECONDS // HOUR_SECONDS for number in (first, last)}
    found: dict[int, int] = {}
    for hour in hours:
        fields = await cast(Awaitable[dict[bytes, bytes]], redis.hgetall(_key(org_id, hour)))
        found |= {int(number): int(count) for number, count in fields.items()}
    return [found.get(number, 0) for number in range(first, last + 1)]
