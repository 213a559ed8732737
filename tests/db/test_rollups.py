"""Rollups: raw = every tier = statistics = latest = what the receipts said, at every moment, whatever interleaves."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db.rollups import retention
from tests.make.database import DatabaseUrls
from tests.make.rollups import (
    DAY,
    HOUR,
    NOW,
    QUARTER,
    Archive,
    OpenStep,
    assert_exact,
    assert_tiers_agree,
    begin_to_materialise,
    begin_to_repair,
    materialise_all,
    move_mark,
    pools,
    repair_all,
    reset,
    rows,
    store_rows,
    write,
)

# A longer search: ROLLUP_EXAMPLES=500 make test
EXAMPLES = int(os.environ.get("ROLLUP_EXAMPLES", "12"))
STEPS = int(os.environ.get("ROLLUP_STEPS", "25"))
LATE = 100 * DAY


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def archive(urls: DatabaseUrls) -> AsyncIterator[Archive]:
    async with pools(urls) as (ingest, owner, app):
        yield Archive(ingest, owner, app)


def _days() -> list[Any]:
    recent = [(NOW - n * DAY).date() for n in range(-2, 5)]
    return [*recent, *((NOW - LATE - n * DAY).date() for n in range(-1, 2))]


@pytest_asyncio.fixture(loop_scope="session")
async def empty(archive: Archive) -> Archive:
    await reset(archive, days=_days())
    return archive


# When readings are from: in order, minutes, hours, days and 100 days late, some at edges of buckets.
_ages = st.one_of(
    st.integers(0, 120),
    st.integers(0, 7200),
    st.integers(0, 3 * 86_400),
    st.integers(0, 3600).map(lambda seconds: int(LATE.total_seconds()) + seconds),
    st.sampled_from([0, 451, 900, 3600, 86_400]),
)
_values = st.sampled_from([-3.5, 0.0, 1.0, 2.5, 1e9, 1e9 + 1])
_batch = st.lists(st.tuples(st.integers(0, 1), _ages, _values), min_size=1, max_size=8)


@dataclass
class OpenWriter:
    """A transaction that has stored and not committed."""

    connection: Any
    transaction: Any
    stored: dict[tuple[UUID, datetime], float]


class RollupMachine(RuleBasedStateMachine):
    """Writers and the job advance one statement at a time, in any order; each has a connection of its own."""

    archive: Archive
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.truth: dict[UUID, dict[datetime, float]] = {
            sensor: {} for sensor in self.archive.sensors
        }
        self.writer: OpenWriter | None = None
        self.step: OpenStep | None = None
        self.accepted = 0
        self.deleted = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, 20))

    @initialize()
    def begin(self) -> None:
        self.run(reset(self.archive, days=_days()))

    def _rows(self, batch: list[tuple[int, int, float]]) -> list[Any]:
        unique: dict[tuple[UUID, datetime], float] = {}
        for sensor, age, value in batch:
            unique.setdefault(
                (self.archive.sensors[sensor], self.now - timedelta(seconds=age)), value
            )
        return [
            row
            for (sensor, at), value in unique.items()
            for row in rows(self.archive, sensor, {at: value})
        ]

    def _remember(self, stored: dict[tuple[UUID, datetime], float]) -> None:
        self.accepted += len(stored)
        for (sensor, at), value in stored.items():
            assert at not in self.truth[sensor], "the key decides what is new"
            self.truth[sensor][at] = value

    @precondition(lambda self: self.writer is None)  # the same key would wait for the open writer
    @rule(batch=_batch)
    def deliver(self, batch: list[tuple[int, int, float]]) -> None:
        ready = self._rows(batch)
        fresh = self.run(store_rows(self.archive, ready))
        self._remember(
            {(r.sensor_id, r.ts): r.value for r in ready if (r.sensor_id, r.ts) in fresh}
        )

    @precondition(lambda self: self.writer is None)
    @rule(dense_from=st.integers(0, 7200))
    def deliver_many(self, dense_from: int) -> None:
        """More than four a minute: their minutes are stored."""
        start = self.now - timedelta(seconds=dense_from)
        series = {start - timedelta(seconds=5 * n): float(n % 7) for n in range(200)}
        ready = rows(self.archive, self.archive.sensors[0], series)
        fresh = self.run(store_rows(self.archive, ready))
        self._remember(
            {(r.sensor_id, r.ts): r.value for r in ready if (r.sensor_id, r.ts) in fresh}
        )

    @precondition(lambda self: self.writer is None)
    @rule(batch=_batch)
    def begin_to_write(self, batch: list[tuple[int, int, float]]) -> None:
        async def begin() -> OpenWriter:
            connection = await self.archive.ingest.acquire()
            transaction = connection.transaction()
            await transaction.start()
            ready = self._rows(batch)
            fresh = await write(connection, ready)
            stored = {(r.sensor_id, r.ts): r.value for r in ready if (r.sensor_id, r.ts) in fresh}
            return OpenWriter(connection, transaction, stored)

        self.writer = self.run(begin())

    @precondition(lambda self: self.writer is not None)
    @rule(does_commit=st.booleans())
    def end_of_writing(self, does_commit: bool) -> None:
        writer, self.writer = self.writer, None
        assert writer is not None
        self.run(writer.transaction.commit() if does_commit else writer.transaction.rollback())
        self.run(self.archive.ingest.release(writer.connection))
        if does_commit:
            self._remember(writer.stored)

    @rule(forward=st.sampled_from([60, 900, 5000, 100_000, -4000]))
    def time_passes(self, forward: int) -> None:
        """The clock may also go back."""
        self.now = min(NOW + DAY, max(NOW - DAY, self.now + timedelta(seconds=forward)))

    @rule(settle=st.sampled_from([0, 60, 3600]))
    def mark_moves(self, settle: int) -> None:
        """Or it is given up, where a writer or a step is open: nobody else waits for long."""

        async def move() -> None:
            async with self.archive.owner.acquire() as connection:
                await connection.execute("SET lock_timeout = '30ms'")
                with contextlib.suppress(asyncpg.LockNotAvailableError):
                    await connection.execute(
                        "SELECT tsd.move_invalidation_threshold($1)",
                        self.now - timedelta(seconds=settle),
                    )
                await connection.execute("RESET lock_timeout")

        self.run(move())

    @precondition(lambda self: self.step is None)
    @rule(longest=st.sampled_from([QUARTER, HOUR, DAY, 200 * DAY]))
    def begin_to_materialise(self, longest: timedelta) -> None:
        self.step = self.run(begin_to_materialise(self.archive, longest))

    @precondition(lambda self: self.step is None)
    @rule(buckets=st.sampled_from([1, 3, 1000]))
    def begin_to_repair(self, buckets: int) -> None:
        self.step = self.run(begin_to_repair(self.archive, buckets))

    @precondition(lambda self: self.step is not None)
    @rule(is_killed=st.sampled_from([False, False, False, True]))
    def step_goes_on(self, is_killed: bool) -> None:
        assert self.step is not None
        step = self.step
        if is_killed:
            self.step = None
            self.run(step.kill())
        elif step.left:
            self.run(step.left.pop(0)())
        else:
            self.step = None
            self.run(step.end())

    @precondition(lambda self: self.step is None and self.writer is None)
    @rule()
    def job_runs(self) -> None:
        self.run(move_mark(self.archive, self.now - timedelta(minutes=1)))
        self.run(materialise_all(self.archive))
        self.run(repair_all(self.archive))
        self.run(assert_tiers_agree(self.archive, self.truth))

    @precondition(lambda self: self.step is None and self.writer is None)
    @rule(sensor=st.sampled_from([0, 1, None]), age=_ages, length=st.sampled_from([1, 900, 90_000]))
    def delete(self, sensor: int | None, age: int, length: int) -> None:
        start = self.now - timedelta(seconds=age)
        end = start + timedelta(seconds=length)
        chosen = None if sensor is None else self.archive.sensors[sensor]
        deleted = self.run(
            retention.delete_readings(
                self.archive.owner, self.archive.org_id, start, end, sensor_id=chosen
            )
        )
        self.deleted += deleted
        for of, series in self.truth.items():
            if chosen in (None, of):
                self.truth[of] = {
                    at: value for at, value in series.items() if not start <= at < end
                }

    @rule(bounds=st.lists(_ages, min_size=2, max_size=6, unique=True))
    def ask(self, bounds: list[int]) -> None:
        edges = sorted(self.now - timedelta(seconds=age) for age in bounds)
        self.run(assert_exact(self.archive, self.truth, edges))

    @rule(
        width=st.sampled_from([60, 900, 1200, 3600, 5400, 20_700, 86_400]), count=st.integers(1, 40)
    )
    def ask_by_width(self, width: int, count: int) -> None:
        start = datetime(2026, 11, 20, tzinfo=NOW.tzinfo)
        bounds = [start + timedelta(seconds=width * n) for n in range(count + 1)]
        self.run(assert_exact(self.archive, self.truth, [*bounds, NOW + 2 * DAY]))

    @invariant()
    def everything_adds_up(self) -> None:
        """One question over all time, the readings themselves, and the latest values."""
        whole = [NOW - LATE - 2 * DAY, NOW + 3 * DAY]
        self.run(assert_exact(self.archive, self.truth, whole))
        count = self.run(
            self.archive.owner.fetchval(
                "SELECT count(*) FROM tsd.reading WHERE org_id = $1", self.archive.org_id
            )
        )
        assert count == sum(map(len, self.truth.values())) == self.accepted - self.deleted
        latest = self.run(
            self.archive.owner.fetch(
                "SELECT sensor_id, ts, value_double FROM tsd.latest WHERE org_id = $1",
                self.archive.org_id,
            )
        )
        assert {(row["sensor_id"], row["ts"], row["value_double"]) for row in latest} == {
            (sensor, max(series), series[max(series)])
            for sensor, series in self.truth.items()
            if series
        }

    def teardown(self) -> None:
        if self.writer is not None:
            self.end_of_writing(True)
        while self.step is not None:
            self.step_goes_on(False)
        self.job_runs()


def test_whatever_interleaves_every_answer_is_exact(urls: DatabaseUrls) -> None:
    loop = asyncio.new_event_loop()
    opened = contextlib.AsyncExitStack()
    try:
        ingest, owner, app = loop.run_until_complete(opened.enter_async_context(pools(urls)))
        machine = type(
            "Machine", (RollupMachine,), {"archive": Archive(ingest, owner, app), "loop": loop}
        )
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(opened.aclose())
        loop.close()
