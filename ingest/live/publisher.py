"""Tells the live log what was committed. Never waited for: ingest hands over and goes on.

What waits is bounded, in readings and in bytes. Beyond it readings are dropped, counted, and a gap
is written, so that whoever watches knows.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.connections.background import Loop, Turns, in_background
from db.readings.columns import Integers, Positions, SensorKey, Value
from db.readings.times import moment_of
from ingest import metrics
from ingest.live.log import (
    LEASE_SECONDS,
    LINES_PER_ENTRY_BYTES,
    LOG_BYTES_MAX,
    READINGS_PER_ENTRY,
    Columns,
    LiveLog,
)
from ingest.pipeline.compare import StoredReadings
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

WAITING_READINGS_MAX = 100_000
# Of texts; numbers are bounded by how many they are.
WAITING_TEXT_BYTES_MAX = 16 * 1024 * 1024
# Short against a quarter of a second, long enough that a stream of small commits is a few entries.
GATHER_SECONDS = 0.02
REPORT_SECONDS = 1
ANSWER_SECONDS = 5
LEAVE_SECONDS = 2
LONGEST_TURN_SECONDS = 30

_encoder = msgspec.json.Encoder()

Told = tuple[UUID, int, Value]  # sensor, microseconds since 1970, value


class Committed(NamedTuple):
    """What one transaction has stored, each sensor's readings in order, as columns: nothing is
    looked at before somebody is known to watch."""

    sensors: Sequence[SensorKey]
    sensor: Positions  # of each reading: its place in `sensors`
    times: Integers  # of each reading: microseconds since 1970
    value: Callable[[int], Value]  # of the reading at that place
    text_bytes: int = 0  # of all its values


class LiveReading(msgspec.Struct, rename="camel"):
    """A reading as a live client gets it, encoded here once for all of them."""

    sensor_id: UUID
    timestamp: datetime
    value: Value


class LivePublisher:
    def __init__(self, redis: Redis, *, log_bytes_max: int = LOG_BYTES_MAX) -> None:
        self._log = LiveLog(redis, bytes_max=log_bytes_max)
        self._id = str(uuid.uuid4())
        self._waiting: list[Committed] = []
        # With those that are on their way: so memory is bounded.
        self._waiting_readings = self._waiting_text_bytes = 0
        self._has_lost = False
        self._number = 1  # of what is appended next, however often that is tried
        self._writer = WriteBehind(
            "live push",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._publish,
            is_hopeless=lambda error: not isinstance(error, (RedisError, OSError)),
            give_up=self._give_up,
        )

    def on_stored(self, stored: StoredReadings) -> None:
        """A subscriber of the pipeline."""
        rows = stored.rows
        if len(rows):
            text_bytes = sum(len(str(value)) for value in rows.objects.values())
            self.put(Committed(rows.sensors, rows.sensor, rows.ts, rows.value, text_bytes))

    def put(self, committed: Committed) -> None:
        """Hand over what was committed; returns at once."""
        self._waiting.append(committed)
        self._waiting_readings += len(committed.times)
        self._waiting_text_bytes += committed.text_bytes
        if (
            self._waiting_readings > WAITING_READINGS_MAX
            or self._waiting_text_bytes > WAITING_TEXT_BYTES_MAX
        ):
            metrics.live_dropped.inc(self._waiting_readings)
            self._has_lost = True
            self._waiting, self._waiting_readings, self._waiting_text_bytes = [], 0, 0
        self._writer.wake()

    @property
    def waiting_readings(self) -> int:
        """Handed over, and not appended yet."""
        return self._waiting_readings

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Append what is handed over while the block runs, and at its end what is left."""
        async with in_background(Loop("live report", self._report, LONGEST_TURN_SECONDS)):
            async with self._writer.running():
                yield
            if self._writer.is_drained and not self._has_lost:
                with contextlib.suppress(RedisError, OSError):
                    async with asyncio.timeout(LEAVE_SECONDS):
                        await self._log.leave(self._id)

    def _take(self) -> list[Committed]:
        batches, self._waiting = self._waiting, []
        return batches

    async def _publish(self, batches: Sequence[Committed]) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            entries = list(await self._entries(batches))
            if entries:
                await self._log.append(self._id, self._number, entries)
        self._leave_behind(batches)
        metrics.live_published.inc(sum(len(columns[1]) // 8 for _, columns in entries))

    def _give_up(self, batch: Committed) -> None:
        metrics.live_dropped.inc(len(batch.times))
        self._has_lost = True
        self._leave_behind([batch])

    def _leave_behind(self, batches: Sequence[Committed]) -> None:
        self._number += 1
        readings = sum(len(batch.times) for batch in batches)
        text_bytes = sum(batch.text_bytes for batch in batches)
        self._waiting_readings = max(self._waiting_readings - readings, 0)
        self._waiting_text_bytes = max(self._waiting_text_bytes - text_bytes, 0)

    async def _entries(self, batches: Sequence[Committed]) -> Iterator[tuple[UUID, Columns]]:
        orgs = {sensor.org_id for batch in batches for sensor in batch.sensors}
        watched = await self._log.watched(list(orgs))
        return entries_of(batches, watched) if watched else iter(())

    async def _report(self, turns: Turns) -> None:
        """Once a second, so that an end without a word is noticed.

        After Valkey was away nobody is taken for ended until all had time to report again.
        """
        is_known, since = False, None
        loop = asyncio.get_running_loop()
        while True:
            may_sweep = since is not None and loop.time() - since > LEASE_SECONDS
            try:
                await self._tell(is_known=is_known, may_sweep=may_sweep)
            except Exception as error:
                log.warning("live push can't report", error=type(error).__name__)
                since = None
            else:
                is_known, since = True, since or loop.time()
                turns.next()
            await asyncio.sleep(REPORT_SECONDS)

    async def _tell(self, *, is_known: bool, may_sweep: bool) -> None:
        has_lost, self._has_lost = self._has_lost, False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._log.report(
                    self._id, is_known=is_known, has_lost=has_lost, may_sweep=may_sweep
                )
        except BaseException:
            self._has_lost |= has_lost
            raise


def entries_of(batches: Sequence[Committed], watched: set[UUID]) -> Iterator[tuple[UUID, Columns]]:
    """The batches as entries of the log, each organization's in order, without those that nobody
    watches."""
    by_org: dict[UUID, list[Told]] = defaultdict(list)
    for batch in batches:
        if watched.isdisjoint(sensor.org_id for sensor in batch.sensors):
            continue
        for at, (number, ts) in enumerate(
            zip(batch.sensor.tolist(), batch.times.tolist(), strict=True)
        ):
            sensor = batch.sensors[number]
            if sensor.org_id in watched:
                by_org[sensor.org_id].append((sensor.id, ts, batch.value(at)))
    for org_id, readings in by_org.items():
        for at in range(0, len(readings), READINGS_PER_ENTRY):
            for columns in _entries_of(readings[at : at + READINGS_PER_ENTRY]):
                yield org_id, columns


def _entries_of(readings: Sequence[Told]) -> Iterator[Columns]:
    """One entry, or as many as its lines need."""
    columns = _columns(readings)
    if len(columns[2]) <= LINES_PER_ENTRY_BYTES or len(readings) == 1:
        yield columns
        return
    middle = len(readings) // 2
    yield from _entries_of(readings[:middle])
    yield from _entries_of(readings[middle:])


def one_line(json: bytes) -> bytes:
    """With Unicode's line breaks escaped: to Server-Sent Events they are none, but many clients
    split at them."""
    for break_ in ("\x85", "\u2028", "\u2029"):
        json = json.replace(break_.encode(), b"\\u%04x" % ord(break_))
    return json


def _columns(readings: Sequence[Told]) -> Columns:
    lines = _encoder.encode_lines(
        [LiveReading(sensor_id, moment_of(ts), value) for sensor_id, ts, value in readings]
    )
    return (
        b"".join(sensor_id.bytes for sensor_id, _, _ in readings),
        array.array("q", [ts for _, ts, _ in readings]).tobytes(),
        one_line(lines.rstrip(b"\n")),
    )
