"""MQTT 3.1.1 as it stands on the wire: one packet from its bytes, and the bytes of what is sent.

Runs of readings, nearly all that a device sends, are read by hand; CONNECT, SUBSCRIBE and
UNSUBSCRIBE, which are rare, by amqtt's packet classes. Those are coroutines that never wait on a
buffer, and forgiving: what they skip or make up is found here. Breaks when they change: hence
amqtt's exact version. Section numbers are the specification's.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

import msgspec
from amqtt.adapters import BufferReader
from amqtt.errors import NoDataError
from amqtt.mqtt import packet as mqtt
from amqtt.mqtt.connack import ConnackPacket
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsuback import UnsubackPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

CONTROL_MAX_BYTES = 16 * 1024  # CONNECT, SUBSCRIBE, UNSUBSCRIBE: everything but PUBLISH
# A header counts topic, packet id and body together; our longest topic takes 105 bytes.
PUBLISH_EXTRA_BYTES = 128
# What the objects around a body take, counted with it: 1,000 bodies of 20 bytes are not 20 KB.
MESSAGE_OVERHEAD_BYTES = 512
PINGRESP = b"\xd0\x00"
_PUBLISH_QOS_1 = mqtt.PUBLISH << 4 | 2


class ConnectCode(enum.IntEnum):
    """The return codes of CONNACK (3.2.2.3)."""

    ACCEPTED = 0
    WRONG_PROTOCOL = 1
    IDENTIFIER_REJECTED = 2
    UNAVAILABLE = 3
    NOT_AUTHORIZED = 5


class ProtocolError(Exception):
    """The client broke the protocol: close it, after a CONNACK where there is a code."""

    def __init__(self, reason: str, code: ConnectCode | None = None) -> None:
        super().__init__(reason)
        self.code = code


class MessageTooLarge(ProtocolError):
    """What comes is longer than any message may be."""


class Will(msgspec.Struct, frozen=True):
    topic: str
    body: bytes
    qos: int


class Connect(msgspec.Struct, frozen=True):
    """`client_id` is empty where the client left it to the server."""

    client_id: str
    keep_alive_seconds: int
    will: Will | None


class Publish(msgspec.Struct, frozen=True):
    """A PUBLISH; `packet_id` is 0 with QoS 0."""

    topic: bytes
    body: bytes
    packet_id: int
    is_retained: bool


class PubAck(msgspec.Struct, frozen=True):
    packet_id: int


class Subscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: list[tuple[str, int]]
    """Each with the QoS that was asked for."""


class Unsubscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: list[str]


class Ping(msgspec.Struct, frozen=True):
    """PINGREQ."""


class Disconnect(msgspec.Struct, frozen=True):
    """DISCONNECT."""


class FixedHeader(NamedTuple):
    """A packet's first byte, and where its body starts and ends."""

    first: int
    start: int
    end: int


def read_fixed_header(data: bytes, at: int, message_max_bytes: int) -> FixedHeader | None:
    """The header of the packet at `at`; None while it is incomplete (2.2).

    The end may lie behind the data: the length is refused before the body is there.

    Raises:
        ProtocolError: the length is malformed, or too big for what it is
    """
    length = shift = 0
    for position in range(at + 1, min(at + 5, len(data))):
        byte = data[position]
        length |= (byte & 127) << shift
        if byte < 128:
            is_publish = data[at] >> 4 == mqtt.PUBLISH
            longest = message_max_bytes + PUBLISH_EXTRA_BYTES if is_publish else CONTROL_MAX_BYTES
            if length > longest:
                too_large = MessageTooLarge if is_publish else ProtocolError
                raise too_large(f"packet of {length} bytes")
            return FixedHeader(data[at], position + 1, position + 1 + length)
        shift += 7
    if len(data) - at >= 5:
        raise ProtocolError("packet length of more than four bytes")
    return None


class ReadingsRun(msgspec.Struct, frozen=True):
    """PUBLISHes of QoS 1 to the readings topic that follow each other, and the PUBACKs for them."""

    bodies: list[bytes]
    pubacks: bytes


def parse_readings_run(
    data: bytes, at: int, topic: bytes, *, messages: int, size: int, body_max: int
) -> tuple[list[bytes], bytes, int]:
    """The PUBLISHes of QoS 1 to this topic (with its length before it) that stand whole at `at` in
    a row: their bodies, the PUBACKs for them, and the index at which they end.

    At most so many, and none begun when their bodies have reached `size`. Whatever is unusual ends
    the row, and is left to those who look closer: bodies of 16 KB and more too, whose length takes
    three bytes.
    """
    bodies: list[bytes] = []
    pubacks = bytearray()
    whole, lead = len(data) - 3, len(topic) + 2
    while at < whole and data[at] == _PUBLISH_QOS_1 and messages > 0 and size > 0:
        length, start = data[at + 1], at + 2
        if length > 127:
            length, start = length & 127 | data[start] << 7, start + 1
        end, body_at = start + length, start + lead
        packet_id = data[body_at - 2 : body_at]
        if not (
            length < 1 << 14
            and body_at <= end <= len(data)
            and end - body_at <= body_max
            and data.startswith(topic, start)
            and packet_id != b"\0\0"
        ):
            break
        bodies.append(data[body_at:end])
        pubacks += b"\x40\x02" + packet_id
        messages -= 1
        size -= end - body_at + MESSAGE_OVERHEAD_BYTES
        at = end
    return bodies, bytes(pubacks), at


def parse_publish(data: bytes, header: FixedHeader, message_max_bytes: int) -> Publish:
    """The PUBLISH with this header (3.3).

    Raises:
        ProtocolError: it is malformed, too big, or of QoS 2
    """
    first, start, end = header
    topic_at = start + 2
    body_at = topic_end = topic_at + int.from_bytes(data[start:topic_at], "big")
    qos, packet_id = first >> 1 & 3, 0
    if qos > 1:
        raise ProtocolError(f"PUBLISH of QoS {qos}")
    if qos == 1:
        body_at = topic_end + 2
        packet_id = int.from_bytes(data[topic_end:body_at], "big")
    elif first & 8:  # [MQTT-3.3.1-2]
        raise ProtocolError("PUBLISH of QoS 0 with the DUP flag")
    if body_at > end:
        raise ProtocolError("PUBLISH is shorter than its header")
    if qos == 1 and packet_id == 0:  # [MQTT-2.3.1-1]
        raise ProtocolError("PUBLISH of QoS 1 with packet id 0")
    if end - body_at > message_max_bytes:
        raise MessageTooLarge(f"message of {end - body_at} bytes")
    return Publish(data[topic_at:topic_end], data[body_at:end], packet_id, bool(first & 1))


def parse_connect(body: bytes) -> Connect:
    """A CONNECT that is MQTT 3.1.1, with flags that make sense (3.1).

    Raises:
        ProtocolError: it is not
    """
    _check_protocol(body)
    _check_connect_flags(body)
    packet = _parse(ConnectPacket, mqtt.CONNECT, body)
    will = None
    if packet.will_flag:  # amqtt leaves out what was cut short
        topic, message = packet.will_topic or "", bytes(packet.will_message or b"")
        will = Will(topic, message, packet.variable_header.will_qos)
    client_id = "" if packet.client_id_is_random else packet.client_id
    return Connect(client_id, packet.keep_alive, will)


def _check_protocol(body: bytes) -> None:
    """Before anything is parsed: what follows looks different in other versions (3.1.2.2)."""
    if body[:7] == b"\x00\x04MQTT\x04":
        return
    if body[:6] == b"\x00\x04MQTT" or body[:8] == b"\x00\x06MQIsdp":
        raise ProtocolError("protocol is not MQTT 3.1.1", ConnectCode.WRONG_PROTOCOL)
    raise ProtocolError("protocol is not MQTT")


def _check_connect_flags(body: bytes) -> None:
    if len(body) < 12:  # name, level, flags, keep-alive, length of the client id
        raise ProtocolError("CONNECT is too short")
    flags = body[7]
    has_will, will_qos = flags & 0x04, flags >> 3 & 3
    if flags & 0x01:  # [MQTT-3.1.2-3]
        raise ProtocolError("CONNECT with its reserved flag")
    if will_qos == 3 or (not has_will and flags & 0x38):  # [MQTT-3.1.2-13] to [MQTT-3.1.2-15]
        raise ProtocolError("CONNECT with malformed will flags")
    if flags & 0x40 and not flags & 0x80:  # [MQTT-3.1.2-22]
        raise ProtocolError("CONNECT with a password and no user name")


def parse_subscribe(body: bytes) -> Subscribe:
    """Raises ProtocolError where it is malformed (3.8)."""
    packet = _parse_filters(SubscribePacket, mqtt.SUBSCRIBE, body)
    filters = packet.payload.topics
    if any(qos > 2 for _, qos in filters):  # [MQTT-3.8.3-4]
        raise ProtocolError("malformed SUBSCRIBE")
    return Subscribe(packet.variable_header.packet_id, filters)


def parse_unsubscribe(body: bytes) -> Unsubscribe:
    """Raises ProtocolError where it is malformed (3.10)."""
    packet = _parse_filters(UnsubscribePacket, mqtt.UNSUBSCRIBE, body)
    return Unsubscribe(packet.variable_header.packet_id, packet.payload.topics)


def parse_puback(body: bytes) -> PubAck:
    """Raises ProtocolError where it is malformed (3.4)."""
    check_length(body, 2)
    return PubAck(int.from_bytes(body, "big"))


def check_length(body: bytes, length: int) -> None:
    """Refuse a packet whose body isn't of its one possible length."""
    if len(body) != length:
        raise ProtocolError(f"packet body of {len(body)} bytes instead of {length}")


def _parse_filters(of: type[mqtt.MQTTPacket], kind: int, body: bytes) -> mqtt.MQTTPacket:
    """A packet id and topic filters.

    amqtt drops a filter that is cut short, and makes up one that isn't UTF-8: written out again,
    what it read must be what was sent.
    """
    packet = _parse(of, kind, body)
    header, payload = packet.variable_header, packet.payload
    is_whole = header.to_bytes() + payload.to_bytes() == body
    if not header.packet_id or not payload.topics or not is_whole:
        # [MQTT-2.3.1-1], [MQTT-3.8.3-3], [MQTT-3.10.3-2]
        raise ProtocolError("malformed SUBSCRIBE or UNSUBSCRIBE")
    return packet


def _parse(of: type[mqtt.MQTTPacket], kind: int, body: bytes) -> mqtt.MQTTPacket:
    """The packet by amqtt's class for it, whose coroutine is run to its end at once."""
    header = mqtt.MQTTFixedHeader(kind, length=len(body))
    parsing = of.from_stream(BufferReader(body), fixed_header=header)
    try:
        parsing.send(None)
    except StopIteration as parsed:
        return parsed.value
    except NoDataError:
        raise ProtocolError("a packet is shorter than what it holds") from None
    raise AssertionError("a buffer doesn't make anyone wait")


def connack(code: ConnectCode) -> bytes:
    return _built(ConnackPacket.build(0, code))


def suback(packet_id: int, codes: list[int]) -> bytes:
    return _built(SubackPacket.build(packet_id, codes))


def unsuback(packet_id: int) -> bytes:
    return _built(UnsubackPacket.build(packet_id))


def puback(packet_id: int) -> bytes:
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def publish(topic: str, body: bytes, packet_id: int, *, is_retained: bool) -> bytes:
    """A PUBLISH, of QoS 1 unless its packet id is 0."""
    qos = 1 if packet_id else 0
    packet = PublishPacket.build(topic, body, packet_id or None, False, qos, is_retained)
    return _built(packet)


def _built(packet: mqtt.MQTTPacket) -> bytes:
    return bytes(packet.to_bytes())
