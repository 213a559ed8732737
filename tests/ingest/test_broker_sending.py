"""What devices subscribe to, and what they are sent."""

from __future__ import annotations

import asyncio

from ingest.mqtt.topics import Topic

from .mqtt_client import Packet, packet, text
from .running_broker import RunningBroker


async def test_a_device_subscribes_to_its_own_topics_only(broker: RunningBroker) -> None:
    party, other = broker.enroll(), broker.enroll()
    own = [party.topic(kind) for kind in (Topic.COMMANDS, Topic.CONFIG_DESIRED, Topic.RECEIPTS)]
    foreign = [
        other.topic(Topic.COMMANDS),
        party.topic(Topic.READINGS),
        party.topic(Topic.STATUS),
        own[0] + "/#",
        f"v1/gateways/{party.org_id}/+/commands",
        "#",
        "",
        "$SYS/#",
        f"$share/group/{own[0]}",
    ]
    async with await party.connect(broker.port) as client:
        assert await client.subscribe(*own, *foreign, qos=2) == [1] * 3 + [0x80] * len(foreign)
        assert await client.subscribe(own[0], qos=0) == [0]


async def test_a_device_acknowledges_what_it_is_sent(broker: RunningBroker) -> None:
    party = broker.enroll()
    commands = party.topic(Topic.COMMANDS)
    async with await party.connect(broker.port) as client:
        await client.subscribe(commands)
        sending = asyncio.create_task(broker.server.publish(party.id, commands, b'{"id": 1}'))
        arrived = await client.read()
        assert isinstance(arrived, Packet)
        assert (arrived.kind, arrived.flags) == (3, 2)
        header = text(commands)
        assert arrived.body.startswith(header)
        assert arrived.body[len(header) + 2 :] == b'{"id": 1}'
        assert not sending.done()
        client.send(packet(0x40, b"\xff\xff"))  # of something else
        client.send(packet(0x40, arrived.body[len(header) : len(header) + 2]))
        assert await sending


async def test_a_publish_nobody_acknowledges_is_false(broker: RunningBroker) -> None:
    party = broker.enroll()
    commands = party.topic(Topic.COMMANDS)
    publish = broker.server.publish
    assert not await publish(party.id, commands, b"{}")
    async with await party.connect(broker.port) as client:
        assert not await publish(party.id, commands, b"{}")  # it hasn't subscribed
        await client.subscribe(commands)
        assert not await publish(party.id, commands, b"{}", timeout_seconds=0.1)
        sending = asyncio.create_task(publish(party.id, commands, b"{}"))
        assert isinstance(await client.read(), Packet)
        assert isinstance(await client.read(), Packet)
        client.vanish()
        assert not await asyncio.wait_for(sending, 1)


async def test_a_device_that_unsubscribed_is_sent_nothing(broker: RunningBroker) -> None:
    party = broker.enroll()
    commands = party.topic(Topic.COMMANDS)
    async with await party.connect(broker.port) as client:
        await client.subscribe(commands)
        client.send(packet(0xA2, b"\x00\x08" + text(commands)))
        assert await client.read() == Packet(11, 0, b"\x00\x08")
        assert not await broker.server.publish(party.id, commands, b"{}")
        assert await client.ping()
