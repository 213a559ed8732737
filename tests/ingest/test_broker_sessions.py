"""How sessions of the embedded broker end: taken over, cut, expired, silent, broken, and all together."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
import uvloop

from ingest.mqtt.broker import Limits
from ingest.mqtt.connection import DeviceConnection
from ingest.mqtt.topics import Topic, topic_of

from .attacks import Party
from .certificates import Authority
from .mqtt_client import Client, Packet, Will, connect_packet, publish_packet
from .running_broker import RunningBroker, running_broker

NOT_AUTHORIZED = 5


async def test_a_second_connection_takes_the_session_over(broker: RunningBroker) -> None:
    party = broker.enroll()
    will = Will(party.topic(Topic.STATUS), b"OFFLINE")
    async with await party.connect(broker.port, will=will) as older:
        async with await broker.renew(party).connect(broker.port) as newer:
            assert await older.is_closed(timeout_seconds=1)
            assert broker.server.connected == 1
            assert await newer.publish(party.topic(Topic.READINGS), b"1") == 1
            assert broker.presence == [(party.id, True), (party.id, True)]
            assert broker.bodies == [b"1"]  # no will
        await broker.absent(party)
    assert broker.presence[2:] == [(party.id, False)]


async def test_a_session_is_cut_within_50_milliseconds(broker: RunningBroker) -> None:
    party, bystander = broker.enroll(), broker.enroll()
    async with await bystander.connect(broker.port) as other:
        took_seconds = []
        for _ in range(3):  # the best of three: the machine may be busy with something else
            async with await party.connect(broker.port) as client:
                begin = time.perf_counter()
                assert broker.server.cut(fingerprint=party.leaf.fingerprint) == 1
                assert await client.is_closed()
                took_seconds.append(time.perf_counter() - begin)
                assert broker.presence[-1] == (party.id, False)
        assert min(took_seconds) < 0.05
        assert await other.ping()
        assert broker.server.cut(device_id=bystander.id) == 1
        assert await other.is_closed()
    assert broker.server.connected == 0


async def test_cutting_one_certificate_leaves_the_renewed_one(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await broker.renew(party).connect(broker.port) as client:
        assert broker.server.cut(fingerprint=party.leaf.fingerprint) == 0
        assert await client.ping()


@pytest.mark.parametrize("by", ["fingerprint", "device_id"])
async def test_a_device_that_is_cut_while_it_connects_stays_out(
    by: str, broker: RunningBroker
) -> None:
    party = broker.enroll()
    broker.lookup_gate = asyncio.Event()
    async with await party.open(broker.port) as client:
        client.send(connect_packet(party.client_id))
        await broker.until(lambda: broker.lookups == 1)  # it was still good when it was asked for
        if by == "fingerprint":
            broker.server.cut(fingerprint=party.leaf.fingerprint)
        else:
            broker.server.cut(device_id=party.id)
        broker.lookup_gate.set()
        assert await client.read() == Packet(2, 0, bytes([0, NOT_AUTHORIZED]))
    assert (broker.server.connected, broker.presence) == (0, [])


async def test_a_device_in_doubt_while_it_connects_is_looked_up_again(
    broker: RunningBroker,
) -> None:
    party = broker.enroll()
    broker.lookup_gate = asyncio.Event()
    async with await party.open(broker.port) as client:
        client.send(connect_packet(party.client_id))
        await broker.until(lambda: broker.lookups == 1)
        broker.revoke(party.leaf)
        broker.server.recheck(party.id)
        broker.lookup_gate.set()
        assert await client.read() == Packet(2, 0, bytes([0, NOT_AUTHORIZED]))
    assert broker.server.devices() == []


async def test_nothing_is_delivered_after_the_cut(broker: RunningBroker) -> None:
    party = broker.enroll()
    topic = party.topic(Topic.STATUS)  # readings that were read at once are delivered at once

    def cut_at_the_third() -> None:
        if len(broker.deliveries) == 3:
            broker.server.cut(device_id=party.id)

    broker.on_each = cut_at_the_third
    async with await party.connect(broker.port) as client:
        client.send(b"".join(publish_packet(topic, b"%d" % n, packet_id=n) for n in range(1, 6)))
        assert await client.is_closed()
    assert broker.bodies == [b"1", b"2", b"3"]


async def test_a_live_session_ends_with_its_certificate(broker: RunningBroker) -> None:
    party = broker.enroll(expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.4))
    begin = time.perf_counter()
    async with await party.connect(broker.port) as client:
        assert await client.is_closed(timeout_seconds=3)
    assert time.perf_counter() - begin < 1.4


async def test_pings_keep_a_quiet_session_and_silence_ends_it(broker: RunningBroker) -> None:
    async with (
        await broker.enroll().connect(broker.port, keep_alive=1) as pinging,
        await broker.enroll().connect(broker.port, keep_alive=1) as silent,
    ):
        begin = time.perf_counter()
        while await _is_open(silent, 0.3):
            assert await pinging.ping()
        assert 0.8 < time.perf_counter() - begin < 3
        assert await pinging.ping(), "it came first, and would have gone first"


async def test_a_big_message_on_a_slow_link_is_not_silence(broker: RunningBroker) -> None:
    party = broker.enroll()
    data, sent = publish_packet(party.topic(Topic.READINGS), bytes(40_000)), 0
    async with (
        await party.connect(broker.port, keep_alive=1) as slow,
        await broker.enroll().connect(broker.port, keep_alive=1) as silent,
    ):
        while await _is_open(silent, 0.3):
            slow.send(data[sent : sent + 2_000])
            sent += 2_000
        slow.send(data[sent:])
        assert await slow.read() == Packet(4, 0, b"\x00\x01")


async def test_a_packet_that_trickles_in_is_silence(broker: RunningBroker) -> None:
    party = broker.enroll()
    data = publish_packet(party.topic(Topic.READINGS), bytes(10_000))
    async with await party.connect(broker.port, keep_alive=1) as client:
        begin = time.perf_counter()
        for position in range(30):
            client.send(data[position : position + 1])
            if not await _is_open(client, 0.1):
                break
        assert 1 < time.perf_counter() - begin < 2.9
    assert broker.deliveries == []


async def _is_open(client: Client, seconds: float) -> bool:
    return not await client.is_closed(timeout_seconds=seconds)


async def test_a_keep_alive_is_kept_as_agreed_and_none_is_a_day(authority: Authority) -> None:
    assert Limits().without_keep_alive_seconds == 86_400
    async with (
        running_broker(authority, Limits(without_keep_alive_seconds=0.2)) as broker,
        await broker.enroll().connect(broker.port, keep_alive=65_535) as patient,
    ):
        async with await broker.enroll().connect(broker.port, keep_alive=0) as client:
            assert await client.is_closed(timeout_seconds=1)
        assert await patient.ping()


async def test_a_will_is_delivered_when_the_connection_breaks(broker: RunningBroker) -> None:
    party = broker.enroll()
    will = Will(party.topic(Topic.STATUS), b'{"status": "OFFLINE"}', retain=True)
    async with await party.connect(broker.port, will=will):
        pass
    await broker.absent(party)
    (delivery,) = broker.deliveries
    assert (delivery.topic, delivery.body, delivery.is_will) == (Topic.STATUS, will.body, True)
    delivery.acknowledge()


async def test_a_disconnect_drops_the_will(broker: RunningBroker) -> None:
    party = broker.enroll()
    client = await party.connect(broker.port, will=Will(party.topic(Topic.STATUS), b"OFFLINE"))
    await client.disconnect()
    await broker.absent(party)
    assert broker.deliveries == []


async def test_a_breach_of_the_rules_delivers_the_will(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.connect(
        broker.port, will=Will(party.topic(Topic.STATUS), b"OFFLINE")
    ) as client:
        client.send(b"\xf0\x00")
        await broker.absent(party)
    assert broker.bodies == [b"OFFLINE"]


WILLS: dict[str, tuple[Callable[[Party], Will], int]] = {
    "own status": (lambda p: Will(p.topic(Topic.STATUS), b"{}"), 0),
    "own status, QoS 0, retained": (
        lambda p: Will(p.topic(Topic.STATUS), b"{}", 0, retain=True),
        0,
    ),
    "empty": (lambda p: Will(p.topic(Topic.STATUS), b""), 0),
    "4 KB": (lambda p: Will(p.topic(Topic.STATUS), bytes(4096)), 0),
    "more than 4 KB": (lambda p: Will(p.topic(Topic.STATUS), bytes(4097)), NOT_AUTHORIZED),
    "QoS 2": (lambda p: Will(p.topic(Topic.STATUS), b"{}", 2), NOT_AUTHORIZED),
    "own readings": (lambda p: Will(p.topic(Topic.READINGS), b"{}"), NOT_AUTHORIZED),
    "own commands": (lambda p: Will(p.topic(Topic.COMMANDS), b"{}"), NOT_AUTHORIZED),
    "another's status": (
        lambda p: Will(topic_of(Topic.STATUS, p.org_id, uuid4()), b"{}"),
        NOT_AUTHORIZED,
    ),
    "wildcard": (lambda p: Will("#", b"{}"), NOT_AUTHORIZED),
    "no topic": (lambda p: Will("", b"{}"), NOT_AUTHORIZED),
}


@pytest.mark.parametrize(("will", "code"), WILLS.values(), ids=WILLS)
async def test_a_will_is_for_the_devices_own_status(
    will: Callable[[Party], Will], code: int, broker: RunningBroker
) -> None:
    party = broker.enroll()
    async with await party.open(broker.port) as client:
        assert await client.connect(party.client_id, will=will(party)) == code
    assert all(delivery.is_will for delivery in broker.deliveries)


async def test_after_stop_accepting_nothing_is_read_but_pubacks_are_sent(
    broker: RunningBroker,
) -> None:
    broker.is_acknowledging = False
    party = broker.enroll()
    topic = party.topic(Topic.READINGS)
    async with await party.connect(broker.port) as client:
        client.send(publish_packet(topic, b"1", packet_id=1))
        await broker.delivered(1)
        broker.server.stop_accepting()
        client.send(publish_packet(topic, b"2", packet_id=2))
        assert not await client.ping(timeout_seconds=0.2)
        broker.acknowledge_all()
        assert await client.read() == Packet(4, 0, b"\x00\x01")
        with pytest.raises(OSError):  # noqa: PT011 - refused or reset, as the machine likes
            await party.open(broker.port)
    assert broker.bodies == [b"1"]


async def _acknowledge_and_close(authority: Authority) -> None:
    """One life of a broker: a session taken over, one cut, one acknowledged in the very last moment."""
    async with running_broker(authority) as broker, AsyncExitStack() as stack:
        broker.is_acknowledging = False
        party, other = broker.enroll(), broker.enroll()
        older = await stack.enter_async_context(await party.connect(broker.port))
        client = await stack.enter_async_context(await party.connect(broker.port))
        assert await older.is_closed(timeout_seconds=1)
        cut = await stack.enter_async_context(await other.connect(broker.port))
        broker.server.cut(device_id=other.id)
        assert await cut.is_closed(timeout_seconds=1)
        waiting = await stack.enter_async_context(await other.open(broker.port))
        client.send(publish_packet(party.topic(Topic.READINGS), b"1", packet_id=3))
        await broker.delivered(1)
        broker.server.stop_accepting()
        broker.acknowledge_all()
        await asyncio.wait_for(broker.server.close(), 2)
        assert await client.read() == Packet(4, 0, b"\x00\x03")
        assert await client.is_closed(timeout_seconds=1)
        assert await waiting.is_closed(timeout_seconds=1)
        assert broker.server.connected == 0
        assert broker.presence[-1] == (party.id, False)


@pytest.mark.parametrize(
    "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
def test_a_life_of_a_broker_on_either_event_loop(
    new_loop: Callable[[], asyncio.AbstractEventLoop], authority: Authority
) -> None:
    failures: list[BaseException] = []

    def live() -> None:
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(_acknowledge_and_close(authority))
        except BaseException as exc:
            failures.append(exc)

    thread = threading.Thread(target=live)
    thread.start()
    thread.join(20)
    if failures:
        raise failures[0]


async def test_churn_leaves_nothing_behind(broker: RunningBroker) -> None:
    parties = [broker.enroll() for _ in range(10)]

    async def come_and_go(party: Party, turn: int) -> None:
        client = await party.connect(broker.port, will=Will(party.topic(Topic.STATUS), b"{}"))
        await client.subscribe(party.topic(Topic.COMMANDS))
        await client.publish(party.topic(Topic.READINGS), b"1")
        if turn % 3 == 0:
            await client.disconnect()
        elif turn % 3 == 1:
            client.vanish()
        else:
            client.send(b"\xf0\x00")
            await client.is_closed()
            client.vanish()

    for turn in range(12):
        await asyncio.gather(*(come_and_go(party, turn) for party in parties))
    await broker.until(lambda: broker.presence.count((parties[0].id, False)) == 12)
    await broker.until(lambda: broker.server.connected == 0)
    broker.deliveries.clear()
    state = broker.server._state

    def left() -> tuple[int, int, int]:
        gc.collect()
        alive = sum(isinstance(thing, DeviceConnection) for thing in gc.get_objects())
        return alive, len(state.windows), broker.held_bytes

    # Who is out of the table may still have to say good-bye to TLS.
    deadline = time.monotonic() + 10
    while (found := left()) != (0, 0, 0):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)
