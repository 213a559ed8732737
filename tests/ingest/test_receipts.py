"""A device that asks for a receipt is told, after the commit, what became of its message."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from db.connections.types import Pool
from ingest.clock import DatabaseClock
from ingest.delivery_router import DeliveryRouter
from ingest.devices.command_answers import CommandAnswers
from ingest.devices.config import ReportedConfigs
from ingest.devices.health import HealthLog
from ingest.devices.media_requests import MediaRequests
from ingest.devices.presence import Presence
from ingest.devices.receipts import (
    ID_MAX_CHARACTERS,
    may_ask,
    read_request,
    receipt_body,
    split_at_requests,
)
from ingest.inbox.group_commit import Inbox
from ingest.inspector.recorder import Recorder
from ingest.mqtt.broker import Broker, Device, server_tls
from ingest.mqtt.downlink import Downlink
from ingest.mqtt.topics import Topic
from ingest.pipeline.messages import Message
from ingest.pipeline.receipts import ItemError, Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from tests.make.ingest import AGE, new_device

from .attacks import Party
from .certificates import Authority
from .mqtt_client import Client, Packet, publish_packet, read_published

READING = b'{"sensor":"t","timestamp":"2026-11-23T12:00:00Z","value":1.5}'

PUBACK = 4

REQUESTS: dict[bytes, tuple[str, bytes] | None] = {
    READING: None,
    b"[" + READING + b"]": None,
    b'{"receipt":"r1",' + READING[1:]: ("r1", b'{"receipt":"r1",' + READING[1:]),
    b' {"receipt":"r1","readings":[' + READING + b"]}": ("r1", b"[" + READING + b"]"),
    b'{"readings":[],"receipt":"r1"}': ("r1", b"[]"),
    b'{"receipt":"r1","readings":7}': ("r1", b"7"),
    b'{"receipt":"r1","readings":[': None,
    b'[{"receipt":"r1"}]': None,
    b'{"receipt":7,"readings":[]}': None,
    b'{"receipt":"","readings":[]}': None,
    b'{"receipt":"' + b"x" * (ID_MAX_CHARACTERS + 1) + b'","readings":[]}': None,
    b'{"metadata":{"receipt":"r1"}}': None,
    b'{"receipt":"\xff"}': None,
    b'{"a":' + b"[" * 3000 + b',"receipt"': None,
    b"": None,
}


@pytest.mark.parametrize(("body", "expected"), REQUESTS.items(), ids=range(len(REQUESTS)))
def test_a_receipt_is_asked_for_in_a_single_object(
    body: bytes, expected: tuple[str, bytes] | None
) -> None:
    assert read_request(body) == expected
    assert may_ask([READING, body]) or expected is None


@given(st.lists(st.sampled_from(list(REQUESTS)), max_size=8))
def test_messages_stay_in_order_and_only_those_that_ask_are_alone(bodies: Sequence[bytes]) -> None:
    parts = split_at_requests(bodies)
    expected = [REQUESTS[body] or (None, body) for body in bodies]
    assert [(part.request_id, body) for part in parts for body in part.bodies] == expected
    assert all(len(part.bodies) == 1 for part in parts if part.request_id)
    assert all(one.request_id or other.request_id for one, other in pairwise(parts))


def test_a_receipt_is_no_larger_than_a_message() -> None:
    errors = [ItemError(number, "CONFLICTING_VALUE", "why") for number in range(10_000)]
    body = receipt_body("x" * ID_MAX_CHARACTERS, Receipt(1, 2, len(errors), errors))
    assert len(body) < 256 * 1024
    told = msgspec.json.decode(body)
    assert (told["accepted"], told["duplicates"]) == (1, 2)
    assert told["quarantined"][7] == {"index": 7, "code": "CONFLICTING_VALUE"}


class Service:
    """A broker in front of the pipeline, which knows one device."""

    def __init__(self, party: Party) -> None:
        self.party = party
        self.port = 0
        self.may_store = asyncio.Event()
        self.may_store.set()

    async def find_device(self, fingerprint: bytes) -> Device:
        party = self.party
        return Device(party.org_id, party.id, fingerprint, party.leaf.expires_at)

    async def listen(self) -> Client:
        """A connection that hears of receipts."""
        client = await self.party.connect(self.port)
        assert await client.subscribe(self.party.topic(Topic.RECEIPTS)) == [1]
        return client

    def publish(self, client: Client, *bodies: object) -> None:
        """In one piece, numbered from 1."""
        topic = self.party.topic(Topic.READINGS)
        packets = [
            publish_packet(topic, msgspec.json.encode(body), packet_id=number)
            for number, body in enumerate(bodies, 1)
        ]
        client.send(b"".join(packets))


@pytest.fixture
async def service(pool: Pool, admin: asyncpg.Pool, authority: Authority) -> AsyncIterator[Service]:
    org_id, device_id = await new_device(admin)
    service = Service(Party(org_id, device_id, authority.issue(str(device_id))))
    clock = DatabaseClock()
    deps = Deps(pool, Registry(pool, sensors_per_device=100), clock, AGE)

    async def store(messages: Sequence[Message]) -> list[Receipt]:
        await service.may_store.wait()
        return await ingest(messages, deps)

    async with (inbox := Inbox(store)).running():
        router = DeliveryRouter(
            pool=pool,
            inbox=inbox,
            clock=clock,
            presence=Presence(pool, clock),
            health=HealthLog(pool),
            health_age=AGE,
            configs=ReportedConfigs(pool, clock),
            downlink=Downlink(pool),
            recorder=Recorder(Redis.from_url("redis://nowhere"), clock),
            certificate_overlap=timedelta(days=7),
            answers=CommandAnswers(pool),
            media_requests=MediaRequests(pool),
        )
        leaf = authority.issue("localhost", is_server=True)
        async with Broker.running(
            listener=socket.create_server(("127.0.0.1", 0)),
            tls=server_tls(leaf.certificate_file, leaf.key_file, authority.pem),
            find_device=service.find_device,
            deliver=router.deliver,
            sessions=router,
        ) as broker:
            service.port = broker.port
            yield service


def reading(value: object, *, minutes_ago: int, **more: object) -> dict[str, object]:
    at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes_ago)
    return {"sensor": "t", "timestamp": at.isoformat(), "value": value, **more}


async def answers(client: Client, count: int) -> tuple[list[int], list[object]]:
    """Of so many packets: what was acknowledged, and the receipts."""
    acknowledged: list[int] = []
    receipts: list[object] = []
    for _ in range(count):
        answer = await client.read()
        assert isinstance(answer, Packet)
        if answer.kind == PUBACK:
            acknowledged.append(int.from_bytes(answer.body, "big"))
        else:
            published = read_published(answer)
            assert published.topic.endswith("/receipts")
            assert not published.is_retained
            client.acknowledge(published)
            receipts.append(msgspec.json.decode(published.body))
    return acknowledged, receipts


async def test_who_asks_is_told_what_was_stored_and_what_was_not(service: Service) -> None:
    async with await service.listen() as client:
        bad = reading(1.5, minutes_ago=4) | {"timestamp": "yesterday"}
        service.publish(
            client,
            reading(1.5, minutes_ago=9),
            reading(1.5, minutes_ago=8, receipt="one"),
            {"receipt": "some", "readings": [
                reading(2.5, minutes_ago=7),
                reading(1.5, minutes_ago=8),
                reading(6.5, minutes_ago=9),
                bad,
            ]},
            {"receipt": "none", "readings": 7},
            {"receipt": "empty", "readings": []},
            [reading(2.5, minutes_ago=5)],
        )  # fmt: skip
        acknowledged, receipts = await answers(client, 6 + 4)
        assert acknowledged == [1, 2, 3, 4, 5, 6]
        assert sorted(receipts, key=str) == sorted(
            [
                {"id": "one", "accepted": 1, "duplicates": 0, "quarantined": []},
                {
                    "id": "some",
                    "accepted": 1,
                    "duplicates": 1,
                    "quarantined": [
                        {"index": 2, "code": "CONFLICTING_VALUE"},
                        {"index": 3, "code": "BAD_TIMESTAMP"},
                    ],
                },
                {
                    "id": "none",
                    "accepted": 0,
                    "duplicates": 0,
                    "quarantined": [{"index": 0, "code": "MALFORMED"}],
                },
                {"id": "empty", "accepted": 0, "duplicates": 0, "quarantined": []},
            ],
            key=str,
        )
        assert await client.ping()


async def test_who_has_not_subscribed_is_told_nothing(service: Service) -> None:
    async with await service.party.connect(service.port) as client:
        service.publish(client, reading(1.5, minutes_ago=1, receipt="one"))
        assert await answers(client, 1) == ([1], [])
        assert await client.ping()


async def test_a_receipt_comes_after_the_commit_and_is_lost_with_the_connection(
    service: Service, admin: asyncpg.Pool
) -> None:
    service.may_store.clear()
    async with await service.listen() as client:
        service.publish(client, reading(1.5, minutes_ago=1, receipt="lost"))
        assert await client.ping()  # and nothing before it
    async with await service.listen() as client:
        service.publish(client, reading(2.5, minutes_ago=2, receipt="told"))
        assert await client.ping()
        service.may_store.set()
        _, receipts = await answers(client, 2)
        assert receipts == [{"id": "told", "accepted": 1, "duplicates": 0, "quarantined": []}]
        assert await client.ping()
