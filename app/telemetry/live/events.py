"""What is sent: batches of readings that become one event. Encoded once for all who get it."""

from __future__ import annotations

import array
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.core.live_events import LiveEvent
from ingest.live.log import Entry, Gap

READINGS_PER_EVENT = 1_000
EVENT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Batch:
    """Readings in the order of their commit: for each the sensor's 16 bytes, its time in microseconds, its JSON.

    `id` is None where more of the same position follows.
    """

    id: str | None
    sensors: Sequence[bytes]
    times: Sequence[int]
    lines: Sequence[bytes]
    is_conflated: bool = False

    @cached_property
    def size(self) -> int:
        """Bytes of its JSON, nearly."""
        return sum(map(len, self.lines)) + len(self.lines)

    @cached_property
    def event(self) -> LiveEvent:
        conflated = b',"conflated":true' if self.is_conflated else b""
        return LiveEvent(
            "readings", b'{"items":[%b]%b}' % (b",".join(self.lines), conflated), self.id
        )

    def only(self, mask: Sequence[bool]) -> Batch | None:
        """The readings for which the mask says so; None where there is none."""
        if not any(mask):
            return None
        if all(mask):
            return self
        return Batch(
            self.id,
            list(itertools.compress(self.sensors, mask)),
            list(itertools.compress(self.times, mask)),
            list(itertools.compress(self.lines, mask)),
        )


def in_batches(entries: Iterable[Entry | Gap]) -> Iterator[Batch | Gap]:
    """Neighbouring entries as one batch of about that size; gaps stay between them, one of several."""
    waiting: list[Entry] = []
    gap: Gap | None = None
    readings = size = 0
    for entry in entries:
        if isinstance(entry, Gap):
            yield from _batch(waiting)
            waiting, readings, size, gap = [], 0, 0, entry
            continue
        if gap:
            yield gap
            gap = None
        waiting.append(entry)
        readings += len(entry.times) // 8
        size += len(entry.lines)
        if readings >= READINGS_PER_EVENT or size >= EVENT_BYTES:
            yield from _batch(waiting)
            waiting, readings, size = [], 0, 0
    yield from _batch(waiting)
    if gap:
        yield gap


def _batch(entries: Sequence[Entry]) -> Iterator[Batch]:
    if entries:
        sensors = b"".join(entry.sensors for entry in entries)
        times = array.array("q", b"".join(entry.times for entry in entries))
        lines = b"\n".join(entry.lines for entry in entries).split(b"\n")
        yield Batch(
            entries[-1].id,
            [sensors[at : at + 16] for at in range(0, len(sensors), 16)],
            times,
            lines,
        )


def conflated(newest: dict[bytes, tuple[int, bytes]], position: str | None) -> Iterator[Batch]:
    """The newest reading of each sensor, in batches of which only the last one has the position."""
    items = list(newest.items())
    for at in range(0, len(items), READINGS_PER_EVENT):
        part = items[at : at + READINGS_PER_EVENT]
        is_last = at + READINGS_PER_EVENT >= len(items)
        yield Batch(
            position if is_last else None,
            [sensor for sensor, _ in part],
            [ts for _, (ts, _) in part],
            [line for _, (_, line) in part],
            is_conflated=True,
        )
