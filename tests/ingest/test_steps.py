"""What other areas do in a batch's transaction: committed with it or not at all, and at no cost to
batches without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from db.connections.types import Connection, Pool
from db.readings.store import COPY_FROM_ROWS
from db.readings.times import microseconds
from ingest.inbox.group_commit import Inbox
from ingest.pipeline.compare import StoredReadings
from ingest.pipeline.decode import decode
from ingest.pipeline.directory import NO_READING
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from tests.make.ingest import AGE, Device, element, new_device

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIZES = pytest.mark.parametrize("size", [3, COPY_FROM_ROWS + 50])
"""Of a batch that is one statement, where no step is concerned, and of one that goes by COPY."""


class Counting:
    """A step that writes down how many readings a watched organization has stored, and may fail."""

    def __init__(self, *orgs: UUID) -> None:
        self.orgs = set(orgs)
        self.errors: list[Exception] = []
        self.runs = 0

    def concerns(self, readings: StoredReadings) -> bool:
        return any(sensor.org_id in self.orgs for sensor in readings.reporting)

    async def run(self, connection: Connection, stored: StoredReadings) -> None:
        self.runs += 1
        [org_id] = {sensor.org_id for sensor in stored.reporting}
        await connection.execute(
            "INSERT INTO platform.counted (org_id, readings) VALUES ($1, $2)",
            org_id,
            len(stored.rows),
        )
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture(scope="module", autouse=True)
async def counted(admin: asyncpg.Pool) -> None:
    await admin.execute("CREATE TABLE platform.counted (org_id uuid, readings integer)")
    await admin.execute("GRANT INSERT ON platform.counted TO iot_ingest")


def _deps(pool: Pool, *steps: Counting) -> Deps:
    registry = Registry(pool, sensors_per_device=100)
    return Deps(pool, registry, lambda: NOW, AGE, steps=list(steps))


def _message(device: Device, size: int, *, first: int = 0) -> Message:
    elements = [
        element("t", NOW - timedelta(seconds=first + n), first + n + 0.5) for n in range(size)
    ]
    body = msgspec.json.encode(elements)
    return Message(*device, Via.MQTT, body, 0, decode(body))


def _counts(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.quarantined


async def _written(admin: asyncpg.Pool, device: Device) -> tuple[list[int], int]:
    """What the step has written for the device's organization, and how many readings are stored."""
    rows = await admin.fetch("SELECT readings FROM platform.counted WHERE org_id = $1", device[0])
    stored = await admin.fetchval("SELECT count(*) FROM tsd.reading WHERE org_id = $1", device[0])
    return sorted(row["readings"] for row in rows), stored


@SIZES
async def test_what_a_step_writes_is_committed_with_the_batch(
    pool: Pool, admin: asyncpg.Pool, size: int
) -> None:
    device = await new_device(admin)
    deps = _deps(pool, Counting(device[0]))
    [receipt] = await ingest([_message(device, size)], deps)
    assert _counts(receipt) == (size, 0, 0)
    assert await _written(admin, device) == ([size], size)


@SIZES
async def test_a_step_is_given_what_was_stored_and_is_not_run_for_nothing(
    pool: Pool, admin: asyncpg.Pool, size: int
) -> None:
    device = await new_device(admin)
    step = Counting(device[0])
    deps = _deps(pool, step)
    await ingest([_message(device, size)], deps)
    [again, more] = await ingest([_message(device, size), _message(device, 2, first=size)], deps)
    assert (_counts(again), _counts(more)) == ((0, size, 0), (2, 0, 0))
    [receipt] = await ingest([_message(device, size)], deps)
    assert _counts(receipt) == (0, size, 0)
    assert await _written(admin, device) == ([2, size], size + 2)
    assert step.runs == 2


@SIZES
async def test_where_a_step_fails_nothing_is_stored(
    pool: Pool, admin: asyncpg.Pool, size: int
) -> None:
    device = await new_device(admin)
    step = Counting(device[0])
    step.errors = [LookupError("the first time")]
    deps = _deps(pool, step)
    with pytest.raises(LookupError):
        await ingest([_message(device, size)], deps)
    assert await _written(admin, device) == ([], 0)
    sensor = next(iter(deps.registry.device(device[1]).sensors))  # type: ignore[union-attr]
    assert sensor.newest == NO_READING, "what was not committed is not known"
    [receipt] = await ingest([_message(device, size)], deps)
    assert _counts(receipt) == (size, 0, 0)
    assert await _written(admin, device) == ([size], size)


@SIZES
async def test_nobody_is_answered_before_every_step_has_been_committed(
    pool: Pool, admin: asyncpg.Pool, size: int
) -> None:
    device = await new_device(admin)
    step = Counting(device[0])
    # The database is away, twice: that is nobody's fault, and waited for.
    step.errors = [OSError("gone"), asyncpg.DeadlockDetectedError("lost")]
    deps = _deps(pool, step)
    inbox = Inbox(lambda messages: ingest(messages, deps))
    answered: list[tuple[int, Receipt]] = []
    async with inbox.running():
        done = asyncio.Event()

        def answer(receipt: Receipt) -> None:
            answered.append((step.runs, receipt))
            done.set()

        inbox.put(_message(device, size), answer)
        await asyncio.wait_for(done.wait(), 20)
    [(runs, receipt)] = answered
    assert (runs, _counts(receipt)) == (3, (size, 0, 0))
    assert await _written(admin, device) == ([size], size)


async def test_stale_newest_times_run_a_step_once_for_what_is_new(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    size = COPY_FROM_ROWS + 50
    device = await new_device(admin)
    step = Counting(device[0])
    deps = _deps(pool, step)
    await ingest([_message(device, size, first=size)], deps)
    for sensor in deps.registry.device(device[1]).sensors:  # type: ignore[union-attr]
        sensor.newest = NO_READING
    [receipt] = await ingest([_message(device, 2 * size)], deps)
    assert _counts(receipt) == (size, size, 0)
    assert await _written(admin, device) == ([size, size], 2 * size)
    for sensor in deps.registry.device(device[1]).sensors:  # type: ignore[union-attr]
        assert sensor.newest == microseconds(NOW)


class _WatchedPool:
    """The pool, but that every statement of its connections is written down."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.statements: list[str] = []

    async def execute(self, query: str, *arguments: Any) -> str:
        async with self.acquire() as connection:
            done: str = await connection.execute(query, *arguments)
        return done

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection:
            with connection.query_logger(lambda record: self.statements.append(record.query)):
                yield connection


async def _statements(pool: Pool, deps_of: Callable[[Any], Deps], device: Device) -> Sequence[str]:
    """What a small batch of known sensors takes."""
    watched = _WatchedPool(pool)
    deps = deps_of(watched)
    await ingest([_message(device, 1)], deps)
    watched.statements.clear()
    [receipt] = await ingest([_message(device, 1, first=1)], deps)
    assert _counts(receipt) == (1, 0, 0)
    return watched.statements


async def test_a_small_batch_that_concerns_no_step_is_one_statement(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device, other = await new_device(admin), await new_device(admin)
    step = Counting(other[0])
    [statement] = await _statements(pool, lambda watched: _deps(watched, step), device)
    assert "tsd.store_readings" in statement
    assert step.runs == 0
    assert [statement] == await _statements(pool, _deps, other), "as where there are no steps"


async def test_a_small_batch_that_concerns_a_step_is_a_transaction_around_it(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device = await new_device(admin)
    step = Counting(device[0])
    statements = await _statements(pool, lambda watched: _deps(watched, step), device)
    begin, stored, counted, commit = statements
    assert begin.startswith("BEGIN")
    assert "tsd.store_readings" in stored
    assert "platform.counted" in counted
    assert commit == "COMMIT"
