"""Whoever opens connections to the broker and proves nothing takes no more than a share of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager

import pytest

from ingest.mqtt.broker import Limits
from ingest.mqtt.gate import network_of
from ingest.mqtt.topics import Topic
from tests.ingest.certificates import Authority
from tests.ingest.mqtt_client import Client, publish_packet
from tests.ingest.running_broker import RunningBroker, running_broker

ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "devices")


@contextmanager
def _silent(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Connections from another address that say nothing."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", port), source_address=(ELSEWHERE, 0))
            )
            for _ in range(count)
        ]


async def _counted(broker: RunningBroker, count: int) -> None:
    async with asyncio.timeout(10):
        while broker.server.connecting != count:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


async def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    async with asyncio.timeout(5):
        return await asyncio.get_running_loop().sock_recv(connection, 1) == b""


async def test_half_open_connections_are_counted_before_tls_and_end(authority: Authority) -> None:
    limits = Limits(connecting_per_address=5, connect_timeout_seconds=1)
    async with running_broker(authority, limits) as broker:
        with _silent(broker.port, 8) as silent:
            await _counted(broker, 5)
            assert all([await _is_closed(each) for each in silent[5:]])
            # From elsewhere a device comes in meanwhile, and its session counts for nothing.
            async with await broker.enroll().connect(broker.port):
                await _counted(broker, 5)
                await _counted(broker, 0)
                assert all([await _is_closed(each) for each in silent[:5]])
                assert broker.server.connected == 1
        async with await broker.enroll().connect(broker.port):
            assert broker.server.connecting == 0


async def test_from_however_many_addresses_there_are_so_many_in_all(authority: Authority) -> None:
    limits = Limits(connecting_max=3, connect_timeout_seconds=5)
    async with running_broker(authority, limits) as broker:
        with _silent(broker.port, 3):
            await _counted(broker, 3)
            async with await Client.open(broker.port, tls=None) as another:
                assert await another.is_closed(timeout_seconds=2)
        await _counted(broker, 0)


async def test_who_shakes_hands_and_says_nothing_counts_until_it_is_gone(
    authority: Authority,
) -> None:
    async with running_broker(authority) as broker:
        async with await broker.enroll().open(broker.port) as client:
            await _counted(broker, 1)
            assert await client.is_closed(timeout_seconds=2)
        await _counted(broker, 0)


async def test_however_many_flood_there_is_room_for_who_has_sent_nothing(
    authority: Authority,
) -> None:
    limits = Limits(buffered_bytes=1_000_000)
    async with running_broker(authority, limits) as broker, AsyncExitStack() as stack:
        broker.is_acknowledging = False
        for _ in range(4):
            greedy = broker.enroll()
            client = await stack.enter_async_context(await greedy.connect(broker.port))
            for number in range(1, 101):
                body = publish_packet(greedy.topic(Topic.READINGS), bytes(5_000), packet_id=number)
                client.send(body)
            assert not await client.ping(timeout_seconds=0.2), "it isn't read any more"
        modest = broker.enroll()
        other = await stack.enter_async_context(await modest.connect(broker.port))
        other.send(publish_packet(modest.topic(Topic.READINGS), b"1"))
        await broker.until(lambda: modest.topic(Topic.READINGS) in broker.heard)
        broker.is_acknowledging = True
        broker.acknowledge_all()
        await broker.delivered(401)
    assert broker.held_bytes == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
    ],
)
def test_an_ipv6_network_is_one_client(one: str, other: str, is_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is is_same
