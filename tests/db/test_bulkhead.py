"""No organization takes all connections."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from db.connections.bulkhead import Bulkhead
from db.connections.sessions import Database, open_database
from tests.make.platform import RunningPlatform

PER_ORGANIZATION = 2
CONNECTIONS = 5
_SLEEP = select(func.pg_sleep(0.5))
_NOTHING = {"transaction": text("SELECT 1"), "reading_transaction": "SELECT 1"}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=40))
def test_none_ever_holds_more_than_its_share_and_nothing_stays(
    requests: list[tuple[int, int, bool]],
) -> None:
    """Requests of four organizations, of which some last longer and some are cancelled, waiting or at work."""
    organizations = [uuid4() for _ in range(4)]
    held: Counter[UUID] = Counter()
    served = 0

    async def serve(bulkhead: Bulkhead, org_id: UUID, turns: int) -> None:
        nonlocal served
        async with bulkhead.turn(org_id):
            held[org_id] += 1
            assert held[org_id] <= PER_ORGANIZATION
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
            finally:
                held[org_id] -= 1
        served += 1

    async def main() -> None:
        bulkhead = Bulkhead(CONNECTIONS, per_organization=PER_ORGANIZATION)
        tasks = [
            (asyncio.create_task(serve(bulkhead, organizations[which], turns)), is_cancelled)
            for which, turns, is_cancelled in requests
        ]
        await asyncio.sleep(0)
        for task, is_cancelled in tasks:
            if is_cancelled:
                task.cancel()
        outcomes = await asyncio.gather(*(task for task, _ in tasks), return_exceptions=True)
        assert all(
            outcome is None or isinstance(outcome, asyncio.CancelledError) for outcome in outcomes
        )
        assert served >= sum(not is_cancelled for *_, is_cancelled in requests)
        assert (bulkhead._shares.free, bulkhead._waiting) == (CONNECTIONS, {})

    asyncio.run(main())


async def test_who_asks_for_too_much_waits_and_nobody_else_does(platform: RunningPlatform) -> None:
    url = platform.secret_urls()["database_url"]
    greedy, modest = uuid4(), uuid4()
    finished: list[UUID] = []

    async def ask_slowly(database: Database, org_id: UUID) -> None:
        async with database.snapshot(org_id) as snapshot:
            await snapshot.value(_SLEEP)
        finished.append(org_id)

    async with open_database(
        url, pool_size=3, per_organization=PER_ORGANIZATION, statement_timeout_seconds=5
    ) as database:
        async with asyncio.TaskGroup() as everybody:
            for _ in range(5):
                everybody.create_task(ask_slowly(database, greedy))
            await asyncio.sleep(0)
            everybody.create_task(ask_slowly(database, modest))
        assert finished.index(modest) <= PER_ORGANIZATION
        assert len(finished) == 6


@pytest.mark.parametrize("way", ["snapshot", "transaction", "reading_transaction"])
async def test_a_turn_is_given_back_after_an_error(platform: RunningPlatform, way: str) -> None:
    url = platform.secret_urls()["database_url"]
    org_id = uuid4()

    async def fail(database: Database) -> None:
        async with getattr(database, way)(org_id) as opened:
            await (opened.value(select(1)) if way == "snapshot" else opened.execute(_NOTHING[way]))
            raise ZeroDivisionError

    async with open_database(
        url, pool_size=2, per_organization=1, statement_timeout_seconds=5
    ) as database:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await asyncio.wait_for(fail(database), 5)
