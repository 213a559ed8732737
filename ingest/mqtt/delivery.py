"""What a session hands over: a device's publishes, and the way to acknowledge them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from ingest.mqtt.flow_control import InFlightWindow
from ingest.mqtt.topics import Topic


@dataclass(frozen=True, slots=True)
class Device:
    """A device, as its certificate proves it."""

    org_id: UUID
    id: UUID
    fingerprint: bytes
    """SHA-256 of the certificate in DER."""
    expires_at: datetime
    """The certificate's notAfter: the session is closed when it passes."""


class Delivery(msgspec.Struct, frozen=True):
    """A publish on its way to the pipeline; or several of readings, which were read at once."""

    device: Device
    topic: Topic
    bodies: list[bytes]
    received_at: float
    """`time.perf_counter()` when its bytes were read."""
    acknowledge: Callable[..., None]
    """Call it from the event loop after COMMIT, with or without a receipt: sends the PUBACKs, frees
    the buffer. Safe when the connection has gone, and when called twice."""
    send: Callable[[str, bytes], bool]
    """Publishes something back, to this topic, on the connection that the delivery came on: whether
    it could. Nothing is kept for later."""
    is_will: bool = False

    @property
    def body(self) -> bytes:
        """Of a publish that is alone: all but readings."""
        [body] = self.bodies
        return body


class Acknowledgement:
    """The acknowledge() of one delivery; it holds on to the connection only until it was called."""

    __slots__ = ("_messages", "_pubacks", "_send", "_size", "_window")

    def __init__(
        self,
        send: Callable[[bytes], None],
        window: InFlightWindow,
        pubacks: bytes,
        messages: int,
        size: int,
    ) -> None:
        self._send: Callable[[bytes], None] | None = send
        self._window = window
        self._pubacks = pubacks
        self._messages = messages
        self._size = size

    def __call__(self, _receipt: object = None) -> None:
        send, self._send = self._send, None
        if send is None:
            return
        self._window.free(self._size, self._messages)
        send(self._pubacks)
