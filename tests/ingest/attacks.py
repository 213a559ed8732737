"""What a broker must not let happen, one attack each: run against ours, and against the stock one.

An attack returns whether it succeeded.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler

from ingest.mqtt.connection import DeviceConnection
from ingest.mqtt.topics import Topic, topic_of

from .certificates import Authority, Leaf, trusting
from .mqtt_client import CLOSED, Client, Packet, Will, publish_packet

REFUSED_CONNECTS = 300
MESSAGES = 400


@dataclass(frozen=True)
class Party:
    """A device with its certificate."""

    org_id: UUID
    id: UUID
    leaf: Leaf

    @property
    def client_id(self) -> str:
        return str(self.id)

    def topic(self, kind: Topic) -> str:
        return topic_of(kind, self.org_id, self.id)

    async def open(self, port: int) -> Client:
        """A connection that hasn't sent CONNECT."""
        return await Client.open(port, self.leaf.tls())

    async def connect(self, port: int, *, keep_alive: int = 60, will: Will | None = None) -> Client:
        """A connection that was let in."""
        client = await self.open(port)
        assert await client.connect(self.client_id, keep_alive=keep_alive, will=will) == 0
        return client


def enroll(ca: Authority) -> Party:
    """A new device."""
    device_id = uuid4()
    return Party(uuid4(), device_id, ca.issue(str(device_id)))


@dataclass
class Target:
    """A running broker that knows two devices."""

    port: int
    victim: Party
    attacker: Party
    send: Callable[[UUID, str, bytes], Awaitable[object]]
    """From the server to a device."""
    sessions: Callable[[], int]
    heard: list[str] = field(default_factory=list)
    """The topics of what reached the application."""


async def _stranger(target: Target, tls: ssl.SSLContext, *, clean: bool) -> int | str:
    try:
        async with await Client.open(target.port, tls) as stranger:
            return await stranger.connect(target.victim.client_id, clean=clean)
    except (ssl.SSLError, ConnectionError):
        return CLOSED


async def a_client_without_a_certificate_is_listened_to(target: Target) -> bool:
    return await _stranger(target, trusting(None), clean=True) != CLOSED


async def a_client_without_a_certificate_logs_in_to_a_session(target: Target) -> bool:
    async with await target.victim.open(target.port) as victim:
        await victim.connect(target.victim.client_id, clean=False)
        return await _stranger(target, trusting(None), clean=False) == 0


async def another_devices_certificate_logs_in_to_a_session(target: Target) -> bool:
    async with await target.victim.open(target.port) as victim:
        await victim.connect(target.victim.client_id, clean=False)
        return await _stranger(target, target.attacker.leaf.tls(), clean=False) == 0


async def a_new_client_is_sent_what_another_device_retained(target: Target) -> bool:
    status = target.victim.topic(Topic.STATUS)
    async with await target.victim.connect(target.port) as victim:
        await victim.subscribe(status)
        await victim.publish(status, b"secret", retain=True)
        async with await target.attacker.connect(target.port) as attacker:
            return not await attacker.ping()  # something else came first


async def a_device_that_disconnects_loses_what_was_acknowledged(target: Target) -> bool:
    topic = target.victim.topic(Topic.READINGS)
    async with await target.victim.connect(target.port) as victim:
        for number in range(1, MESSAGES + 1):
            victim.send(publish_packet(topic, b"1", packet_id=number))
        acknowledged = 0
        while acknowledged < MESSAGES:
            acknowledged += isinstance(await victim.read(), Packet)
        await victim.disconnect()
    await _until(lambda: target.sessions() == 0)
    return len(target.heard) < acknowledged


async def a_will_reaches_another_device(target: Target) -> bool:
    commands = target.victim.topic(Topic.COMMANDS)
    async with await target.victim.connect(target.port) as victim:
        await victim.subscribe(commands)
        async with await target.attacker.open(target.port) as attacker:
            await attacker.connect(target.attacker.client_id, will=Will(commands, b"open the gate"))
        await _until(lambda: target.sessions() == 1)
        return not await victim.ping()


async def a_publish_to_another_devices_topic_is_acknowledged(target: Target) -> bool:
    async with await target.attacker.connect(target.port) as attacker:
        return await attacker.publish(target.victim.topic(Topic.READINGS), b"1") != CLOSED


async def a_publish_to_another_devices_topic_reaches_the_application(target: Target) -> bool:
    foreign = target.victim.topic(Topic.READINGS)
    async with await target.attacker.connect(target.port) as attacker:
        await attacker.publish(foreign, b"1")
    await _until(lambda: foreign in target.heard, seconds=0.5)
    return foreign in target.heard


async def a_silent_client_stays(target: Target) -> bool:
    async with await target.attacker.connect(target.port, keep_alive=1) as attacker:
        return not await attacker.is_closed(timeout_seconds=2)


async def a_client_that_never_sends_connect_stays(target: Target) -> bool:
    async with await target.attacker.open(target.port) as attacker:
        return not await attacker.is_closed(timeout_seconds=2)


async def a_message_of_five_megabytes_is_taken(target: Target) -> bool:
    async with await target.attacker.connect(target.port) as attacker:
        topic = target.attacker.topic(Topic.READINGS)
        return await attacker.publish(topic, bytes(5_000_000)) != CLOSED


async def a_refused_connect_wipes_the_session_of_another(target: Target) -> bool:
    commands = target.victim.topic(Topic.COMMANDS)
    async with await target.victim.connect(target.port) as victim:
        await victim.subscribe(commands)
        assert await _stranger(target, target.attacker.leaf.tls(), clean=True) != 0
        sending = asyncio.ensure_future(target.send(target.victim.id, commands, b"{}"))
        try:
            arrived = await victim.read(timeout_seconds=1)
        except TimeoutError:
            return True
        if isinstance(arrived, Packet) and arrived.kind == 3:
            topic_length = int.from_bytes(arrived.body[:2], "big")
            victim.send(b"\x40\x02" + arrived.body[2 + topic_length : 4 + topic_length])
            await sending
        return not isinstance(arrived, Packet) or not await victim.ping()


async def refused_connects_leave_sessions(target: Target) -> bool:
    tls = target.attacker.leaf.tls()
    for _ in range(REFUSED_CONNECTS):
        async with await Client.open(target.port, tls) as attacker:
            assert await attacker.connect(str(uuid4())) not in (0, CLOSED)
    await _until(lambda: target.sessions() == 0, seconds=2)
    return target.sessions() > 0


async def a_connection_stays_after_its_session_was_taken_over(target: Target) -> bool:
    async with (
        await target.victim.connect(target.port) as older,
        await target.victim.connect(target.port),
    ):
        return not await older.is_closed(timeout_seconds=1)


async def connections_that_were_taken_over_stay_in_memory(target: Target) -> bool:
    before = _handlers()
    clients = [await target.victim.connect(target.port) for _ in range(20)]
    await clients[-1].ping()
    kept = _handlers() - before
    for client in clients:
        client.vanish()
    await _until(lambda: target.sessions() == 0, seconds=2)
    return kept > 1


def _handlers() -> int:
    gc.collect()
    kinds = BrokerProtocolHandler, DeviceConnection  # the stock broker's, and ours
    return sum(isinstance(thing, kinds) for thing in gc.get_objects())


async def _until(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Both brokers have to be asked; neither tells."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - no event to wait for
        await asyncio.sleep(0.01)


ATTACKS: tuple[Callable[[Target], Awaitable[bool]], ...] = (
    a_client_without_a_certificate_is_listened_to,
    a_client_without_a_certificate_logs_in_to_a_session,
    another_devices_certificate_logs_in_to_a_session,
    a_new_client_is_sent_what_another_device_retained,
    a_device_that_disconnects_loses_what_was_acknowledged,
    a_will_reaches_another_device,
    a_publish_to_another_devices_topic_is_acknowledged,
    a_publish_to_another_devices_topic_reaches_the_application,
    a_silent_client_stays,
    a_client_that_never_sends_connect_stays,
    a_message_of_five_megabytes_is_taken,
    a_refused_connect_wipes_the_session_of_another,
    refused_connects_leave_sessions,
    a_connection_stays_after_its_session_was_taken_over,
    connections_that_were_taken_over_stay_in_memory,
)
