"""MQTT 3.1.1 as a server speaks it, without a socket, a clock or a task: bytes in, events out.

    receive(data), then next_event() until it gives None:
        Connect · ReadingsRun · Publish · PubAck · Subscribe · Unsubscribe · Ping · Disconnect
    accept, refuse, publish, and what `packets` builds: the bytes to send

             CONNECT            accept()           DISCONNECT
        NEW ─────────▶ PENDING ──────────▶ OPEN ───────────────▶ CLOSED
         │ a breach       │ refuse()         │ a breach             ▲
         └────────────────┴──────────────────┴──────────────────────┘

Which packet may come in which state, with which flags, and what reads it, is the table `_READERS`.
While a connection is PENDING what comes is kept, and read once it is OPEN.

Invariants, each tested:
- The events, and the reason of a breach, are the same however the bytes were cut.
- A packet's size is judged by its header: once next_event gave None, less than one packet is held.
- Reading costs time in proportion to the bytes, whether they come one by one or all at once.

Left aside: QoS 2, which nobody may use here, and sessions that outlive their connection (3.1.2.4).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

from ingest.mqtt import packets
from ingest.mqtt.packets import (
    Connect,
    ConnectCode,
    Disconnect,
    FixedHeader,
    Ping,
    ProtocolError,
    PubAck,
    Publish,
    ReadingsRun,
    Subscribe,
    Unsubscribe,
)

PACKET_IDS = 65_535

Event = Connect | ReadingsRun | Publish | PubAck | Subscribe | Unsubscribe | Ping | Disconnect


class ConnectionState(enum.Enum):
    NEW = "nothing has come yet"
    PENDING = "CONNECT has come and waits for its answer"
    OPEN = "the client was let in"
    CLOSED = "nothing is read any more"


class ServerConnection:
    """The protocol's side of one connection: it is fed, and asked.

    `message_max_bytes` is the largest body of a PUBLISH.
    """

    __slots__ = (
        "_at",
        "_data",
        "_in_flight",
        "_last_packet_id",
        "_message_max_bytes",
        "_more",
        "_readings_topic",
        "state",
        "unfinished_bytes",
    )

    def __init__(self, *, message_max_bytes: int) -> None:
        self.state = ConnectionState.NEW
        self.unfinished_bytes = 0
        """The size of the packet that has begun and isn't whole, once its header is."""
        self._message_max_bytes = message_max_bytes
        self._data = b""
        self._at = 0  # what stands before it was read
        self._more = bytearray()  # what came since, until the packet at hand is whole
        self._readings_topic = b""  # with its length; none before the client is let in
        self._in_flight: set[int] = set()
        self._last_packet_id = 0

    @property
    def buffered_bytes(self) -> int:
        """What came and wasn't read."""
        return len(self._data) - self._at + len(self._more)

    def receive(self, data: bytes) -> None:
        """Take what the client sent; `next_event` reads it."""
        if self.state is ConnectionState.CLOSED:
            return
        rest = len(self._data) - self._at
        if not rest and not self._more:
            self._data, self._at = data, 0
        elif not self._more and 0 < self.unfinished_bytes <= rest + len(data):
            self._data, self._at = self._data[self._at :] + data, 0
        else:
            self._more += data

    def next_event(self, *, messages: int, size: int) -> Event | None:
        """The next thing that the client said; None until more has come.

        A run of readings has at most so many `messages`, and none that begins where its bodies have
        reached `size` bytes. Both are positive.

        Raises:
            ProtocolError: the client broke a rule; nothing is read any more
        """
        self.unfinished_bytes = 0
        readers = _READERS[self.state]
        try:
            while readers and self.buffered_bytes:
                if self._readings_topic:
                    bodies, pubacks, self._at = packets.parse_readings_run(
                        self._data,
                        self._at,
                        self._readings_topic,
                        messages=messages,
                        size=size,
                        body_max=self._message_max_bytes,
                    )
                    if bodies:
                        return ReadingsRun(bodies, pubacks)
                header = self._header()
                if header and header.end <= len(self._data):
                    self._at = header.end
                    return readers[header.first](self, header)
                if not self._join_more(header):
                    break
        except ProtocolError:
            self.state = ConnectionState.CLOSED
            raise
        # An idle connection shall not hold on to what it sent last.
        self._data, self._at = self._data[self._at :], 0
        return None

    def _header(self) -> FixedHeader | None:
        """Of the next packet, once it has come. What may not come is refused by its first byte."""
        data, at = self._data, self._at
        if at == len(data):
            return None
        first = data[at]
        if first not in _READERS[self.state]:
            if self.state is ConnectionState.NEW:  # [MQTT-3.1.0-1]
                raise ProtocolError("the first packet is not CONNECT")
            raise ProtocolError(f"packet of type {first >> 4} with flags {first & 15}")
        return packets.read_fixed_header(data, at, self._message_max_bytes)

    def _join_more(self, header: FixedHeader | None) -> bool:
        """Join what has come since, once that makes the packet whole."""
        needed = header.end - self._at if header else len(self._data) - self._at + 1
        if self.buffered_bytes < needed:
            self.unfinished_bytes = needed if header else 0
            return False
        self._data, self._at = self._data[self._at :] + self._more, 0
        self._more.clear()
        return True

    def accept(self, readings_topic: str) -> bytes:
        """CONNACK: the client is let in, and its readings come on this topic."""
        topic = readings_topic.encode()
        self.state = ConnectionState.OPEN
        self._readings_topic = len(topic).to_bytes(2, "big") + topic
        return packets.connack(ConnectCode.ACCEPTED)

    def refuse(self, code: ConnectCode) -> bytes:
        """CONNACK: the client is not let in."""
        self.state = ConnectionState.CLOSED
        return packets.connack(code)

    def publish(
        self, topic: str, body: bytes, *, qos: int, is_retained: bool = False
    ) -> tuple[int, bytes]:
        """A PUBLISH, and its packet id: in use until its PUBACK; 0 with QoS 0.

        There are fewer than PACKET_IDS without one.
        """
        packet_id = self._new_packet_id() if qos else 0
        return packet_id, packets.publish(topic, body, packet_id, is_retained=is_retained)

    def _new_packet_id(self) -> int:
        packet_id = self._last_packet_id % PACKET_IDS + 1
        while packet_id in self._in_flight:
            packet_id = packet_id % PACKET_IDS + 1
        self._in_flight.add(packet_id)
        self._last_packet_id = packet_id
        return packet_id

    def _body(self, header: FixedHeader) -> bytes:
        return self._data[header.start : header.end]

    def _read_connect(self, header: FixedHeader) -> Connect:
        connect = packets.parse_connect(self._body(header))
        self.state = ConnectionState.PENDING
        return connect

    def _read_publish(self, header: FixedHeader) -> Publish:
        return packets.parse_publish(self._data, header, self._message_max_bytes)

    def _read_puback(self, header: FixedHeader) -> PubAck:
        puback = packets.parse_puback(self._body(header))
        self._in_flight.discard(puback.packet_id)
        return puback

    def _read_subscribe(self, header: FixedHeader) -> Subscribe:
        return packets.parse_subscribe(self._body(header))

    def _read_unsubscribe(self, header: FixedHeader) -> Unsubscribe:
        return packets.parse_unsubscribe(self._body(header))

    def _read_pingreq(self, header: FixedHeader) -> Ping:
        packets.check_length(self._body(header), 0)
        return Ping()

    def _read_disconnect(self, header: FixedHeader) -> Disconnect:
        packets.check_length(self._body(header), 0)
        self.state = ConnectionState.CLOSED
        return Disconnect()


# By a packet's first byte: its type and flags [MQTT-2.2.2-2]. What isn't here may not come.
_READERS: Mapping[
    ConnectionState, Mapping[int, Callable[[ServerConnection, FixedHeader], Event]]
] = {
    ConnectionState.NEW: {0x10: ServerConnection._read_connect},
    ConnectionState.PENDING: {},
    ConnectionState.OPEN: {
        # Each of PUBLISH's flags means something, and is judged with the packet.
        **dict.fromkeys(range(0x30, 0x40), ServerConnection._read_publish),
        0x40: ServerConnection._read_puback,
        0x82: ServerConnection._read_subscribe,
        0xA2: ServerConnection._read_unsubscribe,
        0xC0: ServerConnection._read_pingreq,
        0xE0: ServerConnection._read_disconnect,
    },
    ConnectionState.CLOSED: {},
}
