"""A message that the database can't take ends nobody else's, and is not tried for ever; a database
that is away costs nobody a reading."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from structlog.testing import capture_logs

from db.connections.pools import open_ingest_pool
from db.readings.store import commit_something
from ingest.inbox.group_commit import Inbox
from ingest.inbox.suspects import Patience
from ingest.pipeline import run
from ingest.pipeline.decode import WireReading, decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.rejection import Rejection
from tests.make.database import DatabaseUrls, migrated_database
from tests.make.ingest import AGE, Device, new_device

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
POISON = 666.0
QUICK = Patience(pauses_seconds=(0.01,), pauses_by_itself_seconds=(0.01,))

CONNECTION_LOST = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle")
SHUT_DOWN = asyncpg.AdminShutdownError("terminating connection")
FULL = asyncpg.DiskFullError("could not extend file: No space left on device")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Tracebacks for people take a second each."""
    with capture_logs():
        yield


def _message(*values: float, device: Device | None = None) -> Message:
    body = msgspec.json.encode(
        [
            {"sensor": "t", "timestamp": NOW + timedelta(seconds=number), "value": value}
            for number, value in enumerate(values)
        ]
    )
    org_id, device_id = device or (uuid4(), None)
    return Message(org_id, device_id, Via.HTTP, body, time.perf_counter(), decode(body))


def _is_poisoned(message: Message) -> bool:
    return any(isinstance(e, WireReading) and e.value == POISON for e in message.elements)


class PoisonedStore:
    """Fails whole with `error` where a batch holds poison; everything else is stored."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.is_away = False
        self.stored: list[tuple[UUID, object]] = []
        self.attempts = 0

    async def ingest(self, messages: Sequence[Message]) -> list[Receipt]:
        self.attempts += 1
        await asyncio.sleep(0)
        if self.is_away or any(map(_is_poisoned, messages)):
            raise self.error
        return [self._receipt(message) for message in messages]

    async def commit_something(self) -> None:
        if self.is_away:
            raise self.error

    def _receipt(self, message: Message) -> Receipt:
        values = [e.value for e in message.elements if isinstance(e, WireReading)]
        self.stored += [(message.org_id, value) for value in values]
        refused = [e for e in message.elements if isinstance(e, Rejection)]
        return Receipt(accepted=len(values), quarantined=len(refused))


def _inbox(store: PoisonedStore) -> Inbox:
    return Inbox(store.ingest, commit_something=store.commit_something, patience=QUICK)


def _noting(answered: list[int], number: int) -> Callable[[Receipt], None]:
    return lambda _: answered.append(number)


async def _others_go_on(inbox: Inbox, until: Callable[[], bool]) -> None:
    """Others report one after the other, and each is stored."""
    async with asyncio.timeout(20):
        while not until():
            assert (await inbox.submit(_message(1.5))).accepted == 1


@pytest.mark.parametrize("error", [CONNECTION_LOST, SHUT_DOWN, FULL, asyncpg.DataError("no")])
async def test_poison_is_refused_alone_and_everybody_else_is_stored(error: Exception) -> None:
    store = PoisonedStore(error)
    async with (inbox := _inbox(store)).running():
        beside = [asyncio.create_task(inbox.submit(_message(1.5))) for _ in range(9)]
        poison = asyncio.create_task(inbox.submit(_message(1.5, POISON, 2.5)))
        beside += [asyncio.create_task(inbox.submit(_message(1.5))) for _ in range(9)]
        await _others_go_on(inbox, poison.done)
        assert [(await each).accepted for each in beside] == [1] * 18
        receipt = await poison
    assert (receipt.accepted, receipt.quarantined) == (2, 1)
    assert inbox.waiting_bytes == 0


async def test_poison_that_is_alone_is_refused_where_the_database_answers() -> None:
    store = PoisonedStore(CONNECTION_LOST)
    async with asyncio.timeout(10), (inbox := _inbox(store)).running():
        assert (await inbox.submit(_message(POISON))).quarantined == 1


async def test_what_a_source_sends_after_poison_is_stored_after_it() -> None:
    store = PoisonedStore(CONNECTION_LOST)
    device = uuid4(), uuid4()
    answered: list[int] = []
    async with asyncio.timeout(10), (inbox := _inbox(store)).running():
        for number, value in enumerate((1.0, POISON, 3.0, 4.0)):
            inbox.put(_message(value, device=device), _noting(answered, number))
        await inbox.drained()
    assert answered == [0, 1, 2, 3]
    assert [value for _, value in store.stored] == [1.0, 3.0, 4.0]


@pytest.mark.parametrize("error", [CONNECTION_LOST, SHUT_DOWN, FULL, OSError("refused")])
@pytest.mark.parametrize("senders", [1, 20])
async def test_while_the_database_is_away_nothing_good_is_set_aside(
    error: Exception, senders: int
) -> None:
    store = PoisonedStore(error)
    store.is_away = True
    async with asyncio.timeout(20), (inbox := _inbox(store)).running():
        waiting = [asyncio.create_task(inbox.submit(_message(1.5))) for _ in range(senders)]
        while store.attempts < 8:  # noqa: ASYNC110 - the store is asked; it doesn't tell
            await asyncio.sleep(0.01)
        waiting += [asyncio.create_task(inbox.submit(_message(2.5))) for _ in range(senders)]
        await asyncio.sleep(0)
        assert not any(each.done() for each in waiting)
        store.is_away = False
        receipts = await asyncio.gather(*waiting)
    assert {(each.accepted, each.quarantined) for each in receipts} == {(1, 0)}


async def test_a_full_disk_that_takes_something_small_costs_no_reading() -> None:
    """There is room for a transaction's end where there is none for its rows."""
    store = PoisonedStore(FULL)
    is_full = True

    async def ingest(messages: Sequence[Message]) -> list[Receipt]:
        store.is_away = is_full
        return await store.ingest(messages)

    async def nothing() -> None: ...

    inbox = Inbox(ingest, commit_something=nothing, patience=QUICK)
    async with asyncio.timeout(20), inbox.running():
        waiting = [asyncio.create_task(inbox.submit(_message(1.5))) for _ in range(3)]
        while store.attempts < 10:  # noqa: ASYNC110 - the store is asked; it doesn't tell
            await asyncio.sleep(0.01)
        is_full = False
        receipts = await asyncio.gather(*waiting)
    assert [each.accepted for each in receipts] == [1, 1, 1]


async def test_who_waits_is_known_to_wait_and_poison_makes_nobody_unready() -> None:
    store = PoisonedStore(SHUT_DOWN)
    async with asyncio.timeout(20), (inbox := _inbox(store)).running():
        assert inbox.waiting_seconds == 0
        poison = asyncio.create_task(inbox.submit(_message(POISON)))
        await inbox.submit(_message(1.5))
        assert inbox.waiting_seconds < 1
        await _others_go_on(inbox, poison.done)
        store.is_away = True
        good = asyncio.create_task(inbox.submit(_message(1.5)))
        await asyncio.sleep(0.2)
        assert inbox.waiting_seconds >= 0.2
        store.is_away = False
        await good


async def test_whoever_waits_with_much_leaves_room_for_others() -> None:
    store, attacker, room = PoisonedStore(SHUT_DOWN), uuid4(), 4 * len(_message(POISON).body)
    async with (inbox := _inbox(store)).running(drain_seconds=0):
        while inbox.has_room(attacker, room):
            inbox.put(_message(POISON, device=(attacker, uuid4())), lambda _: None)
        assert inbox.waiting_bytes < room
        assert inbox.has_room(uuid4(), room)


# And on a database that closes the connection of whoever sends it one value.

_TRAP = """
CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF NEW.value_double = 666 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER trap BEFORE INSERT ON tsd.reading FOR EACH ROW EXECUTE FUNCTION public.trap();
"""


@pytest.fixture
async def trapped() -> AsyncIterator[DatabaseUrls]:
    with migrated_database() as urls:
        connection = await asyncpg.connect(urls.admin)
        await connection.execute(_TRAP)
        await connection.close()
        yield urls


async def test_a_row_that_ends_its_connection_stops_no_other_tenant(trapped: DatabaseUrls) -> None:
    async with (
        asyncpg.create_pool(trapped.admin, min_size=1, max_size=2) as admin,
        open_ingest_pool(trapped.ingest) as pool,
    ):
        registry = Registry(pool, sensors_per_device=100)
        deps = run.Deps(pool, registry, lambda: NOW, AGE)
        attacker, neighbour = await new_device(admin), await new_device(admin)
        inbox = Inbox(
            lambda messages: run.ingest(messages, deps),
            prepare=lambda messages: run.prepare(messages, deps),
            make_partitions=lambda days: run.make_partitions(days, deps),
            commit_something=lambda: commit_something(pool),
            patience=QUICK,
        )
        async with asyncio.timeout(60), inbox.running():
            poison = asyncio.create_task(inbox.submit(_message(1.5, POISON, 2.5, device=attacker)))
            second = 0
            while not poison.done():
                second += 1
                await _sent(inbox, neighbour, second)
            receipt = await poison
        assert (receipt.accepted, receipt.quarantined) == (2, 1)
        assert [error.index for error in receipt.errors] == [1]
        kept = await admin.fetchval(
            "SELECT payload FROM platform.quarantine_entry WHERE org_id = $1", attacker[0]
        )
        assert set(msgspec.json.decode(kept)["withheld"]) == {"bytes", "sha256", "elements"}
        assert (
            await admin.fetchval("SELECT count(*) FROM tsd.reading WHERE org_id = $1", neighbour[0])
            == second
        )


async def _sent(inbox: Inbox, device: Device, second: int) -> None:
    at = NOW - timedelta(seconds=second)
    body = msgspec.json.encode({"sensor": "t", "timestamp": at, "value": 1.5})
    message = Message(*device, Via.MQTT, body, time.perf_counter(), decode(body))
    receipt = await inbox.submit(message)
    assert (receipt.accepted, receipt.quarantined) == (1, 0)
