"""MQTT without a socket: what may come when, and the same events however the bytes are cut."""

from __future__ import annotations

import os
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.mqtt.codec import ConnectionState, ServerConnection
from ingest.mqtt.packets import (
    Connect,
    ConnectCode,
    Disconnect,
    Ping,
    ProtocolError,
    PubAck,
    Publish,
    ReadingsRun,
    Subscribe,
    Unsubscribe,
    Will,
    puback,
)

from . import mqtt_client
from .codec_driver import (
    BREACHES,
    CONNECTS,
    READINGS,
    SAID,
    Conversation,
    converse,
    cut,
    made_up,
)
from .mqtt_client import connect_packet, packet, publish_packet, text

FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "2"))
ROOM = {"messages": 100, "size": 1_000_000}


def opened(message_max_bytes: int = 300_000) -> ServerConnection:
    """A connection that was let in."""
    codec = ServerConnection(message_max_bytes=message_max_bytes)
    codec.receive(connect_packet("device"))
    assert isinstance(codec.next_event(**ROOM), Connect)
    codec.accept(READINGS)
    return codec


def said(codec: ServerConnection, data: bytes) -> list[object]:
    codec.receive(data)
    events: list[object] = []
    while (event := codec.next_event(**ROOM)) is not None:
        events.append(event)
    return events


def test_every_packet_is_its_event() -> None:
    will = mqtt_client.Will("status", b"OFFLINE", qos=1)
    codec = ServerConnection(message_max_bytes=1000)
    [connect] = said(codec, connect_packet("device", keep_alive=30, will=will))
    assert connect == Connect("device", 30, Will("status", b"OFFLINE", 1))
    assert codec.accept(READINGS) == b"\x20\x02\x00\x00"
    assert said(
        codec,
        publish_packet(READINGS, b"1", packet_id=1)
        + publish_packet(READINGS, b"2", packet_id=2)
        + publish_packet(READINGS, b"3", qos=0)
        + publish_packet("status", b"{}", packet_id=3, retain=True)
        + packet(0x82, b"\x00\x07" + text("a") + b"\x01" + text("b") + b"\x02")
        + packet(0xA2, b"\x00\x08" + text("a"))
        + packet(0x40, b"\x01\x00")
        + packet(0xC0, b"")
        + packet(0xE0, b"")
        + publish_packet(READINGS, b"after"),
    ) == [
        ReadingsRun([b"1", b"2"], puback(1) + puback(2)),
        Publish(READINGS.encode(), b"3", 0, False),
        Publish(b"status", b"{}", 3, True),
        Subscribe(7, [("a", 1), ("b", 2)]),
        Unsubscribe(8, ["a"]),
        PubAck(256),
        Ping(),
        Disconnect(),
    ]
    assert codec.state is ConnectionState.CLOSED


# Typed by hand from the specification's tables 2.1 and 2.2: what a client sends, but of QoS 2.
MAY_COME = {
    ConnectionState.NEW: {0x10},
    ConnectionState.OPEN: {0x40, 0x82, 0xA2, 0xC0, 0xE0, *range(0x30, 0x40)},
}


@pytest.mark.parametrize("state", MAY_COME)
def test_a_packet_that_may_not_come_is_refused_by_its_first_byte(state: ConnectionState) -> None:
    for first in range(256):
        codec = opened() if state is ConnectionState.OPEN else ServerConnection(message_max_bytes=9)
        assert codec.state is state
        codec.receive(bytes([first]))
        if first in MAY_COME[state]:
            assert codec.next_event(**ROOM) is None
        else:
            with pytest.raises(ProtocolError):
                codec.next_event(**ROOM)
            assert codec.state is ConnectionState.CLOSED


def test_what_comes_before_the_answer_to_connect_is_kept_and_read_after_it() -> None:
    codec = ServerConnection(message_max_bytes=1000)
    assert len(said(codec, CONNECTS[0] + SAID[0])) == 1
    assert codec.state is ConnectionState.PENDING
    assert said(codec, SAID[1] + b"\xc0") == []
    codec.accept(READINGS)
    assert said(codec, b"\x00") == [
        ReadingsRun([b"21.5"], puback(7)),
        ReadingsRun([b""], puback(65_535)),
        Ping(),
    ]


def test_who_is_refused_is_not_read() -> None:
    codec = ServerConnection(message_max_bytes=1000)
    assert len(said(codec, CONNECTS[0])) == 1
    assert codec.refuse(ConnectCode.NOT_AUTHORIZED) == b"\x20\x02\x00\x05"
    assert said(codec, SAID[0] + b"\xff") == []
    assert codec.buffered_bytes == 0


def test_a_run_ends_where_the_room_does() -> None:
    codec = opened()
    codec.receive(SAID[0] * 5)
    runs = [codec.next_event(messages=2, size=1_000_000) for _ in range(4)]
    assert [len(run.bodies) if isinstance(run, ReadingsRun) else run for run in runs] == [
        *(2, 2, 1),
        None,
    ]


def test_a_packet_id_is_in_use_until_its_puback() -> None:
    codec = opened()
    first, packet_bytes = codec.publish("commands", b"{}", qos=1)
    assert packet_bytes == publish_packet("commands", b"{}", packet_id=first)
    others = [codec.publish("commands", b"{}", qos=1)[0] for _ in range(65_534)]
    assert {first, *others} == set(range(1, 65_536))
    assert said(codec, puback(40_000)) == [PubAck(40_000)]
    assert codec.publish("commands", b"{}", qos=1)[0] == 40_000
    assert codec.publish("commands", b"{}", qos=0) == (
        0,
        publish_packet("commands", b"{}", qos=0),
    )


_pieces = st.one_of(
    st.sampled_from(SAID + BREACHES), st.binary(min_size=1, max_size=20), st.sampled_from(SAID)
)
_cuts = st.lists(st.integers(0, 6_000), max_size=8)


@given(
    connect=st.sampled_from([*CONNECTS, b""]),
    pieces=st.lists(_pieces, max_size=10),
    cuts=_cuts,
    messages=st.integers(1, 4),
    size=st.integers(1, 2_000),
)
def test_the_events_are_the_same_however_the_bytes_are_cut(
    connect: bytes, pieces: list[bytes], cuts: list[int], messages: int, size: int
) -> None:
    data = connect + b"".join(pieces)
    whole = converse([data])
    assert converse(cut(data, cuts), messages=messages, size=size) == whole
    assert converse(cut(data, range(len(data)))) == whole


@given(data=st.binary(max_size=400), cuts=_cuts)
def test_arbitrary_bytes_are_a_breach_or_nothing(data: bytes, cuts: list[int]) -> None:
    for before in (b"", CONNECTS[0]):
        assert converse(cut(before + data, cuts)) == converse([before + data])


@pytest.mark.timeout(FUZZ_SECONDS + 60)
def test_damaged_conversations_are_a_breach_or_nothing() -> None:
    deadline, seed = time.monotonic() + FUZZ_SECONDS, random.randrange(1 << 48)
    while time.monotonic() < deadline:
        seed += 1
        chance = random.Random(seed)
        data = made_up(chance)
        places = [chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 9))]
        messages, size = chance.randrange(1, 5), chance.randrange(1, 2_000)
        said = converse(cut(data, places), messages=messages, size=size)
        assert said == converse([data]), f"seed {seed}"


def test_what_a_client_said_before_its_breach_counts() -> None:
    said = converse([CONNECTS[0] + SAID[0] + b"\xf0\x00" + SAID[0]])
    assert said == Conversation(
        [*converse([CONNECTS[0] + SAID[0]]).events], "packet of type 15 with flags 0"
    )


def test_reading_costs_time_in_proportion_to_the_bytes() -> None:
    def spent(size: int) -> float:
        codec, began = opened(), time.process_time()
        for byte in publish_packet(READINGS, bytes(size), packet_id=1):
            codec.receive(bytes([byte]))
            event = codec.next_event(**ROOM)
        assert isinstance(event, Publish)
        return time.process_time() - began

    assert min(spent(240_000) for _ in range(2)) < 8 * min(spent(60_000) for _ in range(3))
