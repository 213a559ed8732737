"""What one device is sent: the answers to its packets, and what is published to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ingest.mqtt.codec import ServerConnection

SUBSCRIPTION_REFUSED = 0x80


class DeviceSender:
    """The way to one device, for as long as its connection lasts."""

    __slots__ = (
        "_behind_bytes",
        "_codec",
        "_is_closed",
        "_loop",
        "_out",
        "_puback_waiters",
        "_subscribable",
        "_subscribed",
        "_transport",
    )

    def __init__(
        self,
        codec: ServerConnection,
        transport: asyncio.Transport,
        subscribable: frozenset[str],
        *,
        behind_bytes: int,
    ) -> None:
        """A device that leaves more than `behind_bytes` unread is published nothing."""
        self._codec = codec
        self._transport = transport
        self._subscribable = subscribable
        self._behind_bytes = behind_bytes
        self._loop = asyncio.get_running_loop()
        self._out = bytearray()
        self._subscribed: dict[str, int] = {}
        self._puback_waiters: dict[int, asyncio.Future[bool]] = {}
        self._is_closed = False

    def write(self, data: bytes) -> None:
        """What is written in one turn of the event loop leaves at once, as after a commit."""
        if self._is_closed or not data:
            return
        if not self._out:
            self._loop.call_soon(self.flush)
        self._out += data

    def flush(self) -> None:
        """Send what was written."""
        if self._out and not self._is_closed:
            self._transport.write(bytes(self._out))
        self._out.clear()

    def subscribe(self, filters: Iterable[tuple[str, int]]) -> list[int]:
        """The return code for each filter: the granted QoS, or SUBSCRIPTION_REFUSED (3.9.3)."""
        filters = list(filters)
        for topic, qos in filters:
            if topic in self._subscribable:
                self._subscribed[topic] = min(qos, 1)
        return [self._subscribed.get(topic, SUBSCRIPTION_REFUSED) for topic, _ in filters]

    def unsubscribe(self, filters: Iterable[str]) -> None:
        for topic in filters:
            self._subscribed.pop(topic, None)

    async def publish(self, topic: str, body: bytes, timeout_seconds: float) -> bool:
        """Send with the QoS the device subscribed with; True when it acknowledged."""
        qos = self._subscribed.get(topic)
        if self._is_closed or qos is None or self._is_behind:
            return False
        packet_id, packet = self._codec.publish(topic, body, qos=qos)
        self.write(packet)
        if not packet_id:
            return False
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._puback_waiters[packet_id] = waiter
        try:
            async with asyncio.timeout(timeout_seconds):
                return await waiter
        except TimeoutError:
            return False
        finally:
            del self._puback_waiters[packet_id]
            self._codec.forget(packet_id)

    def settle(self, packet_id: int) -> None:
        """The device acknowledged this packet; one that it wasn't sent means nothing."""
        waiter = self._puback_waiters.get(packet_id)
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def close(self) -> None:
        """Nothing is sent any more, and nobody waits for what was."""
        self._is_closed = True
        self._out.clear()
        for waiter in self._puback_waiters.values():
            if not waiter.done():
                waiter.set_result(False)

    @property
    def _is_behind(self) -> bool:
        """The device doesn't read what it is sent."""
        waiting_bytes: int = self._transport.get_write_buffer_size()
        return waiting_bytes > self._behind_bytes
