"""Who the embedded broker lets in, and what it must not let happen."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from ingest.mqtt.broker import Limits
from ingest.mqtt.topics import Topic

from .attacks import ATTACKS, Party, Target
from .certificates import Authority, trusting
from .mqtt_client import CLOSED, Client, Packet, connect_packet, packet, publish_packet, text
from .running_broker import RunningBroker, running_broker

NOT_AUTHORIZED, IDENTIFIER_REJECTED, UNAVAILABLE, WRONG_PROTOCOL = 5, 2, 3, 1


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_against_our_broker(
    attack: Callable[[Target], Awaitable[bool]], broker: RunningBroker
) -> None:
    async def send(device_id: UUID, topic: str, body: bytes) -> None:
        await broker.server.publish(device_id, topic, body)

    victim, attacker = broker.enroll(), broker.enroll()
    target = Target(
        broker.port, victim, attacker, send, lambda: broker.server.connected, broker.heard
    )
    assert not await attack(target)


async def test_a_certificate_of_another_authority_is_refused(
    broker: RunningBroker, tmp_path: Path
) -> None:
    party = broker.enroll()
    forged = Authority(tmp_path, "devices").issue(party.client_id)
    broker.know(party, forged)
    assert await _answer_to_tls(broker.port, forged.tls(), party) == CLOSED
    assert broker.lookups == 0


async def test_a_connection_without_a_certificate_is_refused(broker: RunningBroker) -> None:
    party = broker.enroll()
    assert await _answer_to_tls(broker.port, trusting(None), party) == CLOSED
    assert broker.lookups == 0


async def test_a_servers_certificate_is_none_for_a_client(
    broker: RunningBroker, authority: Authority
) -> None:
    party = broker.enroll()
    leaf = authority.issue(party.client_id, is_server=True)
    broker.know(party, leaf)
    assert await _answer_to_tls(broker.port, leaf.tls(), party) == CLOSED


async def test_an_expired_certificate_is_refused(
    broker: RunningBroker, authority: Authority
) -> None:
    party = broker.enroll()
    leaf = authority.issue(party.client_id, valid_for=dt.timedelta(seconds=-1))
    broker.know(party, leaf)
    assert await _answer_to_tls(broker.port, leaf.tls(), party) == CLOSED


async def test_tls_below_1_2_is_refused(broker: RunningBroker) -> None:
    party = broker.enroll()
    tls = party.leaf.tls()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
    assert await _answer_to_tls(broker.port, tls, party) == CLOSED


async def _answer_to_tls(port: int, tls: ssl.SSLContext, party: Party) -> int | str:
    try:
        async with await Client.open(port, tls) as client:
            return await client.connect(party.client_id)
    except (ssl.SSLError, ConnectionError):
        return CLOSED


async def test_a_certificate_nobody_knows_is_refused(broker: RunningBroker) -> None:
    party = broker.enroll()
    broker.revoke(party.leaf)
    async with await party.open(broker.port) as client:
        assert await client.connect(party.client_id) == NOT_AUTHORIZED
        assert await client.is_closed()
    assert (broker.server.connected, broker.presence) == (0, [])


async def test_a_certificate_that_expired_in_our_books_is_refused(broker: RunningBroker) -> None:
    party = broker.enroll(expires_at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))
    async with await party.open(broker.port) as client:
        assert await client.connect(party.client_id) == NOT_AUTHORIZED


@pytest.mark.parametrize("client_id", ["", "someone", "00000000-0000-0000-0000-000000000000"])
async def test_a_client_id_that_is_not_the_devices_is_refused(
    client_id: str, broker: RunningBroker
) -> None:
    async with await broker.enroll().open(broker.port) as client:
        assert await client.connect(client_id) == IDENTIFIER_REJECTED
        assert await client.is_closed()
    assert (broker.server.connected, broker.presence) == (0, [])


async def test_a_lookup_that_fails_turns_the_device_away_for_now(
    broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = broker.enroll()
    monkeypatch.setattr(
        broker, "_devices", None
    )  # the lookup raises, as with a database that is down
    async with await party.open(broker.port) as client:
        assert await client.connect(party.client_id) == UNAVAILABLE


async def test_a_clean_session_is_what_everyone_gets(broker: RunningBroker) -> None:
    party = broker.enroll()
    commands = party.topic(Topic.COMMANDS)
    async with await party.open(broker.port) as client:
        await client.connect(party.client_id, clean=False)
        await client.subscribe(commands)
        await client.disconnect()
        await broker.absent(party)
    async with await party.open(broker.port) as client:
        client.send(connect_packet(party.client_id, clean=False))
        answer = await client.read()
        assert answer == Packet(2, 0, b"\x00\x00")  # no session present
        assert not await broker.server.publish(party.id, commands, b"{}")


@pytest.mark.parametrize(
    ("level", "protocol"), [(5, "MQTT"), (3, "MQIsdp"), (3, "MQTT"), (0x84, "MQTT")]
)
async def test_another_protocol_level_is_told_so(
    level: int, protocol: str, broker: RunningBroker
) -> None:
    party = broker.enroll()
    async with await party.open(broker.port) as client:
        client.send(connect_packet(party.client_id, level=level, protocol=protocol))
        assert await client.read() == Packet(2, 0, bytes([0, WRONG_PROTOCOL]))
        assert await client.is_closed()


CONNECT_HEADER = text("MQTT") + b"\x04\x02\x00\x3c"
MALFORMED_CONNECTS = {
    "http": b"GET / HTTP/1.1\r\n\r\n",
    "publish first": publish_packet("v1/readings", b"1"),
    "ping first": b"\xc0\x00",
    "flags in the fixed header": packet(0x11, CONNECT_HEADER + text("x")),
    "no protocol": packet(0x10, b""),
    "another protocol": packet(0x10, text("AMQP") + b"\x04\x02\x00\x3c" + text("x")),
    "cut short": packet(0x10, CONNECT_HEADER),
    "reserved flag": packet(0x10, text("MQTT") + b"\x04\x03\x00\x3c" + text("x")),
    "will QoS 3": packet(0x10, text("MQTT") + b"\x04\x1e\x00\x3c" + text("x") * 3),
    "will QoS without will": packet(0x10, text("MQTT") + b"\x04\x0a\x00\x3c" + text("x")),
    "will retain without will": packet(0x10, text("MQTT") + b"\x04\x22\x00\x3c" + text("x")),
    "password without user": packet(0x10, text("MQTT") + b"\x04\x42\x00\x3c" + text("x") * 2),
    "length of five bytes": b"\x10\xff\xff\xff\xff\x01",
    "too big, from its header alone": b"\x10\x81\x80\x01",
}


@pytest.mark.parametrize("data", MALFORMED_CONNECTS.values(), ids=MALFORMED_CONNECTS)
async def test_a_malformed_connect_ends_the_connection(data: bytes, broker: RunningBroker) -> None:
    async with await broker.enroll().open(broker.port) as client:
        client.send(data)
        assert await client.read() == CLOSED
    assert (broker.server.connected, broker.lookups) == (0, 0)


async def test_a_connect_that_stops_half_way_is_given_up(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await party.open(broker.port) as client:
        client.send(connect_packet(party.client_id)[:-5])
        assert await client.is_closed(timeout_seconds=2)


async def test_a_tls_handshake_that_hangs_is_given_up(broker: RunningBroker) -> None:
    async with await Client.open(broker.port, tls=None) as client:
        client.send(b"\x16\x03\x01")
        assert await client.is_closed(timeout_seconds=2)


async def test_connections_beyond_the_limit_are_closed(authority: Authority) -> None:
    async with (
        running_broker(authority, Limits(connections_max=2)) as broker,
        AsyncExitStack() as stack,
    ):
        for _ in range(2):
            await stack.enter_async_context(await broker.enroll().connect(broker.port))
        assert (
            await _answer_to_tls(broker.port, broker.enroll().leaf.tls(), broker.enroll()) == CLOSED
        )
        assert broker.server.connected == 2
