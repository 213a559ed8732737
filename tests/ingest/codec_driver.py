"""The codec, driven without a socket: what it makes of bytes, however they are cut."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.mqtt.codec import ConnectionState, Event, ServerConnection
from ingest.mqtt.packets import Connect, ProtocolError, Publish, ReadingsRun, puback

from .mqtt_client import Will, connect_packet, packet, publish_packet, text

READINGS = "v1/readings/o/d"
MESSAGE_MAX_BYTES = 2_000
LONGEST_PACKET_BYTES = 16 * 1024 + 5
SUBSCRIBE, UNSUBSCRIBE = 0x82, 0xA2

# One of each that a device may send, and a few that it may not.
SAID = (
    publish_packet(READINGS, b"21.5", packet_id=7),
    publish_packet(READINGS, b"", packet_id=65_535),
    publish_packet(READINGS, bytes(200), packet_id=300),
    publish_packet(READINGS, bytes(MESSAGE_MAX_BYTES), packet_id=1),
    publish_packet(READINGS, b"1", qos=0),
    publish_packet("v1/gateways/o/d/status", b"{}", packet_id=2, retain=True),
    packet(SUBSCRIBE, b"\x00\x07" + text("a/b") + b"\x01" + text("ü") + b"\x00"),
    packet(UNSUBSCRIBE, b"\x00\x08" + text("a/b")),
    packet(0x40, b"\x00\x09"),
    packet(0xC0, b""),
)
BREACHES = (
    publish_packet(READINGS, bytes(MESSAGE_MAX_BYTES + 1)),
    publish_packet(READINGS, b"1", packet_id=0),
    publish_packet(READINGS, b"1", qos=2),
    packet(SUBSCRIBE, b"\x00\x07" + text(b"\xff") + b"\x01"),
    packet(SUBSCRIBE, b""),
    packet(0xE0, b""),
    connect_packet("twice"),
)
CONNECTS = (
    connect_packet("device", will=Will("v1/gateways/o/d/status", b"OFFLINE")),
    connect_packet("", keep_alive=0),
    connect_packet("device", level=5),
)


@dataclass
class Conversation:
    """What one client said, reading by reading, and the reason for which nothing more was read."""

    events: list[Event] = field(default_factory=list)
    breach: str | None = None


def converse(pieces: Iterable[bytes], *, messages: int = 3, size: int = 2_000) -> Conversation:
    """Feed the pieces to a connection whose CONNECT is accepted at once.

    Whatever comes, it says so by a ProtocolError or by nothing, and holds less than one packet.
    """
    codec = ServerConnection(message_max_bytes=MESSAGE_MAX_BYTES)
    said = Conversation()
    for piece in pieces:
        codec.receive(piece)
        try:
            while (event := codec.next_event(messages=messages, size=size)) is not None:
                if isinstance(event, Connect):
                    codec.accept(READINGS)
                said.events += one_by_one(event, messages)
        except ProtocolError as breach:
            said.breach = str(breach)
            assert codec.state is ConnectionState.CLOSED
        if codec.state is ConnectionState.CLOSED:
            break
        assert codec.buffered_bytes < (codec.unfinished_bytes or 5) <= LONGEST_PACKET_BYTES
    assert codec.next_event(messages=1, size=1) is None
    return said


def one_by_one(event: Event, messages: int) -> Iterator[Event]:
    """A run's readings are the publishes that they would be alone."""
    if not isinstance(event, ReadingsRun):
        yield event
        return
    assert 0 < len(event.bodies) <= messages
    assert len(event.pubacks) == 4 * len(event.bodies)
    for number, body in enumerate(event.bodies):
        acknowledged = event.pubacks[4 * number : 4 * number + 4]
        packet_id = int.from_bytes(acknowledged[2:], "big")
        assert acknowledged == puback(packet_id)
        yield Publish(READINGS.encode(), body, packet_id, False)


def cut(data: bytes, at: Iterable[int]) -> list[bytes]:
    """The bytes in pieces that end at these places."""
    places = [0, *sorted({place for place in at if 0 < place < len(data)}), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def made_up(chance: random.Random) -> bytes:
    """A conversation of real packets in which some bytes were changed, lost, doubled or made up."""
    said = [chance.choice(CONNECTS[:2] * 8 + CONNECTS)]
    said += chance.choices(SAID * 3 + BREACHES, k=chance.randrange(12))
    data = bytearray(b"".join(said))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        chance.choice(_DAMAGES)(data, chance)
    return bytes(data)


def _change(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice(
            (0, 1, 127, 128, 255, chance.randrange(256))
        )


def _lose(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    del data[start : start + chance.choice((1, 2, 10, 500))]


def _double(data: bytearray, chance: random.Random) -> None:
    start, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 10, 500))
    data[start:start] = data[start : start + length]


def _insert(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    data[start:start] = chance.randbytes(chance.choice((1, 2, 10)))


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = _change, _lose, _double, _insert
