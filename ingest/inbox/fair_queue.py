"""Who waits is served in turns: one device that uploads a month holds up nobody who reports now."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import Receipt

# Whoever has no more waiting than this is served at once; whoever has more is uploading.
LIGHT_READINGS = 1_000
# While anybody reports lightly, uploads get so much of a commit in all: two milliseconds of everybody's wait.
UPLOAD_READINGS = 500
UPLOAD_TURN_READINGS = 250
REMEMBERED_SECONDS = 1.0

Source = UUID
"""A device, or the organization whose HTTP client sends."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A message in the queue, of `size` readings; `taken` of its elements are on their way already."""

    message: Message
    done: Callable[[Receipt], None]
    size: int
    taken: int = 0
    answered_for: int = 0
    receipt: Receipt | None = None

    @property
    def is_taken(self) -> bool:
        return self.taken == len(self.message)

    def take(self, room: int) -> tuple[Message, int]:
        """The next elements, until they are `room` readings or a few more; and how many they are."""
        message, first, ends = self.message, self.taken, self.message.ends
        before = ends[first - 1] if first else 0
        if self.size - before <= room:
            self.taken = len(message)
        else:
            self.taken = bisect_left(ends, before + room) + 1
        part = message if not first and self.is_taken else message.part(first, self.taken)
        return part, ends[self.taken - 1] - before

    def give_back(self, part: Message) -> int:
        """Take its last part later; how many readings that is."""
        ends, last = self.message.ends, self.taken
        self.taken -= len(part)
        return ends[last - 1] - (ends[self.taken - 1] if self.taken else 0)

    def answered(self, part: Message, receipt: Receipt) -> Receipt | None:
        """Add what became of a part; the whole message's receipt, once that is complete."""
        if self.receipt is not None:
            receipt = self.receipt.plus(receipt)
        self.receipt = receipt
        self.answered_for += len(part)
        return receipt if self.answered_for == len(self.message) else None


@dataclass(slots=True)
class _Line:
    waiting: deque[Waiting] = field(default_factory=deque)
    readings: int = 0
    is_held: bool = False


Part = tuple[Message, Waiting]
"""A message, or a piece of it, and what it is a piece of."""


class FairQueue:
    """Lines of messages, one for each source. A source's messages keep their order."""

    def __init__(self) -> None:
        self._lines: dict[Source, _Line] = {}
        self._uploading: dict[Source, float] = {}
        self._light: set[Source] = set()
        self._light_before: set[Source] = set()
        self._light_at = self._forgotten_at = float("-inf")
        self._have_uploads_been = False
        self.readings = 0
        """How many can be taken."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def is_shared(self, now: float) -> bool:
        """Whether somebody reports lightly, whom a larger commit would make wait."""
        if now - self._light_at >= REMEMBERED_SECONDS:
            self._light, self._light_before = set(), set()
        elif now - self._forgotten_at >= REMEMBERED_SECONDS:
            self._light, self._light_before, self._forgotten_at = set(), self._light, now
        return bool(self._light or self._light_before)

    def put(self, message: Message, done: Callable[[Receipt], None]) -> None:
        source, size = source_of(message), message.readings
        line = self._lines.get(source)
        if line is None:
            line = self._lines[source] = _Line()
        line.waiting.append(Waiting(message, done, size))
        line.readings += size
        if not line.is_held:
            self.readings += size
        if line.readings > LIGHT_READINGS:
            self._uploading[source] = message.received_at
            self._light.discard(source)
            self._light_before.discard(source)
        elif source not in self._uploading:
            self._light.add(source)
            self._light_at = message.received_at

    def take(self, room: int, now: float) -> list[Part]:
        """About `room` readings, at least one element if any can be taken; large messages are cut between elements."""
        parts: list[Part] = []
        uploads: list[Source] = []
        for source, line in list(self._lines.items()):
            if line.is_held:
                continue
            if line.readings > LIGHT_READINGS:
                uploads.append(source)
            elif room > 0 or not parts:
                room -= self._serve(source, line.readings, parts)
        # In turns: who reported while an upload was stored doesn't wait for another one, too.
        is_uploads_turn = not parts or (room > 0 and not self._have_uploads_been)
        self._have_uploads_been = bool(uploads) and is_uploads_turn
        if self._have_uploads_been:
            self._take_uploads(uploads, room, now, parts)
        return parts

    def _take_uploads(
        self, uploads: list[Source], room: int, now: float, parts: list[Part]
    ) -> None:
        self._uploading = {
            source: at for source, at in self._uploading.items() if at > now - REMEMBERED_SECONDS
        }
        if self.is_shared(now):
            room = min(room, UPLOAD_READINGS)
        share = max(room // len(uploads), UPLOAD_TURN_READINGS)
        for source in uploads:
            room -= self._serve(source, share, parts)
            if source in self._lines:  # what is left of it waits behind the others
                self._lines[source] = self._lines.pop(source)
            if room <= 0:
                return

    def _serve(self, source: Source, share: int, parts: list[Part]) -> int:
        """Take about so many readings of this source; how many it were."""
        line, served = self._lines[source], 0
        while line.waiting and served < share:
            waiting = line.waiting[0]
            part, size = waiting.take(share - served)
            parts.append((part, waiting))
            if waiting.is_taken:
                line.waiting.popleft()
            served += size
        line.readings -= served
        self.readings -= served
        if not line.waiting:
            del self._lines[source]
        return served

    def hold(self, parts: Iterable[Part]) -> set[Source]:
        """Put parts that were taken last back to the front, and serve their sources no more until `release`."""
        held: set[Source] = set()
        for part, waiting in reversed(list(parts)):
            source = source_of(part)
            held.add(source)
            line = self._lines.setdefault(source, _Line())
            if not line.is_held:
                self.readings -= line.readings
                line.is_held = True
            line.readings += waiting.give_back(part)
            if not line.waiting or line.waiting[0] is not waiting:
                line.waiting.appendleft(waiting)
        return held

    def release(self, sources: Iterable[Source]) -> None:
        for source in sources:
            line = self._lines[source]
            line.is_held = False
            self.readings += line.readings


def source_of(message: Message) -> Source:
    return message.device_id or message.org_id
