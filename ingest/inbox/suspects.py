"""A message that can't be stored while others are: tried by itself, and set aside where it is at
fault. How that is told from a database that is away stands in the package's page.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import msgspec
import structlog

from db.connections.faults import DatabaseFault, fault_of
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import ItemError, Receipt
from ingest.pipeline.rejection import Reason, Rejection

log = structlog.get_logger()

# A message that can still be cut is: that is harmless, and needs no certainty.
FAILURES_BEFORE_CUTTING = 2
# One that is all bad would take two attempts for each of its elements: after so many refusals what
# fails is refused as it is.
REFUSED_PIECES_MAX = 8
ATTEMPTS_AT_ONCE = 2

_REFUSAL = Rejection(Reason.MALFORMED, "the platform can't store this")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a message must fail, while others are stored, before it is taken for at fault."""

    of_data: int = 2
    unclear: int = 4
    # What the database says is the moment's is that as a rule: a lock that lasts, a disk that is
    # nearly full. With the pauses, more than a minute in which others were stored.
    of_the_moment: int = 20
    pauses_seconds: tuple[float, ...] = (0.05, 0.1, 0.2, 0.5, 1.0)
    """Between attempts; the last one is repeated."""
    pauses_by_itself_seconds: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0, 5.0)

    def failures(self, fault: DatabaseFault) -> int:
        match fault:
            case DatabaseFault.DATA:
                return self.of_data
            case DatabaseFault.MOMENT:
                return self.of_the_moment
            case DatabaseFault.UNCLEAR:
                return self.unclear

    @property
    def pauses(self) -> Iterator[float]:
        return _endless(self.pauses_seconds)

    @property
    def pauses_by_itself(self) -> Iterator[float]:
        return _endless(self.pauses_by_itself_seconds)


def _endless(seconds: tuple[float, ...]) -> Iterator[float]:
    return chain(seconds, repeat(seconds[-1]))


class Suspects:
    """`ingest` stores messages; `others_stored` counts what was stored of anybody else;
    `is_writable` says whether the database commits something at this moment."""

    def __init__(
        self,
        ingest: Callable[[Sequence[Message]], Awaitable[list[Receipt]]],
        *,
        others_stored: Callable[[], int],
        is_writable: Callable[[], Awaitable[bool]],
        patience: Patience,
    ) -> None:
        self._ingest = ingest
        self._others_stored = others_stored
        self._is_writable = is_writable
        self._patience = patience
        self._lanes = asyncio.Semaphore(ATTEMPTS_AT_ONCE)

    async def receipt_of(self, message: Message) -> Receipt:
        """What became of it, however long that takes: all is stored that can be, and of what can't
        be the single elements are refused, as long as they are few."""
        receipt, waiting, refused = Receipt(), [message], 0
        while waiting:
            piece = waiting.pop()
            pieces = _cut(piece) if refused < REFUSED_PIECES_MAX else []
            try:
                became = await self._persistently(piece, can_be_cut=bool(pieces))
            except Exception as error:
                if pieces:
                    waiting += reversed(pieces)
                    continue
                became = await self._refused(piece, error)
                refused += 1
            receipt = receipt.plus(became)
        return receipt

    async def _persistently(self, message: Message, *, can_be_cut: bool = False) -> Receipt:
        """Try until it is committed, or has failed too often while others were stored: then its
        error is raised."""
        failures, others = 0, self._others_stored()
        for pause in self._patience.pauses_by_itself:
            try:
                async with self._lanes:
                    [receipt] = await self._ingest([message])
            except Exception as error:
                fault = fault_of(error)
                enough = FAILURES_BEFORE_CUTTING if can_be_cut else self._patience.failures(fault)
                failures += await self._is_its_own(fault, others)
                if failures >= enough:
                    raise
                log.warning("a message is tried by itself", error=repr(error)[:200])
            else:
                return receipt
            others = self._others_stored()
            await asyncio.sleep(pause)
        raise AssertionError  # pauses have no end

    async def _is_its_own(self, fault: DatabaseFault, others: int) -> bool:
        """Whether a failure counts: not while the database may be away."""
        if fault is DatabaseFault.DATA or self._others_stored() > others:
            return True
        return fault is DatabaseFault.UNCLEAR and await self._is_writable()

    async def _refused(self, message: Message, error: Exception) -> Receipt:
        """Keep it as it was sent, where that is possible, or a note in its place."""
        log.error("a message can't be stored", org_id=str(message.org_id), exc_info=error)
        size = len(message)
        if fault_of(error) is DatabaseFault.DATA:
            message.refuse(_REFUSAL)
            kept = await self._kept(message)
            if kept is not None:
                return kept
        await self._kept(_note(message))
        numbers = range(message.first, message.first + size)
        reason, told = _REFUSAL.reason, _REFUSAL.message
        return Receipt(quarantined=size, errors=[ItemError(at, reason, told) for at in numbers])

    async def _kept(self, refused: Message) -> Receipt | None:
        try:
            return await self._persistently(refused)
        except Exception as error:
            log.error("what was refused can't be kept", exc_info=error)
            return None


def _cut(message: Message) -> list[Message]:
    """Between its bodies, or else in two; none where it is a single element."""
    bodies, size = message.apart(), len(message)
    if len(bodies) > 1:
        half = len(bodies) // 2
        middle = bodies[half].first - message.first
    else:
        middle = size // 2
    return [message.part(0, middle), message.part(middle, size)] if size > 1 else []


def _note(message: Message) -> Message:
    """What is quarantined in place of elements that can't be: what was sent is told by its hash and
    its length."""
    whole = message.source or message
    note = {
        "bytes": len(whole.body),
        "sha256": (whole.body_hash or hashlib.sha256(whole.body).digest()).hex(),
        "elements": {"first": message.first, "count": len(message)},
    }
    return Message(
        message.org_id,
        message.device_id,
        message.via,
        msgspec.json.encode({"withheld": note}),
        message.received_at,
        [_REFUSAL],
        is_replayed=message.is_replayed,
    )
