"""Publishes that were read at once are stored as one, and told apart in quarantine and where one is at fault."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from ingest.inbox.group_commit import Inbox
from ingest.pipeline.decode import NotReadings, decode
from ingest.pipeline.messages import Burst, Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Reason, Rejection

ORG, DEVICE = uuid4(), uuid4()
READING = b'{"sensor":"t","timestamp":"2026-11-23T12:00:00Z","value":1.5}'

_bodies = st.sampled_from(
    [
        READING,
        b"[" + READING + b"]",
        b"[" + READING + b', {"value": 2}, ' + READING + b"]",
        b"[]",
        b"",
        b"no JSON",
        b'{"value": 1}',
        b"[" * 3000,
        READING + b"," + READING,
        b'{"x":[1',
        b'{"y":1}]}',
    ]
)


def _alone(body: bytes) -> Message:
    try:
        elements = decode(body)
    except NotReadings as error:
        elements = [Rejection(Reason.MALFORMED, str(error))]
    return Message(ORG, DEVICE, Via.MQTT, body, 0, elements)


@given(bodies=st.lists(_bodies, max_size=8), start=st.integers(0, 6), size=st.integers(1, 6))
def test_a_bursts_elements_are_those_of_its_bodies_one_by_one(
    bodies: list[bytes], start: int, size: int
) -> None:
    burst = Burst.read(ORG, DEVICE, 0, bodies)
    alone = [_alone(body) for body in bodies]
    assert burst.elements == [element for message in alone for element in message.elements]
    expected = [message.as_sent(index) for message in alone for index in range(len(message))]
    assert [burst.as_sent(index) for index in range(len(burst))] == expected
    assert burst.body == b"".join(bodies)
    for whole in (burst, burst.part(min(start, len(burst)), min(start + size, len(burst)))):
        pieces = whole.apart()
        assert [element for piece in pieces for element in piece.elements] == whole.elements
        for piece in pieces:
            sent = [piece.as_sent(piece.first + at) for at in range(len(piece))]
            assert sent == expected[piece.first : piece.first + len(piece)]
            assert len({each.body_hash for each in sent}) <= 1


async def test_of_a_burst_only_the_body_at_fault_is_refused() -> None:
    bad = READING.replace(b"1.5", b"666.0")
    quarantined: list[bytes] = []

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        receipts = []
        for message in messages:
            faults = [element for element in message.elements if isinstance(element, Rejection)]
            if any(getattr(element, "value", None) == 666.0 for element in message.elements):
                raise asyncpg.DataError("always")
            quarantined.extend(
                message.as_sent(message.first + at).text
                for at, element in enumerate(message.elements)
                if isinstance(element, Rejection)
            )
            receipts.append(Receipt(accepted=len(message) - len(faults), quarantined=len(faults)))
        return receipts

    burst = Burst.read(
        ORG, DEVICE, time.perf_counter(), [READING, b"[" + READING + b"]", bad, READING]
    )
    async with (inbox := Inbox(store)).running():
        receipt = await inbox.submit(burst)
    assert (receipt.accepted, receipt.quarantined) == (3, 1)
    assert quarantined == [bad]
    assert inbox.waiting_bytes == 0
