"""What happens when acknowledgements wait: reading stops, nothing is dropped, memory stays bounded."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from ingest.mqtt.broker import Limits
from ingest.mqtt.packets import MESSAGE_OVERHEAD_BYTES
from ingest.mqtt.topics import Topic

from .certificates import Authority
from .mqtt_client import Client, Packet, publish_packet
from .running_broker import RunningBroker, running_broker


async def test_pings_are_answered_while_acknowledgements_wait(authority: Authority) -> None:
    async with running_broker(authority, Limits(unacknowledged_messages=10)) as broker:
        broker.is_acknowledging = False
        party = broker.enroll()
        async with await party.connect(broker.port) as client:
            for number in range(1, 10):
                client.send(publish_packet(party.topic(Topic.READINGS), b"1", packet_id=number))
            assert await client.ping()
            assert len(broker.deliveries) == 9


@pytest.mark.parametrize("qos", [0, 1])
async def test_beyond_its_messages_a_connection_is_not_read(qos: int, authority: Authority) -> None:
    async with running_broker(authority, Limits(unacknowledged_messages=10)) as broker:
        broker.is_acknowledging = False
        party = broker.enroll()
        async with await party.connect(broker.port, keep_alive=1) as client:
            for number in range(1, 31):
                client.send(
                    publish_packet(party.topic(Topic.READINGS), b"1", qos=qos, packet_id=number)
                )
            # Longer than the keep-alive: a device isn't punished for a silence that is ours.
            assert not await client.ping(timeout_seconds=1.8)
            assert len(broker.deliveries) == 10
            broker.deliveries[4].acknowledge()
            await broker.delivered(11)
            broker.is_acknowledging = True
            broker.acknowledge_all()
            await broker.delivered(30)
            assert broker.server.connected == 1


async def test_beyond_its_bytes_a_connection_is_not_read(authority: Authority) -> None:
    limit, size = 1024 * 1024, 100_000
    async with running_broker(authority, Limits(unacknowledged_bytes=limit)) as broker:
        broker.is_acknowledging = False
        party = broker.enroll()
        async with await party.connect(broker.port) as client:
            sent = await _send_until_stuck(
                client, publish_packet(party.topic(Topic.READINGS), bytes(size))
            )
            assert limit <= broker.held_bytes <= limit + size + MESSAGE_OVERHEAD_BYTES
            broker.is_acknowledging = True
            broker.acknowledge_all()
            await broker.delivered(sent)
    assert broker.held_bytes == 0


async def test_when_the_common_buffer_is_full_nobody_is_read(authority: Authority) -> None:
    async with (
        running_broker(authority, Limits(buffered_bytes=50_000)) as broker,
        AsyncExitStack() as stack,
    ):
        broker.is_acknowledging = False
        greedy, modest = broker.enroll(), broker.enroll()
        one = await stack.enter_async_context(await greedy.connect(broker.port))
        other = await stack.enter_async_context(await modest.connect(broker.port))
        one.send(publish_packet(greedy.topic(Topic.READINGS), bytes(60_000)))
        await broker.delivered(1)
        other.send(publish_packet(modest.topic(Topic.READINGS), b"1"))
        assert not await other.ping(timeout_seconds=0.3)
        assert len(broker.deliveries) == 1
        broker.acknowledge_all()
        await broker.delivered(2)


async def test_reconnecting_gives_no_second_allowance(authority: Authority) -> None:
    async with running_broker(authority, Limits(unacknowledged_messages=10)) as broker:
        broker.is_acknowledging = False
        party = broker.enroll()
        for _ in range(3):
            async with await party.connect(broker.port) as client:
                for number in range(1, 21):
                    client.send(publish_packet(party.topic(Topic.READINGS), b"1", packet_id=number))
                await broker.delivered(10)
                assert not await client.ping(timeout_seconds=0.1)
        assert len(broker.deliveries) == 10
        broker.is_acknowledging = True
        broker.acknowledge_all()
        async with await party.connect(broker.port) as client:
            assert await client.publish(party.topic(Topic.READINGS), b"1", packet_id=9) == 9


async def _send_until_stuck(client: Client, data: bytes) -> int:
    """How often it could be sent before the network was full, up to the device."""
    for sent in range(1, 1000):
        client.send(data)
        try:
            await asyncio.wait_for(client.drain(), 0.5)
        except TimeoutError:
            return sent
    raise AssertionError("the broker takes whatever it is sent")


async def test_a_device_that_reads_nothing_is_not_read_from(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        client.stop_reading()
        await _send_until_stuck(client, b"\xc0\x00" * 20_000)
        session = broker.server._state.sessions[party.id]
        assert session._transport.get_write_buffer_size() < 4 * 1024 * 1024


async def test_unfinished_messages_never_fill_the_buffer_for_good(authority: Authority) -> None:
    async with (
        running_broker(authority, Limits(buffered_bytes=50_000)) as broker,
        AsyncExitStack() as stack,
    ):
        clients, rests = [], []
        for _ in range(2):
            party = broker.enroll()
            client = await stack.enter_async_context(await party.connect(broker.port))
            data = publish_packet(party.topic(Topic.READINGS), bytes(30_000))
            client.send(data[:10_000])
            clients.append(client)
            rests.append(data[10_000:])
        # Both are counted whole, and are more than the buffer.
        while broker.held_bytes < 60_000:  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0.01)
        for client, rest in zip(clients, rests, strict=True):
            client.send(rest)
        await broker.delivered(2)
        for client in clients:
            assert isinstance(await client.read(), Packet)
    assert broker.held_bytes == 0
