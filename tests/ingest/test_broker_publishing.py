"""What devices publish to the embedded broker: delivered, acknowledged, or refused with the connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from ingest.mqtt.broker import Limits
from ingest.mqtt.topics import Topic, device_topics, topic_of

from .attacks import Party
from .certificates import Authority
from .mqtt_client import CLOSED, Packet, connect_packet, packet, publish_packet, text
from .running_broker import RunningBroker, running_broker


async def test_a_publish_is_delivered_as_it_was_sent(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        assert (
            await client.publish(party.topic(Topic.READINGS), b'{"value": 1}', packet_id=65_535)
            == 65_535
        )
        assert await client.publish(party.topic(Topic.STATUS), b"", packet_id=7, retain=True) == 7
    reading, status = broker.deliveries
    assert (reading.topic, reading.body, reading.is_will) == (
        Topic.READINGS,
        b'{"value": 1}',
        False,
    )
    assert (reading.device.id, reading.device.org_id) == (party.id, party.org_id)
    assert reading.device.fingerprint == party.leaf.fingerprint
    assert 0 <= time.perf_counter() - reading.received_at < 5
    assert (status.topic, status.body) == (Topic.STATUS, b"")


async def test_a_publish_may_come_in_pieces_or_together_with_others(broker: RunningBroker) -> None:
    party = broker.enroll()
    one = publish_packet(party.topic(Topic.READINGS), b"x" * 200, packet_id=1)
    big = publish_packet(party.topic(Topic.READINGS), b"y" * 200_000, packet_id=2)
    async with await party.connect(broker.port) as client:
        for position in range(len(one)):
            client.send(one[position : position + 1])
            await client.drain()
        client.send(one + big[:1000])
        await client.read()
        client.send(big[1000:] + one + b"\xc0\x00")
        await broker.delivered(4)
    assert [len(body) for body in broker.bodies] == [200, 200, 200_000, 200]


async def test_the_puback_is_sent_when_the_delivery_is_acknowledged(broker: RunningBroker) -> None:
    broker.is_acknowledging = False
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        for number in (1, 2, 3):
            client.send(publish_packet(party.topic(Topic.READINGS), b"1", packet_id=number))
        await broker.delivered(3)
        assert await client.ping()  # and no PUBACK before the answer
        broker.acknowledge_all()
        broker.acknowledge_all()  # the second time means nothing
        answers = [await client.read() for _ in range(3)]
        assert answers == [Packet(4, 0, number.to_bytes(2, "big")) for number in (1, 2, 3)]
        assert await client.ping()


async def test_a_delivery_can_be_acknowledged_when_its_connection_has_gone(
    broker: RunningBroker,
) -> None:
    broker.is_acknowledging = False
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        client.send(publish_packet(party.topic(Topic.READINGS), b"1"))
        await broker.delivered(1)
    await broker.absent(party)
    broker.acknowledge_all()
    async with await party.connect(broker.port) as client:
        assert await client.ping()
    assert broker.held_bytes == 0


@pytest.mark.parametrize("qos", [0, 1])
async def test_a_disconnect_loses_nothing_that_was_sent_before_it(
    qos: int, authority: Authority
) -> None:
    async with running_broker(authority, Limits(unacknowledged_messages=10)) as broker:
        broker.is_acknowledging = False
        party = broker.enroll()
        client = await party.connect(broker.port)
        for number in range(1, 51):
            client.send(
                publish_packet(party.topic(Topic.READINGS), b"1", qos=qos, packet_id=number)
            )
        await client.disconnect()
        for number in range(1, 6):
            await broker.delivered(10 * number)
            broker.acknowledge_all()
        await broker.absent(party)
        assert len(broker.deliveries) == 50


def _publish(**options: object) -> Callable[[Party], bytes]:
    return lambda party: publish_packet(party.topic(Topic.READINGS), b"1", **options)  # type: ignore[arg-type]


def _to(topic: str | bytes) -> Callable[[Party], bytes]:
    return lambda _: publish_packet(topic, b"1")


def _to_own(kind: Topic) -> Callable[[Party], bytes]:
    return lambda party: publish_packet(party.topic(kind), b"1")


def _raw(data: bytes) -> Callable[[Party], bytes]:
    return lambda _: data


BREACHES: dict[str, Callable[[Party], bytes]] = {
    "another device's topic": _to(topic_of(Topic.READINGS, uuid4(), uuid4())),
    "own device in another organization": lambda p: publish_packet(
        f"v1/readings/{uuid4()}/{p.id}", b"1"
    ),
    "upper case": lambda p: publish_packet(p.topic(Topic.READINGS).upper(), b"1"),
    "one level more": lambda p: publish_packet(p.topic(Topic.READINGS) + "/", b"1"),
    "a wildcard": lambda p: publish_packet(f"v1/readings/{p.org_id}/+", b"1"),
    "everything": _to("#"),
    "no topic": _to(""),
    "a system topic": _to("$SYS/broker"),
    "invalid UTF-8": _to(b"v1/readings/\xff\xfe"),
    "NUL in the topic": lambda p: publish_packet(p.topic(Topic.READINGS) + "\0", b"1"),
    "commands, which only come down": _to_own(Topic.COMMANDS),
    "retained command responses": lambda p: publish_packet(
        p.topic(Topic.COMMAND_RESPONSE), b"1", retain=True
    ),
    "desired configuration": _to_own(Topic.CONFIG_DESIRED),
    "QoS 2": _publish(qos=2),
    "QoS 3": _publish(qos=3),
    "retained readings": _publish(retain=True),
    "packet id 0": _publish(packet_id=0),
    "DUP with QoS 0": lambda p: packet(0x38, text(p.topic(Topic.READINGS)) + b"1"),
    "no packet id": lambda p: packet(0x32, text(p.topic(Topic.READINGS))),
    "half a packet id": lambda p: packet(0x32, text(p.topic(Topic.READINGS)) + b"\x01"),
    "empty publish": _raw(b"\x30\x00"),
    "one byte of publish": _raw(b"\x30\x01\x00"),
    "topic longer than the packet": _raw(packet(0x30, b"\x00\xff" + b"abc")),
    "length of five bytes": _raw(b"\x32\xff\xff\xff\xff\x01"),
    "a byte too big": lambda p: publish_packet(p.topic(Topic.READINGS), bytes(256 * 1024 + 1)),
    "200 MB, from its header alone": _raw(b"\x32\x80\x80\x80\x60"),
    "300 KB, from its header alone": _raw(b"\x32\x80\xa8\x12"),
    "a second CONNECT": lambda p: connect_packet(p.client_id),
    "type 0": _raw(b"\x00\x00"),
    "type 15": _raw(b"\xf0\x00"),
    "CONNACK": _raw(b"\x20\x02\x00\x00"),
    "PUBREC": _raw(b"\x50\x02\x00\x01"),
    "PUBREL": _raw(b"\x62\x02\x00\x01"),
    "PUBCOMP": _raw(b"\x70\x02\x00\x01"),
    "SUBACK": _raw(b"\x90\x03\x00\x01\x00"),
    "PINGRESP": _raw(b"\xd0\x00"),
    "PINGREQ with flags": _raw(b"\xc1\x00"),
    "PINGREQ with a body": _raw(b"\xc0\x01x"),
    "DISCONNECT with flags": _raw(b"\xe1\x00"),
    "DISCONNECT with a body": _raw(b"\xe0\x01x"),
    "PUBACK cut short": _raw(b"\x40\x01\x00"),
    "SUBSCRIBE without its flags": _raw(packet(0x80, b"\x00\x01" + text("a") + b"\x01")),
    "SUBSCRIBE with packet id 0": _raw(packet(0x82, b"\x00\x00" + text("a") + b"\x01")),
    "SUBSCRIBE to nothing": _raw(packet(0x82, b"\x00\x01")),
    "SUBSCRIBE without packet id": _raw(packet(0x82, b"")),
    "SUBSCRIBE with QoS 3": _raw(packet(0x82, b"\x00\x01" + text("a") + b"\x03")),
    "SUBSCRIBE cut short": _raw(packet(0x82, b"\x00\x01" + text("a") + b"\x01" + b"\x00\x09a")),
    "SUBSCRIBE with invalid UTF-8": _raw(packet(0x82, b"\x00\x01" + text(b"\xff") + b"\x01")),
    "SUBSCRIBE of 20 KB": _raw(packet(0x82, b"\x00\x01" + (text("a") + b"\x01") * 5000)),
    "UNSUBSCRIBE from nothing": _raw(packet(0xA2, b"\x00\x01")),
    "UNSUBSCRIBE cut short": _raw(packet(0xA2, b"\x00\x01\x00\x09a")),
    "TLS in TLS": _raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
async def test_a_breach_of_the_rules_ends_the_connection(
    breach: Callable[[Party], bytes], broker: RunningBroker
) -> None:
    party, bystander = broker.enroll(), broker.enroll()
    async with (
        await party.connect(broker.port) as client,
        await bystander.connect(broker.port) as other,
    ):
        client.send(breach(party) + publish_packet(party.topic(Topic.READINGS), b"after"))
        assert await client.read() == CLOSED
        assert await other.ping()
    assert broker.deliveries == []
    assert broker.presence[-1] == (party.id, False)


async def test_a_message_of_just_the_limit_is_taken(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        assert await client.publish(party.topic(Topic.READINGS), bytes(256 * 1024)) == 1


def test_provisioning_names_the_topics_in_use() -> None:
    org_id, device_id = UUID(int=1), UUID(int=2)
    gateway = f"v1/gateways/{org_id}/{device_id}"
    assert device_topics(org_id, device_id) == {
        "readings": f"v1/readings/{org_id}/{device_id}",
        "status": f"{gateway}/status",
        "health": f"{gateway}/health",
        "configReported": f"{gateway}/config/reported",
        "commands": f"{gateway}/commands",
        "commandResponse": f"{gateway}/commands/response",
        "configDesired": f"{gateway}/config/desired",
        "receipts": f"{gateway}/receipts",
        "mediaRequest": f"{gateway}/media/request",
        "mediaGrants": f"{gateway}/media/grants",
    }
