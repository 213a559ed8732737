"""What one device is sent: the answers to its packets, and what is published to it."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Callable, Iterable

from ingest.mqtt.codec import ServerConnection
from ingest.mqtt.delivery import Device
from ingest.mqtt.session import TrafficObserver

SUBSCRIPTION_REFUSED = 0x80
_CONFIRM_NOW: int | None = getattr(sockets, "TCP_QUICKACK", None)  # Linux has it
# A device that acknowledges nothing is sent so much, then nothing more.
UNACKNOWLEDGED_MAX = 1000


def _nobody_waits(_is_acknowledged: bool) -> None:
    """For what is sent and forgotten."""


def _told(
    observer: TrafficObserver, device: Device, topic: str, answered: Callable[[bool], None]
) -> Callable[[bool], None]:
    def tell(is_acknowledged: bool) -> None:
        observer.answered(device, topic, is_acknowledged=is_acknowledged)
        answered(is_acknowledged)

    return tell


class DeviceSender:
    """The way to one device, for as long as its connection lasts."""

    __slots__ = (
        "_behind_bytes",
        "_codec",
        "_is_closed",
        "_loop",
        "_observed",
        "_out",
        "_subscribable",
        "_subscribed",
        "_transport",
        "_unacknowledged",
    )

    def __init__(
        self,
        codec: ServerConnection,
        transport: asyncio.Transport,
        subscribable: frozenset[str],
        *,
        behind_bytes: int,
        observed: tuple[TrafficObserver, Device] | None = None,
    ) -> None:
        """A device that leaves more than `behind_bytes` unread is published nothing. `observed`:
        who hears of what is published, and of which device."""
        self._codec = codec
        self._transport = transport
        self._subscribable = subscribable
        self._behind_bytes = behind_bytes
        self._observed = observed
        self._loop = asyncio.get_running_loop()
        self._out = bytearray()
        self._subscribed: dict[str, int] = {}
        self._unacknowledged: dict[int, Callable[[bool], None]] = {}  # by packet id
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

    @property
    def topics(self) -> list[str]:
        """What the device subscribed to."""
        return list(self._subscribed)

    def send(
        self,
        topic: str,
        body: bytes,
        answered: Callable[[bool], None] = _nobody_waits,
        *,
        is_retained: bool = False,
    ) -> bool:
        """Publish with the QoS that the device subscribed with; whether it was sent.

        It is not where the device hasn't subscribed, has gone, or doesn't keep up: nothing is kept
        for later. Of what was sent `answered` is told once: True when the device acknowledged, or
        at once with QoS 0, which is never acknowledged; False when its connection ended before.
        """
        qos = self._subscribed.get(topic)
        if self._is_closed or qos is None or self._is_behind:
            return False
        packet_id, packet = self._codec.publish(topic, body, qos=qos, is_retained=is_retained)
        self.write(packet)
        if self._observed is not None:
            observer, device = self._observed
            if observer.sent(device, topic, body):
                answered = _told(observer, device, topic, answered)
        if packet_id:
            self._unacknowledged[packet_id] = answered
        else:
            answered(True)
        return True

    async def publish(self, topic: str, body: bytes, timeout_seconds: float) -> bool:
        """Send; True when the device acknowledged in time."""
        answer: asyncio.Future[bool] = self._loop.create_future()

        def answered(is_acknowledged: bool) -> None:
            if not answer.done():
                answer.set_result(is_acknowledged)

        is_acknowledged = self._subscribed.get(topic) == 1
        if not self.send(topic, body, answered) or not is_acknowledged:
            return False
        try:
            async with asyncio.timeout(timeout_seconds):
                return await answer
        except TimeoutError:
            return False

    def settle(self, packet_id: int) -> None:
        """The device acknowledged this packet; one that it wasn't sent means nothing."""
        answered = self._unacknowledged.pop(packet_id, None)
        if answered is not None:
            self._hurry()
            answered(True)

    def close(self) -> None:
        """Nothing is sent any more, and nobody waits for what was."""
        self._is_closed = True
        self._out.clear()
        unacknowledged, self._unacknowledged = self._unacknowledged, {}
        for answered in unacknowledged.values():
            answered(False)

    def _hurry(self) -> None:
        """Have the kernel confirm at once what has come. Clients that leave Nagle's algorithm on,
        as paho does, hold their answer to a command back until their PUBACK is confirmed, and Linux
        would do that 40 ms later."""
        socket = self._transport.get_extra_info("socket")
        if _CONFIRM_NOW is not None and socket is not None:
            with contextlib.suppress(OSError):  # it was closed meanwhile
                socket.setsockopt(sockets.IPPROTO_TCP, _CONFIRM_NOW, 1)

    @property
    def _is_behind(self) -> bool:
        """The device doesn't read what it is sent, or doesn't acknowledge it."""
        waiting_bytes = self._transport.get_write_buffer_size() + len(self._out)
        is_silent = len(self._unacknowledged) >= UNACKNOWLEDGED_MAX
        return is_silent or waiting_bytes > self._behind_bytes
