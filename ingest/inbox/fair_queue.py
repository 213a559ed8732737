"""Who waits is served in turns: one device that uploads a month holds up nobody who reports now.

What is weighed is what a message costs everybody: a reading is one, and one of many bytes is as
many as would fill them. Refusing costs more than storing, and only shows afterwards: a source of
which much was refused has its price, for a while.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from ingest.inbox.unread import UnreadBurst
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import Receipt

# Whoever has no more waiting than this is served at once; whoever has more is uploading.
LIGHT_READINGS = 1_000
# While anybody reports lightly, uploads get so much of a commit in all: two milliseconds of everybody's wait.
UPLOAD_READINGS = 500
UPLOAD_TURN_READINGS = 250
REMEMBERED_SECONDS = 1.0
# No reading in JSON is as long without a large text, or metadata: a commit's readings are so many
# bytes at most, whatever stands in them.
BYTES_PER_READING = 200
# What is quarantined is hashed, cut out of its body and written whole; a duplicate is looked up.
# In readings that are stored, measured.
QUARANTINED_COST = 20
DUPLICATE_COST = 5
PRICED_SECONDS = 10.0
# Devices of which a third is refused have a turn only so often, all of them together, while others
# report lightly: few of those meet one. Not those of which all was sent twice, as by one that lost
# its acknowledgements with the connection.
COSTLY_PRICE = 7.0
COSTLY_SECONDS = 0.1
PRICES_MAX = 10_000

Source = UUID
"""A device, or the organization whose HTTP client sends."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A message in the queue; `taken` of its elements are on their way already.

    `cost` in all: in readings, or in as many as would fill its bytes.
    """

    message: Message | UnreadBurst
    done: Callable[[Receipt], None]
    cost: int
    taken: int = 0
    answered_for: int = 0
    receipt: Receipt | None = None

    @property
    def whole(self) -> Message:
        """As it was read."""
        assert isinstance(self.message, Message)  # noqa: S101 - whoever asks has taken of it
        return self.message

    @property
    def is_taken(self) -> bool:
        return self.taken == len(self.whole)

    def read(self) -> int:
        """Decode what wasn't yet; by how much that corrects the cost."""
        if isinstance(self.message, Message):
            return 0
        before, self.message = self.cost, self.message.read()
        self.cost = cost_of(self.message)
        return self.cost - before

    def take(self, room: float) -> tuple[Message, int]:
        """The next elements, until they cost `room` or a little more; and what they cost."""
        message, first, before = self.whole, self.taken, self._cost_of_first(self.taken)
        if self.cost - before <= room:
            self.taken = len(message)
        else:
            readings = math.ceil((before + max(room, 1)) * message.readings / self.cost)
            self.taken = min(bisect_left(message.ends, readings) + 1, len(message))
        part = message if not first and self.is_taken else message.part(first, self.taken)
        return part, self._cost_of_first(self.taken) - before

    def give_back(self, part: Message) -> int:
        """Take its last part later; what that costs."""
        before = self._cost_of_first(self.taken)
        self.taken -= len(part)
        return before - self._cost_of_first(self.taken)

    def answered(self, part: Message, receipt: Receipt) -> Receipt | None:
        """Add what became of a part; the whole message's receipt, once that is complete."""
        if self.receipt is not None:
            receipt = self.receipt.plus(receipt)
        self.receipt = receipt
        self.answered_for += len(part)
        return receipt if self.answered_for == len(self.whole) else None

    def _cost_of_first(self, elements: int) -> int:
        """In whole numbers that add up, however often the message is cut."""
        message = self.whole
        if elements == len(message):
            return self.cost
        return message.ends[elements - 1] * self.cost // message.readings if elements else 0


@dataclass(slots=True)
class _Line:
    waiting: deque[Waiting] = field(default_factory=deque)
    cost: int = 0
    holds: int = 0
    """How many reasons there are not to serve it."""


class _Price(NamedTuple):
    """What a reading of a source costs, and when that was learned."""

    factor: float
    at: float


class _Debt(NamedTuple):
    """What a source has had beyond its turns, and when."""

    readings: float
    at: float


Part = tuple[Message, Waiting]
"""A message, or a piece of it, and what it is a piece of."""


class FairQueue:
    """Lines of messages, one for each source. A source's messages keep their order."""

    def __init__(self) -> None:
        self._lines: dict[Source, _Line] = {}
        self._prices: dict[Source, _Price] = {}
        self._debts: dict[Source, _Debt] = {}
        self._uploading: dict[Source, float] = {}
        self._light: set[Source] = set()
        self._light_before: set[Source] = set()
        self._light_at = self._forgotten_at = float("-inf")
        self._costly_at = float("-inf")  # had their last turn
        self._have_uploads_been = False
        self.readings = 0
        """How many can be taken, by their cost."""

    def __bool__(self) -> bool:
        return bool(self._lines)

    def is_shared(self, now: float) -> bool:
        """Whether somebody reports lightly, whom a larger commit would make wait."""
        if now - self._light_at >= REMEMBERED_SECONDS:
            self._light, self._light_before = set(), set()
        elif now - self._forgotten_at >= REMEMBERED_SECONDS:
            self._light, self._light_before, self._forgotten_at = set(), self._light, now
        return bool(self._light or self._light_before)

    def oldest_light(self, now: float) -> float | None:
        """When the oldest message came of those that can be taken and wait for no other of their
        source's: who has sent much waits for itself."""
        return min(
            (
                line.waiting[0].message.received_at
                for source, line in self._lines.items()
                if line.waiting and not line.holds and self._is_light(source, line, now)
            ),
            default=None,
        )

    def put(self, message: Message | UnreadBurst, done: Callable[[Receipt], None]) -> None:
        source, at = source_of(message), message.received_at
        line = self._lines.get(source)
        if line is None:
            line = self._lines[source] = _Line()
        waiting = Waiting(message, done, cost_of(message))
        line.waiting.append(waiting)
        self._weigh(line, waiting.cost)
        if self._is_light(source, line, at):
            self._weigh(line, waiting.read())
        if not self._is_light(source, line, at):
            self._uploading[source] = at
            self._light.discard(source)
            self._light_before.discard(source)
        elif source not in self._uploading:
            self._light.add(source)
            self._light_at = at

    def charge(self, source: Source, receipt: Receipt, now: float) -> None:
        """Learn from what became of a source's readings what its next ones will cost."""
        refused = receipt.quarantined * QUARANTINED_COST + receipt.duplicates * DUPLICATE_COST
        known = self._prices.get(source)
        if not refused and known is None:
            return
        factor = (self._price(source, now) + 1 + refused / max(receipt.total, 1)) / 2
        if factor < 1.1:
            self._prices.pop(source, None)
            return
        self._prices[source] = _Price(factor, now)
        if len(self._prices) > PRICES_MAX:
            oldest = now - PRICED_SECONDS
            self._prices = {who: price for who, price in self._prices.items() if price.at > oldest}

    def take(self, room: float, now: float) -> list[Part]:
        """What costs about `room` readings; large messages are cut between elements. One that is
        larger than its source's turn is taken in a later one. Nothing while none of them has a
        turn."""
        parts: list[Part] = []
        uploads: list[Source] = []
        for source, line in list(self._lines.items()):
            if line.holds:
                continue
            if not self._is_light(source, line, now):
                uploads.append(source)
            elif room > 0 or not parts:
                room -= self._serve(source, math.inf, now, parts)
        # In turns: who reported while an upload was stored doesn't wait for another one, too.
        is_uploads_turn = not parts or (room > 0 and not self._have_uploads_been)
        self._have_uploads_been = bool(uploads) and is_uploads_turn
        if self._have_uploads_been:
            self._take_uploads(uploads, room, now, parts)
        return parts

    def _take_uploads(
        self, uploads: list[Source], room: float, now: float, parts: list[Part]
    ) -> None:
        self._uploading = {
            source: at for source, at in self._uploading.items() if at > now - REMEMBERED_SECONDS
        }
        if self.is_shared(now):
            room = min(room, UPLOAD_READINGS)
            costly = [source for source in uploads if self._is_costly(source, now)]
            if now - self._costly_at >= COSTLY_SECONDS:
                self._costly_at = now if costly else self._costly_at
            else:
                uploads = [source for source in uploads if source not in costly]
        if not uploads:
            return
        share = max(room // len(uploads), UPLOAD_TURN_READINGS)
        for source in uploads:
            own = share - self._debt(source, now)
            served = self._serve(source, own, now, parts) if own > 0 else 0.0
            self._owe(source, served - own, now)
            room -= served
            if source in self._lines:  # what is left of it waits behind the others
                self._lines[source] = self._lines.pop(source)
            if room <= 0:
                return

    def _is_costly(self, source: Source, now: float) -> bool:
        """Not whoever sends over HTTP: that one waits for an answer to the whole of it."""
        is_device = self._lines[source].waiting[0].message.device_id is not None
        return is_device and self._price(source, now) >= COSTLY_PRICE

    def _debt(self, source: Source, now: float) -> float:
        known = self._debts.get(source)
        return 0.0 if known is None or now - known.at > PRICED_SECONDS else known.readings

    def _owe(self, source: Source, readings: float, now: float) -> None:
        self._debts.pop(source, None)
        if readings > 0:
            self._debts[source] = _Debt(readings, now)
        if len(self._debts) > PRICES_MAX:
            self._debts.pop(next(iter(self._debts)))

    def _serve(self, source: Source, share: float, now: float, parts: list[Part]) -> float:
        """Take so much of this source, at its price; how much it was."""
        line, price, served = self._lines[source], self._price(source, now), 0.0
        while line.waiting and served < share:
            waiting = line.waiting[0]
            self._weigh(line, waiting.read())
            part, cost = waiting.take((share - served) / price)
            parts.append((part, waiting))
            if waiting.is_taken:
                line.waiting.popleft()
            self._weigh(line, -cost)
            served += cost * price
        if not line.waiting:
            del self._lines[source]
        return served

    def _is_light(self, source: Source, line: _Line, now: float) -> bool:
        return line.cost * self._price(source, now) <= LIGHT_READINGS

    def _price(self, source: Source, now: float) -> float:
        known = self._prices.get(source)
        return 1.0 if known is None or now - known.at > PRICED_SECONDS else known.factor

    def _weigh(self, line: _Line, cost: int) -> None:
        line.cost += cost
        if not line.holds:
            self.readings += cost

    def put_back(self, parts: Iterable[Part]) -> set[Source]:
        """Put parts that were taken last back to the front; whose they are."""
        sources: set[Source] = set()
        for part, waiting in reversed(list(parts)):
            source = source_of(part)
            sources.add(source)
            line = self._lines.setdefault(source, _Line())
            self._weigh(line, waiting.give_back(part))
            if not line.waiting or line.waiting[0] is not waiting:
                line.waiting.appendleft(waiting)
        return sources

    def hold(self, sources: Iterable[Source]) -> None:
        """Serve them no more, until each was released as often as it was held."""
        for source in sources:
            line = self._lines.setdefault(source, _Line())
            if not line.holds:
                self.readings -= line.cost
            line.holds += 1

    def release(self, sources: Iterable[Source]) -> None:
        for source in sources:
            line = self._lines[source]
            line.holds -= 1
            if line.holds:
                continue
            self.readings += line.cost
            if not line.waiting:
                del self._lines[source]


def source_of(message: Message | UnreadBurst) -> Source:
    return message.device_id or message.org_id


def size_of(message: Message | UnreadBurst) -> int:
    """In bytes."""
    return message.size_bytes if isinstance(message, UnreadBurst) else len(message.body)


def cost_of(message: Message | UnreadBurst) -> int:
    """In readings, or in as many as would fill its bytes. Of what wasn't read it is a guess."""
    if isinstance(message, UnreadBurst):
        readings, size = len(message.bodies), message.size_bytes
    else:
        readings, size = message.readings, len(message.body)
    return max(readings, size // BYTES_PER_READING) if readings else 0
