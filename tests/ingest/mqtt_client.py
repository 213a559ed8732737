"""A tiny MQTT 3.1.1 client on a raw connection: it sends what it is told, right or wrong."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Self

CLOSED = "closed"
"""What a read gives when the server has ended the connection."""


@dataclass(frozen=True)
class Packet:
    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True)
class Published:
    topic: str
    body: bytes
    packet_id: int
    is_retained: bool


@dataclass(frozen=True)
class Will:
    topic: str
    body: bytes
    qos: int = 1
    retain: bool = False


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def packet(first: int, body: bytes) -> bytes:
    length, encoded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (128 if length else 0))
        if not length:
            return bytes([first]) + bytes(encoded) + body


def connect_packet(
    client_id: str,
    *,
    clean: bool = True,
    keep_alive: int = 60,
    will: Will | None = None,
    level: int = 4,
    protocol: str = "MQTT",
) -> bytes:
    flags = 2 if clean else 0
    payload = text(client_id)
    if will:
        flags |= 4 | will.qos << 3 | will.retain << 5
        payload += text(will.topic) + text(will.body)
    header = text(protocol) + bytes([level, flags]) + keep_alive.to_bytes(2, "big")
    return packet(0x10, header + payload)


def publish_packet(
    topic: str | bytes, body: bytes, *, qos: int = 1, packet_id: int = 1, retain: bool = False
) -> bytes:
    number = packet_id.to_bytes(2, "big") if qos else b""
    return packet(0x30 | qos << 1 | retain, text(topic) + number + body)


def read_published(answer: Packet) -> Published:
    """What a PUBLISH holds."""
    assert answer.kind == 3, answer
    length = int.from_bytes(answer.body[:2], "big")
    topic, rest = answer.body[2 : 2 + length].decode(), answer.body[2 + length :]
    qos, is_retained = answer.flags >> 1, bool(answer.flags & 1)
    if not qos:
        return Published(topic, rest, 0, is_retained)
    return Published(topic, rest[2:], int.from_bytes(rest[:2], "big"), is_retained)


class Client:
    """One connection. `read` gives the next packet, or CLOSED."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, tls: ssl.SSLContext | None) -> Self:
        name = "localhost" if tls else None
        return cls(
            *await asyncio.open_connection(
                "127.0.0.1",
                port,
                ssl=tls,
                server_hostname=name,
                ssl_shutdown_timeout=0.1 if tls else None,
            )
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.vanish()

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def stop_reading(self) -> None:
        """Let the network fill up."""
        transport: asyncio.ReadTransport = self._writer.transport  # type: ignore[assignment]
        transport.pause_reading()

    def read_on(self) -> None:
        transport: asyncio.ReadTransport = self._writer.transport  # type: ignore[assignment]
        transport.resume_reading()

    def vanish(self) -> None:
        """Break the connection without a word."""
        self._writer.transport.abort()

    async def read(self, timeout_seconds: float = 10) -> Packet | str:
        """Raises TimeoutError when nothing comes in time."""
        async with asyncio.timeout(timeout_seconds):
            try:
                first = (await self._reader.readexactly(1))[0]
                length = shift = 0
                while True:
                    byte = (await self._reader.readexactly(1))[0]
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                return Packet(first >> 4, first & 15, await self._reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                return CLOSED

    async def is_closed(self, timeout_seconds: float = 10) -> bool:
        """Whether the server ends the connection; what it says before is skipped."""
        try:
            while await self.read(timeout_seconds) != CLOSED:
                pass
        except TimeoutError:
            return False
        return True

    async def connect(
        self, client_id: str, *, clean: bool = True, keep_alive: int = 60, will: Will | None = None
    ) -> int | str:
        """The return code of CONNACK, or CLOSED."""
        self.send(connect_packet(client_id, clean=clean, keep_alive=keep_alive, will=will))
        answer = await self.read()
        return answer.body[1] if isinstance(answer, Packet) else answer

    async def read_publish(self, timeout_seconds: float = 10) -> Published:
        """What the server published next; to be acknowledged by `acknowledge`."""
        answer = await self.read(timeout_seconds)
        assert isinstance(answer, Packet)
        return read_published(answer)

    def acknowledge(self, published: Published) -> None:
        self.send(packet(0x40, published.packet_id.to_bytes(2, "big")))

    async def subscribe(self, *topics: str, qos: int = 1) -> list[int] | str:
        """The return codes of SUBACK, or CLOSED."""
        self.send(
            packet(0x82, b"\x00\x07" + b"".join(text(topic) + bytes([qos]) for topic in topics))
        )
        answer = await self.read()
        return list(answer.body[2:]) if isinstance(answer, Packet) else answer

    async def publish(
        self, topic: str, body: bytes, *, packet_id: int = 1, retain: bool = False
    ) -> int | str:
        """With QoS 1: the packet id that was acknowledged, or CLOSED."""
        self.send(publish_packet(topic, body, packet_id=packet_id, retain=retain))
        answer = await self.read()
        return int.from_bytes(answer.body, "big") if isinstance(answer, Packet) else answer

    async def ping(self, timeout_seconds: float = 10) -> bool:
        """Whether a PINGREQ is answered."""
        self.send(b"\xc0\x00")
        try:
            answer = await self.read(timeout_seconds)
        except TimeoutError:
            return False
        return isinstance(answer, Packet) and answer.kind == 13

    async def disconnect(self) -> None:
        self.send(b"\xe0\x00")
        await self.drain()
        self._writer.close()
