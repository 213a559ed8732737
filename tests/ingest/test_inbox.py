"""Group commit: everyone is answered once, after the commit, whatever the database does meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from ingest.inbox.group_commit import Inbox
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Rejection

BODY = b'[{"sensor":"t","timestamp":"2026-11-23T12:00:00Z","value":1.5}]'


class Broken(Exception):
    pass


def _message(body: bytes = BODY) -> Message:
    return Message(uuid4(), None, Via.HTTP, body, time.perf_counter(), decode(body))


def _stored(messages: Sequence[Message]) -> list[Receipt]:
    """What a pipeline that accepts everything answers."""
    return [
        Receipt(quarantined=1)
        if isinstance(message.elements[0], Rejection)
        else Receipt(accepted=1)
        for message in messages
    ]


async def test_what_arrives_during_a_commit_becomes_the_next_one() -> None:
    batches: list[int] = []
    first, release = asyncio.Event(), asyncio.Event()

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        batches.append(len(messages))
        first.set()
        await release.wait()
        return _stored(messages)

    inbox = Inbox(store)
    async with inbox.running():
        early = asyncio.create_task(inbox.submit(_message()))
        await first.wait()
        late = [asyncio.create_task(inbox.submit(_message())) for _ in range(50)]
        await asyncio.sleep(0)
        assert not early.done()
        release.set()
        receipts = await asyncio.gather(early, *late)
    assert batches == [1, 50]
    assert all(receipt.accepted == 1 for receipt in receipts)
    assert inbox.waiting_bytes == 0


async def test_a_database_that_is_away_is_waited_for() -> None:
    attempts = 0

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        nonlocal attempts
        attempts += 1
        if attempts < 4:
            raise [
                OSError("refused"),
                asyncpg.CannotConnectNowError("starting"),
                asyncpg.DeadlockDetectedError(""),
            ][attempts - 1]
        return _stored(messages)

    async with (inbox := Inbox(store)).running():
        assert (await inbox.submit(_message())).accepted == 1
    assert attempts == 4


@pytest.mark.parametrize(
    "errors",
    [
        [asyncpg.InternalClientError("another operation is in progress")] * 3,
        [RuntimeError("of no known kind")],
        [asyncpg.DataError("once")],
    ],
)
async def test_an_error_that_passes_puts_no_good_reading_into_quarantine(
    errors: list[Exception],
) -> None:
    left = iter(errors)

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        if error := next(left, None):
            raise error
        return _stored(messages)

    async with (inbox := Inbox(store)).running():
        receipt = await inbox.submit(_message())
    assert (receipt.accepted, receipt.quarantined) == (1, 0)


async def test_one_message_that_the_database_refuses_costs_no_other() -> None:
    poison = _message()

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        if any(
            message is poison and not isinstance(message.elements[0], Rejection)
            for message in messages
        ):
            raise asyncpg.DataError("no such value")
        return _stored(messages)

    messages = [_message() for _ in range(9)]
    messages.insert(4, poison)
    async with (inbox := Inbox(store)).running():
        receipts = await asyncio.gather(*map(inbox.submit, messages))
    assert [receipt.accepted for receipt in receipts] == [1] * 4 + [0] + [1] * 5
    assert receipts[4].quarantined == 1


async def test_the_end_waits_for_what_was_begun() -> None:
    async def store(messages: Sequence[Message]) -> list[Receipt]:
        await asyncio.sleep(0)
        return _stored(messages)

    done: list[Receipt] = []
    inbox = Inbox(store)
    async with inbox.running():
        for _ in range(10):
            inbox.put(_message(), done.append)
    assert len(done) == 10


async def test_an_error_in_one_messages_answer_is_that_ones_alone() -> None:
    async def store(messages: Sequence[Message]) -> list[Receipt]:
        return _stored(messages)

    def fail(_: Receipt) -> None:
        raise Broken

    async with asyncio.timeout(5), (inbox := Inbox(store)).running():
        first: list[Receipt] = []
        inbox.put(_message(), first.append)
        with capture_logs() as logs:
            inbox.put(_message(), fail)
            beside = await inbox.submit(_message())
        later = await inbox.submit(_message())
        await inbox.drained()
    assert [receipt.accepted for receipt in (*first, beside, later)] == [1, 1, 1]
    assert [entry["exc_info"] for entry in logs] == [True], "it is told, with its traceback"
    assert inbox.waiting_bytes == 0


async def test_an_error_of_the_inbox_itself_ends_whoever_runs_it() -> None:
    async def store(messages: Sequence[Message]) -> list[Receipt]:
        return []  # a receipt for each message is what was promised

    async def run() -> None:
        async with (inbox := Inbox(store)).running():
            await inbox.submit(_message())

    with pytest.raises(ValueError, match="zip"):
        await asyncio.wait_for(run(), 5)
