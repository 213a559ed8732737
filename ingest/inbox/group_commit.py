"""Group commit: what many devices and requests deliver while one transaction runs becomes the next one.

There is no timer. An idle platform stores the first message at once; a busy one makes larger transactions, and
each costs less per reading. Everyone's acknowledgement waits for the one commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from uuid import UUID

import structlog

from db.connections.background import Loop, TaskOwner, Turns, in_background
from db.connections.faults import DatabaseFault, fault_of
from ingest import metrics
from ingest.inbox.fair_queue import FairQueue, Part, Source, size_of, source_of
from ingest.inbox.suspects import Patience, Suspects
from ingest.inbox.unread import UnreadBurst
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.partitions import NeedsPartitions
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.run import Commit

log = structlog.get_logger()

Ingest = Callable[[Sequence[Message]], Awaitable[list[Receipt]]]
Prepare = Callable[[Sequence[Message]], Awaitable[Commit]]
Done = Callable[[Receipt], None]

READINGS_PER_COMMIT = 20_000
# When nobody has a turn, since all that waits has had more than its own: the next one comes so soon.
TURN_SECONDS = 0.002
# Fewer wait for the commit that is under way and whatever else comes meanwhile: larger batches cost less. So do all while
# somebody reports lightly beside an upload: what is prepared early stands before whoever comes then.
PREPARE_FROM_READINGS = 10_000
# A transaction may take a minute until the database itself ends it, and be tried again once.
LONGEST_TURN_SECONDS = 150


class Inbox:
    """Takes messages, stores them in batches, and calls each one back with its receipt after the commit.

    While a batch is in its commit the next one is prepared, once that many readings wait. Batches are committed one
    after the other, so that a source's readings are stored in the order in which they came.
    """

    def __init__(
        self,
        ingest: Ingest,
        *,
        prepare: Prepare | None = None,
        make_partitions: Callable[[set[date]], Awaitable[None]] | None = None,
        commit_something: Callable[[], Awaitable[None]] | None = None,
        patience: Patience = Patience(),  # noqa: B008 - frozen
    ) -> None:
        """`commit_something` writes as readings are written, and raises where that can't be
        committed."""
        self._ingest = ingest
        self._prepare = prepare
        self._make_partitions = make_partitions
        self._commit_something = commit_something
        self._patience = patience
        self._queue = FairQueue()
        self._tasks = TaskOwner("inbox")  # of `_run`
        self._storing: asyncio.Task[None] | None = None
        self._ahead: list[Part] = []  # prepared, while another batch is in its commit
        self._suspected: set[Source] = set()
        self._suspects = Suspects(
            ingest,
            others_stored=lambda: self._stored,
            is_writable=self._is_writable,
            patience=patience,
        )
        self._stored = 0  # batches
        self._begun_at: float | None = None  # storing what is being stored
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.waiting_bytes = 0
        self._waiting_bytes_of: Counter[UUID] = Counter()  # organizations

    def put(self, message: Message | UnreadBurst, done: Done) -> None:
        """Queue a message; `done` is called with its receipt once it is committed.

        An error of `done` is its own: it is logged, and everybody else is answered.
        """
        if isinstance(message, Message) and not len(message):
            done(Receipt())
            return
        self._queue.put(message, done)
        self._count_waiting(message.org_id, size_of(message))
        if self._storing is None:
            self._idle.clear()
            self._look.set()
        elif self._is_worth_preparing:
            self._look.set()

    def has_room(self, org_id: UUID, bytes_max: int) -> bool:
        """Whether another message of the organization may wait, where all may be so many bytes.

        None has more waiting than is left for others: whoever has none finds room.
        """
        return self._waiting_bytes_of[org_id] <= bytes_max - self.waiting_bytes

    def _count_waiting(self, org_id: UUID, size: int) -> None:
        self.waiting_bytes += size
        self._waiting_bytes_of[org_id] += size
        if not self._waiting_bytes_of[org_id]:
            del self._waiting_bytes_of[org_id]

    @property
    def waiting_seconds(self) -> float:
        """How long the batch at hand is being stored, or somebody waits who has sent little: what
        the platform keeps waiting. Who has sent much, or what can't be stored, waits for itself."""
        now = time.perf_counter()
        since = [at for at in (self._begun_at, self._queue.oldest_light(now)) if at is not None]
        return now - min(since, default=now)

    async def submit(self, message: Message) -> Receipt:
        """Queue a message and wait for its receipt."""
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

        def tell(result: Receipt) -> None:
            if not receipt.done():  # the waiter may have given up
                receipt.set_result(result)

        self.put(message, tell)
        return await receipt

    async def drained(self) -> None:
        """Wait until everything that was put is committed."""
        await self._idle.wait()

    @contextlib.asynccontextmanager
    async def running(self, *, drain_seconds: float = 5) -> AsyncIterator[None]:
        """Store what arrives while the block runs; at its end, finish what was begun, for so long."""
        async with in_background(Loop("inbox", self._run, LONGEST_TURN_SECONDS)):
            yield
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(drain_seconds):
                    await self.drained()

    async def _run(self, turns: Turns) -> None:
        async with self._tasks:
            while True:
                if not self._queue.readings and self._storing is None:
                    turns.rest()
                await self._look.wait()
                self._look.clear()
                if self._storing and self._storing.done():
                    self._storing = None
                if self._queue.readings and (self._storing is None or self._is_worth_preparing):
                    turns.next()
                    await self._begin_next()
                elif not self._queue and self._storing is None:
                    self._idle.set()

    @property
    def _is_worth_preparing(self) -> bool:
        """While another batch is in its commit."""
        is_large = self._queue.readings >= PREPARE_FROM_READINGS
        return is_large and not self._queue.is_shared(time.perf_counter())

    async def _begin_next(self) -> None:
        self._ahead, commit = await self._prepared(self._taken())
        prepared = self._ahead
        if self._storing:
            await self._storing
            self._storing = None
        parts, self._ahead = self._without_suspected(self._ahead), []
        if parts or not self._queue.readings:
            self._look.set()
        else:
            asyncio.get_running_loop().call_later(TURN_SECONDS, self._look.set)
        if parts:
            commit = commit if parts == prepared else None
            self._storing = self._tasks.start(self._store(parts, commit))
            self._storing.add_done_callback(lambda _: self._look.set())

    def _taken(self) -> list[Part]:
        """Whose turn it is. What has turned out to hold nothing is answered at once."""
        parts = self._queue.take(READINGS_PER_COMMIT, time.perf_counter())
        if empty := [part for part in parts if not len(part[0])]:
            self._tell(empty, [Receipt() for _ in empty])
        return [part for part in parts if len(part[0])]

    def _without_suspected(self, parts: list[Part]) -> list[Part]:
        """What follows a message that is tried by itself waits for it."""
        late = [part for part in parts if source_of(part[0]) in self._suspected]
        self._queue.put_back(late)
        return [part for part in parts if source_of(part[0]) not in self._suspected]

    async def _prepared(self, parts: list[Part]) -> tuple[list[Part], Commit | None]:
        """Prepare what can be; what needs partitions first is put back, and they are made beside all this."""
        if self._prepare is None:
            return parts, None
        while parts:
            try:
                return parts, await self._prepare([message for message, _ in parts])
            except NeedsPartitions as needs:
                sources = {source_of(parts[number][0]) for number in needs.messages}
                self._queue.put_back([part for part in parts if source_of(part[0]) in sources])
                self._queue.hold(sources)
                parts = [part for part in parts if source_of(part[0]) not in sources]
                self._make(needs.days, sources)
            except Exception:  # it is tried again, and judged, by `_store`
                return parts, None
        return parts, None

    async def _store(self, parts: list[Part], commit: Commit | None = None) -> None:
        """Store the batch, however long the database is away. Where it isn't, and the batch can't
        be stored, it is halved until a single source's part stands alone, and that is tried by
        itself."""
        self._begun_at = time.perf_counter()
        try:
            await self._store_or_divide(parts, commit)
        finally:
            self._begun_at = None

    async def _store_or_divide(self, parts: list[Part], commit: Commit | None = None) -> None:
        for attempt, pause in enumerate(self._patience.pauses):
            # What was prepared is good for one attempt: after an error everything is looked at
            # anew. What doesn't happen again was nobody's fault, whatever it looked like.
            error = await self._attempt(parts, None if attempt else commit)
            if error is None:
                return
            if attempt:
                at_fault = await self._at_fault(parts, error, attempt)
                if at_fault:
                    await self._divide(at_fault)
                    return
                parts = self._with_others(parts)
            log.warning(
                "readings wait for the database", error=repr(error)[:200], pause_seconds=pause
            )
            await asyncio.sleep(pause)

    async def _attempt(self, parts: list[Part], commit: Commit | None = None) -> Exception | None:
        """Store them and answer; or the error. A commit whose answer was lost is repeated: the
        readings' key makes that harmless."""
        try:
            receipts = await (commit() if commit else self._ingest([part for part, _ in parts]))
        except Exception as error:
            return error
        self._stored += 1
        self._tell(parts, receipts)
        return None

    async def _at_fault(self, parts: list[Part], error: Exception, attempt: int) -> list[Part]:
        """The parts of which it is known that they, and not the database, are why the batch isn't
        stored; none while that may be away.

        One source after the other is tried alone: when it is stored, the rest is at fault.
        """
        sources = list(dict.fromkeys(source_of(part) for part, _ in parts))
        if fault_of(error) is DatabaseFault.DATA:
            return parts
        if len(sources) == 1:
            is_unclear = fault_of(error) is DatabaseFault.UNCLEAR
            return parts if is_unclear and await self._is_writable() else []
        chosen = sources[attempt % len(sources)]
        if await self._attempt([part for part in parts if source_of(part[0]) == chosen]):
            return []
        return [part for part in parts if source_of(part[0]) != chosen]

    async def _divide(self, parts: list[Part]) -> None:
        """Store each half of the sources by itself, or try a source that is alone beside everybody
        else's transactions."""
        sources = list(dict.fromkeys(source_of(part) for part, _ in parts))
        if len(sources) == 1:
            self._suspect(sources[0], parts)
            return
        first = set(sources[: len(sources) // 2])
        await self._store_or_divide([part for part in parts if source_of(part[0]) in first])
        await self._store_or_divide([part for part in parts if source_of(part[0]) not in first])

    def _with_others(self, parts: list[Part]) -> list[Part]:
        """A source that is alone shows nothing: whoever else waits is tried with it."""
        if len({source_of(part) for part, _ in parts}) > 1:
            return parts
        ahead, self._ahead = self._ahead, []
        return [*parts, *self._without_suspected(ahead), *self._taken()]

    async def _is_writable(self) -> bool:
        if self._commit_something is None:
            return False
        try:
            await self._commit_something()
        except Exception as error:
            log.warning("the database commits nothing", error=repr(error)[:200])
            return False
        return True

    def _suspect(self, source: Source, parts: list[Part]) -> None:
        """What else comes of it waits, so that it is stored in order."""
        self._suspected.add(source)
        self._queue.hold([source])
        self._tasks.start(self._judge(source, parts))

    async def _judge(self, source: Source, parts: list[Part]) -> None:
        for part, waiting in parts:
            self._tell([(part, waiting)], [await self._suspects.receipt_of(part)])
        self._suspected.discard(source)
        self._queue.release([source])
        self._look.set()

    def _make(self, days: set[date], sources: set[Source]) -> None:
        self._tasks.start(self._make_and_release(days, sources))

    async def _make_and_release(self, days: set[date], sources: set[Source]) -> None:
        """Whatever error there is, `ingest` meets it again, and knows whom it is about."""
        assert self._make_partitions  # noqa: S101 - given with `prepare`, the only one to ask for it
        with contextlib.suppress(Exception):
            await self._make_partitions(days)
        self._queue.release(sources)
        self._look.set()

    def _tell(self, parts: list[Part], receipts: list[Receipt]) -> None:
        """First everybody is answered, then it is counted."""
        now = time.perf_counter()
        waits: dict[Via, list[float]] = {via: [] for via in Via}
        for (part, waiting), receipt in zip(parts, receipts, strict=True):
            self._queue.charge(source_of(part), receipt, now)
            if (complete := waiting.answered(part, receipt)) is not None:
                whole = waiting.whole
                self._count_waiting(whole.org_id, -len(whole.body))
                waits[whole.via] += [now - whole.received_at] * max(1, len(whole.body_ends))
                try:
                    waiting.done(complete)
                except Exception:
                    log.exception("a sender can't be told", org_id=str(whole.org_id))
        metrics.batch_readings.observe(sum(receipt.total for receipt in receipts))
        for via, seconds in waits.items():
            if seconds:
                metrics.publish_to_commit_seconds.labels(via).observe_all(seconds)
        self._count(parts, receipts)

    @staticmethod
    def _count(parts: list[Part], receipts: list[Receipt]) -> None:
        for via in {message.via for message, _ in parts}:
            own = [
                receipt
                for (message, _), receipt in zip(parts, receipts, strict=True)
                if message.via is via
            ]
            for result, number in (
                ("accepted", sum(receipt.accepted for receipt in own)),
                ("duplicate", sum(receipt.duplicates for receipt in own)),
                ("quarantined", sum(receipt.quarantined for receipt in own)),
            ):
                if number:
                    metrics.readings.labels(result, via).inc(number)
