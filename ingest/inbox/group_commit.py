"""Group commit: what many devices and requests deliver while one transaction runs becomes the next one.

There is no timer. An idle platform stores the first message at once; a busy one makes larger transactions, and
each costs less per reading. Everyone's acknowledgement waits for the one commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date

import structlog

from db.connections.background import Loop, TaskOwner, Turns, in_background
from db.connections.faults import is_fault_of_data
from ingest import metrics
from ingest.inbox.fair_queue import FairQueue, Part, Source, source_of
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.partitions import NeedsPartitions
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.run import Commit

log = structlog.get_logger()

Ingest = Callable[[Sequence[Message]], Awaitable[list[Receipt]]]
Prepare = Callable[[Sequence[Message]], Awaitable[Commit]]
Done = Callable[[Receipt], None]

READINGS_PER_COMMIT = 20_000
# Fewer wait for the commit that is under way and whatever else comes meanwhile: larger batches cost less. So do all while
# somebody reports lightly beside an upload: what is prepared early stands before whoever comes then.
PREPARE_FROM_READINGS = 10_000
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
HOPELESS_AFTER_RETRIES = 1
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
    ) -> None:
        self._ingest = ingest
        self._prepare = prepare
        self._make_partitions = make_partitions
        self._queue = FairQueue()
        self._tasks = TaskOwner("inbox")  # of `_run`
        self._storing: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.waiting_bytes = 0

    def put(self, message: Message, done: Done) -> None:
        """Queue a message; `done` is called with its receipt once it is committed.

        An error of `done` is its own: it is logged, and everybody else is answered.
        """
        if not len(message):
            done(Receipt())
            return
        self._queue.put(message, done)
        self.waiting_bytes += len(message.body)
        if self._storing is None:
            self._idle.clear()
            self._look.set()
        elif self._is_worth_preparing:
            self._look.set()

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
                if not self._queue and self._storing is None:
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
        parts = self._queue.take(READINGS_PER_COMMIT, time.perf_counter())
        parts, commit = await self._prepared(parts)
        if self._storing:
            await self._storing
            self._storing = None
        if parts:
            self._storing = self._tasks.start(self._store(parts, commit))
            self._storing.add_done_callback(lambda _: self._look.set())
        self._look.set()

    async def _prepared(self, parts: list[Part]) -> tuple[list[Part], Commit | None]:
        """Prepare what can be; what needs partitions first is put back, and they are made beside all this."""
        if self._prepare is None:
            return parts, None
        while parts:
            try:
                return parts, await self._prepare([message for message, _ in parts])
            except NeedsPartitions as needs:
                sources = {source_of(parts[number][0]) for number in needs.messages}
                self._queue.hold([part for part in parts if source_of(part[0]) in sources])
                parts = [part for part in parts if source_of(part[0]) not in sources]
                self._make(needs.days, sources)
            except Exception:  # it is tried again, and judged, by `_store`
                return parts, None
        return parts, None

    async def _store(self, parts: list[Part], commit: Commit | None = None) -> None:
        """Store the batch, however long the database is away. One refused for its data is halved until the
        message at fault stands alone, so that no tenant's bad row fails another's good one."""
        messages = [message for message, _ in parts]
        try:
            receipts = await self._persistently(messages, commit, is_hopeless=is_fault_of_data)
        except Exception:
            if len(parts) == 1:
                [(message, waiting)] = parts
                parts = [(body, waiting) for body in message.apart()]
            if len(parts) > 1:
                half = len(parts) // 2
                await self._store(parts[:half])
                await self._store(parts[half:])
                return
            log.exception("a message can't be stored", org_id=str(messages[0].org_id))
            messages[0].refuse(Rejection(Reason.MALFORMED, "the platform can't store this message"))
            receipts = await self._persistently(messages, None, is_hopeless=lambda _: False)
        self._tell(parts, receipts)

    def _make(self, days: set[date], sources: set[Source]) -> None:
        self._tasks.start(self._make_and_release(days, sources))

    async def _make_and_release(self, days: set[date], sources: set[Source]) -> None:
        """Whatever error there is, `ingest` meets it again, and knows whom it is about."""
        assert self._make_partitions  # noqa: S101 - given with `prepare`, the only one to ask for it
        with contextlib.suppress(Exception):
            await self._make_partitions(days)
        self._queue.release(sources)
        self._look.set()

    async def _persistently(
        self,
        messages: list[Message],
        commit: Commit | None,
        *,
        is_hopeless: Callable[[Exception], bool],
    ) -> list[Receipt]:
        """Try until it is committed. A commit whose answer was lost is repeated: the readings' key makes that
        harmless."""
        pauses = itertools.chain(RETRY_SECONDS, itertools.repeat(RETRY_SECONDS[-1]))
        for attempt in itertools.count():
            try:
                # What was prepared is good for one attempt: after an error everything is looked at anew.
                return await (commit() if commit and attempt == 0 else self._ingest(messages))
            except Exception as error:
                # What doesn't happen again was not the data's fault, whatever it looked like.
                if is_hopeless(error) and attempt >= HOPELESS_AFTER_RETRIES:
                    raise
                pause = next(pauses)
                log.warning(
                    "readings wait for the database", error=repr(error)[:200], pause_seconds=pause
                )
                await asyncio.sleep(pause)
        raise AssertionError  # counting has no end

    def _tell(self, parts: list[Part], receipts: list[Receipt]) -> None:
        """First everybody is answered, then it is counted."""
        now = time.perf_counter()
        waits: dict[Via, list[float]] = {via: [] for via in Via}
        for (part, waiting), receipt in zip(parts, receipts, strict=True):
            if (complete := waiting.answered(part, receipt)) is not None:
                whole = waiting.message
                self.waiting_bytes -= len(whole.body)
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
