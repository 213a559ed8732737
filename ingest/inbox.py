"""Group commit: what many devices and requests deliver while one transaction runs becomes the next one.

There is no timer. An idle platform stores the first message at once; a busy one makes larger transactions, and
each costs less per reading. Everyone's acknowledgement waits for the one commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import asyncpg
import structlog

from ingest import metrics
from ingest.messages import Message, Reason, Rejection, Via
from ingest.pipeline import Receipt

log = structlog.get_logger()

Ingest = Callable[[Sequence[Message]], Awaitable[list[Receipt]]]
Done = Callable[[Receipt], None]

READINGS_PER_COMMIT = 20_000
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
HOPELESS_AFTER_RETRIES = 1

# SQLSTATE classes that a row's own data causes: data exceptions, and constraints. Whatever else the database says
# is not the data's fault: it is away, starting, full, or chose this transaction as a deadlock's victim.
_FAULTS_OF_DATA = ("22", "23")


def is_fault_of_data(error: Exception) -> bool:
    """Whether the same batch would be refused again, for what is in it."""
    match error:
        case asyncpg.PostgresError():
            return (error.sqlstate or "").startswith(_FAULTS_OF_DATA)
        # TimeoutError is an OSError. InternalClientError is what asyncpg says of a connection that PostgreSQL's
        # death left half-way; taken for a fault of the data, it once put good readings into quarantine.
        case OSError() | asyncpg.InterfaceError() | asyncpg.InternalClientError():
            return False
        case _:  # our own mistake, which a message has brought out
            return True


class Inbox:
    """Takes messages, stores them in batches, and calls each one back with its receipt after the commit."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._waiting: deque[tuple[Message, Done]] = deque()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.waiting_bytes = 0

    def put(self, message: Message, done: Done) -> None:
        """Queue a message; `done` is called with its receipt once it is committed."""
        self._waiting.append((message, done))
        self.waiting_bytes += len(message.body)
        self._idle.clear()
        self._arrived.set()

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
        task = asyncio.create_task(self._run())
        try:
            yield
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.drained(), drain_seconds)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            batch = self._take()
            await self._store([message for message, _ in batch], [done for _, done in batch])
            if not self._waiting:
                self._arrived.clear()
                self._idle.set()

    def _take(self) -> list[tuple[Message, Done]]:
        batch = [self._waiting.popleft()]
        elements = len(batch[0][0])
        while self._waiting and elements + len(self._waiting[0][0]) <= READINGS_PER_COMMIT:
            batch.append(self._waiting.popleft())
            elements += len(batch[-1][0])
        return batch

    async def _store(self, messages: list[Message], done: list[Done]) -> None:
        """Store the batch, however long the database is away. One refused for its data is halved until the
        message at fault stands alone, so that no tenant's bad row fails another's good one."""
        try:
            receipts = await self._persistently(messages, is_hopeless=is_fault_of_data)
        except Exception:
            if len(messages) > 1:
                half = len(messages) // 2
                await self._store(messages[:half], done[:half])
                await self._store(messages[half:], done[half:])
                return
            log.exception("a message can't be stored", org_id=str(messages[0].org_id))
            messages[0].refuse(Rejection(Reason.MALFORMED, "the platform can't store this message"))
            receipts = await self._persistently(messages, is_hopeless=lambda _: False)
        self._tell(messages, done, receipts)

    async def _persistently(
        self, messages: list[Message], *, is_hopeless: Callable[[Exception], bool]
    ) -> list[Receipt]:
        """Try until it is committed. A commit whose answer was lost is repeated: the readings' key makes that
        harmless."""
        pauses = itertools.chain(RETRY_SECONDS, itertools.repeat(RETRY_SECONDS[-1]))
        for attempt in itertools.count():
            try:
                return await self._ingest(messages)
            except Exception as error:
                # What doesn't happen again was not the data's fault, whatever it looked like.
                if is_hopeless(error) and attempt >= HOPELESS_AFTER_RETRIES:
                    raise
                pause = next(pauses)
                log.warning("readings wait for the database", error=repr(error)[:200], pause_seconds=pause)
                await asyncio.sleep(pause)
        raise AssertionError  # counting has no end

    def _tell(self, messages: list[Message], done: list[Done], receipts: list[Receipt]) -> None:
        now = time.perf_counter()
        metrics.batch_readings.observe(sum(len(message) for message in messages))
        # Added up first: a metric costs more than a comparison, and there may be 20,000 messages in a batch.
        counts: Counter[tuple[str, Via]] = Counter()
        for message, call, receipt in zip(messages, done, receipts, strict=True):
            self.waiting_bytes -= len(message.body)
            counts["accepted", message.via] += receipt.accepted
            counts["duplicate", message.via] += receipt.duplicates
            counts["quarantined", message.via] += receipt.quarantined
            metrics.publish_to_commit_seconds.labels(message.via).observe(now - message.received_at)
            call(receipt)
        for (result, via), number in counts.items():
            if number:
                metrics.readings.labels(result, via).inc(number)
