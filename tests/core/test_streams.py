"""An answer that is made while it is sent ends with its client, and never quietly before its
end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import pytest

from app.core.errors import TooManyRequests, Unavailable
from app.core.http.streams import ByteStream
from app.core.running_responses import ResponseSlots
from app.settings.responses import ResponseSettings
from tests.make.actors import actor_of


class Conversation:
    """What a server would pass on: messages out, and the client's leaving in."""

    def __init__(self, *, reads: int | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.has_left = asyncio.Event()
        self.is_under_way = asyncio.Event()
        self._reads = reads

    async def send(self, message: Any) -> None:
        if self._reads is not None and len(self.sent) > self._reads:
            await asyncio.Event().wait()  # its buffers are full
        self.sent.append(message)
        if len(self.sent) == 10:
            self.is_under_way.set()

    async def receive(self) -> Any:
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def is_whole(self) -> bool:
        return self.sent[-1].get("more_body") is False


class Source:
    def __init__(self, pieces: int, error: Exception | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.is_closed = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            for _ in range(self._pieces):
                await asyncio.sleep(0)
                yield b"x"
            if self._error:
                raise self._error
        finally:
            self.is_closed = True


async def answer(source: Source, conversation: Conversation, *, stall_seconds: float = 30) -> None:
    stream = ByteStream(
        source.pieces(),
        media_type="text/csv",
        headers={"A": "b"},
        pace=ResponseSettings(stall_seconds=stall_seconds),
    )
    scope: Any = {"type": "http"}
    await stream.to_asgi_response()(scope, conversation.receive, conversation.send)


async def test_what_is_sent_is_whole_and_says_so() -> None:
    source, conversation = Source(5), Conversation()
    await answer(source, conversation)
    assert (conversation.body, conversation.is_whole, source.is_closed) == (b"xxxxx", True, True)
    assert dict(conversation.sent[0]["headers"]) == {b"a": b"b", b"content-type": b"text/csv"}


async def test_an_error_is_raised_and_the_body_has_no_end() -> None:
    source, conversation = Source(2, ValueError("broken")), Conversation()
    with pytest.raises(ValueError, match="broken"):
        await answer(source, conversation)
    assert (conversation.body, conversation.is_whole, source.is_closed) == (b"xx", False, True)


async def test_a_client_that_leaves_ends_it() -> None:
    source, conversation = Source(10**9), Conversation()
    task = asyncio.create_task(answer(source, conversation))
    await conversation.is_under_way.wait()
    conversation.has_left.set()
    await task
    assert (conversation.is_whole, source.is_closed) == (False, True)


async def test_a_client_that_does_not_read_is_given_up() -> None:
    source, conversation = Source(10**9), Conversation(reads=3)
    with pytest.raises(ConnectionAbortedError):
        await answer(source, conversation, stall_seconds=0.05)
    assert (conversation.is_whole, source.is_closed) == (False, True)


async def test_whoever_stops_the_server_stops_it_too() -> None:
    source, conversation = Source(10**9), Conversation()
    task = asyncio.create_task(answer(source, conversation))
    await conversation.is_under_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.is_closed


def test_slots_are_given_back_and_no_organization_takes_all() -> None:
    slots = ResponseSlots("long answer", in_all=4, per_organization=2)
    one, other, third, fourth = (actor_of(uuid4()) for _ in range(4))
    ended: list[str] = []
    with slots.taken(one, ended.append), slots.taken(one, ended.append):
        with pytest.raises(TooManyRequests), slots.taken(one, ended.append):
            pass
        with slots.taken(other, ended.append), slots.taken(third, ended.append):
            assert not ended
            # All is taken: who has none gets a place of who has most.
            with slots.taken(fourth, ended.append):
                assert ended == ["MAKING_ROOM"]
                with pytest.raises(Unavailable), slots.taken(actor_of(uuid4()), ended.append):
                    pass
    with slots.taken(one, ended.append), slots.taken(one, ended.append):
        assert ended == ["MAKING_ROOM"]
