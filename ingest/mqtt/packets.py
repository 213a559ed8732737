"""MQTT 3.1.1 as it stands on the wire: what is checked by hand, before or instead of amqtt's parsers.

Section numbers are those of the specification.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from amqtt.errors import MQTTError
from amqtt.mqtt.connack import UNACCEPTABLE_PROTOCOL_VERSION
from amqtt.mqtt.packet import PUBLISH

CONTROL_MAX_BYTES = 16 * 1024  # CONNECT, SUBSCRIBE, UNSUBSCRIBE: everything but PUBLISH
# A fixed header counts topic, packet id and body together; our longest topic takes 105 bytes with its length.
PUBLISH_EXTRA_BYTES = 128
PINGRESP = b"\xd0\x00"
_PUBLISH_QOS_1 = PUBLISH << 4 | 2
# What the objects around a body take, counted with it: 1,000 bodies of 20 bytes are not 20 KB.
MESSAGE_OVERHEAD_BYTES = 512


class RefusedError(MQTTError):  # type: ignore[misc]
    """The connection is to be closed; with a CONNACK of this return code, if there is one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class Publish(NamedTuple):
    """A PUBLISH; `packet_id` is 0 with QoS 0, `body_at` the index at which its body starts."""

    topic: bytes
    packet_id: int
    is_retained: bool
    body_at: int


def fixed_header(data: bytes, at: int, message_max_bytes: int) -> tuple[int, int, int] | None:
    """First byte, start and end of the packet at `at`; None while its header is incomplete (2.2).

    The end may lie behind the data: the length is refused before the body is there.

    Raises:
        RefusedError: the length is malformed, or too big for what it is
    """
    length = shift = 0
    for position in range(at + 1, min(at + 5, len(data))):
        byte = data[position]
        length |= (byte & 127) << shift
        if byte < 128:
            is_publish = data[at] >> 4 == PUBLISH
            if length > (
                message_max_bytes + PUBLISH_EXTRA_BYTES if is_publish else CONTROL_MAX_BYTES
            ):
                raise RefusedError(f"packet of {length} bytes")
            return data[at], position + 1, position + 1 + length
        shift += 7
    if len(data) - at >= 5:
        raise RefusedError("packet length of more than four bytes")
    return None


async def read_connect(stream: asyncio.StreamReader) -> bytes:
    """The body of the CONNECT packet: small, MQTT 3.1.1, with flags that make sense.

    Raises:
        RefusedError: it is not
        OSError, asyncio.IncompleteReadError: the connection ended
    """
    header = await stream.readexactly(1)
    if header != b"\x10":  # [MQTT-3.1.0-1], [MQTT-2.2.2-2]
        raise RefusedError("the first packet is not CONNECT")
    while (parsed := fixed_header(header, 0, 0)) is None:
        header += await stream.readexactly(1)
    _, start, end = parsed
    body = await stream.readexactly(end - start)
    _check_protocol(body)
    _check_connect_flags(body)
    return body


def _check_protocol(body: bytes) -> None:
    """Before anything is parsed: what follows the level looks different in other versions (3.1.2.2)."""
    if body[:7] == b"\x00\x04MQTT\x04":
        return
    if body[:6] == b"\x00\x04MQTT" or body[:8] == b"\x00\x06MQIsdp":
        raise RefusedError("protocol is not MQTT 3.1.1", UNACCEPTABLE_PROTOCOL_VERSION)
    raise RefusedError("protocol is not MQTT")


def _check_connect_flags(body: bytes) -> None:
    if len(body) < 12:  # name, level, flags, keep-alive, length of the client id
        raise RefusedError("CONNECT is too short")
    flags = body[7]
    has_will, will_qos = flags & 0x04, flags >> 3 & 3
    if flags & 0x01:  # [MQTT-3.1.2-3]
        raise RefusedError("CONNECT with its reserved flag")
    if will_qos == 3 or (not has_will and flags & 0x38):  # [MQTT-3.1.2-13] to [MQTT-3.1.2-15]
        raise RefusedError("CONNECT with malformed will flags")
    if flags & 0x40 and not flags & 0x80:  # [MQTT-3.1.2-22]
        raise RefusedError("CONNECT with a password and no user name")


def parse_publish(first: int, data: bytes, start: int, end: int) -> Publish:
    """The PUBLISH whose variable header starts at `start` (3.3).

    Raises:
        RefusedError: it is malformed, or of QoS 2
    """
    topic_at = start + 2
    body_at = topic_end = topic_at + int.from_bytes(data[start:topic_at], "big")
    qos, packet_id = first >> 1 & 3, 0
    if qos > 1:
        raise RefusedError(f"PUBLISH of QoS {qos}")
    if qos == 1:
        body_at = topic_end + 2
        packet_id = int.from_bytes(data[topic_end:body_at], "big")
    elif first & 8:  # [MQTT-3.3.1-2]
        raise RefusedError("PUBLISH of QoS 0 with the DUP flag")
    if body_at > end:
        raise RefusedError("PUBLISH is shorter than its header")
    if qos == 1 and packet_id == 0:  # [MQTT-2.3.1-1]
        raise RefusedError("PUBLISH of QoS 1 with packet id 0")
    return Publish(data[topic_at:topic_end], packet_id, bool(first & 1), body_at)


class Publishes(NamedTuple):
    """Publishes that follow each other: their bodies, the PUBACKs for them, and the index at which they end."""

    bodies: list[bytes]
    pubacks: bytes
    end: int


def usual_publishes(
    data: bytes, at: int, topic: bytes, *, messages: int, size: int, body_max: int
) -> Publishes:
    """The PUBLISHes of QoS 1 to this topic (with its length before it) that stand whole at `at` in a row.

    At most so many, and none begun when their bodies have reached `size`. Whatever is unusual ends the row, and is left
    to those who look closer: bodies of 16 KB and more too, whose length takes three bytes.
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
    return Publishes(bodies, bytes(pubacks), at)


def check_length(body: bytes, length: int) -> None:
    """Refuse a packet whose body isn't of its one possible length."""
    if len(body) != length:
        raise RefusedError(f"packet body of {len(body)} bytes instead of {length}")
