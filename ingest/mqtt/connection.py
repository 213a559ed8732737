"""One device's connection, from its CONNECT that was accepted to its end: what it may do, and when
it is read from.

The codec knows the protocol, the transport the wire; this is the device between them. There is no
task: packets are handled as their bytes come, for as long as there is room for more.

    bytes ─▶ codec ─▶ deliver ─▶ … commit … ─▶ acknowledge ─▶ PUBACK
               ▲         takes room in the window   │ frees it
               └── read on ◀────────────────────────┘

- No room, nothing is handled: what still comes is kept, up to READ_AHEAD_BYTES, then the wire isn't
  read. It is kept here and not left on the wire because uvloop throws away what it hasn't handed
  out when the client closes.
- A packet that has begun is counted whole and may always finish, or unfinished ones could fill the
  buffer for good.
- A device that doesn't read its answers is not read from, and ends by its own silence.
- `end` is the only way out of the table, and says so once. A connection that breaks while its
  packets wait for room ends when they were delivered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from ingest.mqtt import packets
from ingest.mqtt.codec import Event, ServerConnection
from ingest.mqtt.delivery import Acknowledgement, Delivery, Device
from ingest.mqtt.flow_control import InFlightWindow, Limits, SharedBuffer
from ingest.mqtt.packets import (
    MESSAGE_OVERHEAD_BYTES,
    Connect,
    Disconnect,
    MessageTooLarge,
    Ping,
    ProtocolError,
    PubAck,
    Publish,
    ReadingsRun,
    Subscribe,
    Unsubscribe,
)
from ingest.mqtt.sender import SUBSCRIPTION_REFUSED, DeviceSender
from ingest.mqtt.session import DeviceSession, EndReason, SessionListener, TrafficObserver
from ingest.mqtt.topics import WILL, Topic, publishable_by, subscribable_by, topic_of

log = structlog.get_logger()

READ_BYTES = 64 * 1024
READ_AHEAD_BYTES = 128 * 1024
PROGRESS_BYTES = 1024
_WILL_DROPPED = frozenset({EndReason.DISCONNECT, EndReason.TAKEN_OVER})
_NOBODY = asyncio.BufferedProtocol()


@dataclass(slots=True)
class BrokerState:
    """What the connections of one broker have in common."""

    deliver: Callable[[Delivery], None]
    listener: SessionListener
    subscribed: Callable[[Device, DeviceSender], None]
    limits: Limits
    buffer: SharedBuffer
    observer: TrafficObserver | None = None
    sessions: dict[UUID, DeviceConnection] = field(default_factory=dict)
    """Who is connected, by device: one each."""
    transports: set[asyncio.Transport] = field(default_factory=set)
    """Every connection that finished its handshake and hasn't gone."""
    windows: WeakValueDictionary[UUID, InFlightWindow] = field(default_factory=WeakValueDictionary)
    is_draining: bool = False
    all_gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last of `transports` goes."""
    read_buffer: memoryview = field(default_factory=lambda: memoryview(bytearray(READ_BYTES)))
    """Where TLS puts what came: one for all, since it is copied out at once."""

    def window_of(self, device_id: UUID) -> InFlightWindow:
        window = self.windows.get(device_id)
        if window is None:
            window = self.windows[device_id] = InFlightWindow(self.buffer, self.limits)
        return window

    def gone(self, transport: asyncio.Transport) -> None:
        """To be called when a connection is lost. uvloop's TLS keeps its protocol, which keeps the
        transport: 40 KB of each connection would wait for the garbage collector, which is rare."""
        transport.set_protocol(_NOBODY)
        self.transports.discard(transport)
        if not self.transports:
            self.all_gone.set()


class AccessDenied(Exception):
    """A device asked for what isn't its own. 3.1.1 has no refusal but to close the connection."""


class DeviceConnection(asyncio.BufferedProtocol):
    """A device that was let in. Made by `open`, on the transport on which its CONNECT came."""

    __slots__ = (
        "_codec",
        "_heard_at",
        "_is_lost",
        "_is_reading",
        "_keep_alive_seconds",
        "_loop",
        "_progress_bytes",
        "_publishable",
        "_read_at",
        "_reserved_bytes",
        "_silence_seconds",
        "_state",
        "_timer",
        "_transport",
        "_will",
        "_window",
        "_writes_wait",
        "device",
        "is_over",
        "sender",
        "session",
    )

    def __init__(
        self,
        session: DeviceSession,
        connect: Connect,
        codec: ServerConnection,
        transport: asyncio.Transport,
        state: BrokerState,
    ) -> None:
        self.session = session
        self.device = device = session.device
        self.is_over = False
        self.sender = DeviceSender(
            codec,
            transport,
            subscribable_by(device.org_id, device.id),
            behind_bytes=state.limits.message_max_bytes,
            observed=(state.observer, device) if state.observer else None,
        )
        self._state = state
        self._codec = codec
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._window = state.window_of(device.id)
        self._publishable = publishable_by(device.org_id, device.id)
        self._will = connect.will.body if connect.will else None
        # What was agreed, however long [MQTT-3.1.2-24]: TCP finds out whether anybody is there.
        self._keep_alive_seconds = connect.keep_alive_seconds
        self._silence_seconds = (
            connect.keep_alive_seconds * 1.5 or state.limits.without_keep_alive_seconds
        )
        self._heard_at = self._read_at = time.perf_counter()
        self._progress_bytes = 0  # of the packet that has begun, since it was last heard
        self._reserved_bytes = 0  # what that packet is counted with
        self._is_reading = True
        self._is_lost = False
        self._writes_wait = False
        self._timer = self._loop.call_later(0, self._watch)

    def open(self) -> None:
        """Make this the device's session. The one it had is over: taking over is one step."""
        state, device = self._state, self.device
        older = state.sessions.get(device.id)
        if older is not None:
            older.end(EndReason.TAKEN_OVER, f"by a connection from {self.session.peer.address}")
        state.sessions[device.id] = self
        self._transport.set_protocol(self)
        try:
            state.listener.began(self.session)
        except Exception:
            self._fail()
        if not self.is_over:
            readings = topic_of(Topic.READINGS, device.org_id, device.id)
            self.sender.write(self._codec.accept(readings))
            self._serve()

    # What the transport calls.

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._state.read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self.is_over:
            return
        now = time.perf_counter()
        self._codec.receive(bytes(self._state.read_buffer[:nbytes]))
        if self._has_progressed(nbytes):
            self._heard_at = self._read_at = now
        self._serve()

    def pause_writing(self) -> None:
        self._writes_wait = True

    def resume_writing(self) -> None:
        self._writes_wait = False
        self._loop.call_soon(self._serve)

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.gone(self._transport)
        self._is_lost = True
        self.sender.close()
        self._serve()

    # What came.

    def _has_progressed(self, size: int) -> bool:
        """Whether what came is more than silence: of a packet that comes in pieces, a kilobyte is.

        256 KB take longer than many a keep-alive on a slow link.
        """
        if not self._reserved_bytes or self._codec.buffered_bytes >= self._reserved_bytes:
            return True
        self._progress_bytes += size
        if self._progress_bytes < PROGRESS_BYTES:
            return False
        self._progress_bytes = 0
        return True

    def _serve(self) -> None:
        """Handle what has come while there is room; called when there is more of either."""
        try:
            while not self.is_over and (room := self._room()):
                messages, size = room
                event = self._codec.next_event(messages=messages, size=size)
                if event is None:
                    self._wait_for_more()
                    break
                self._handle(event)
        except AccessDenied as breach:
            self.close(EndReason.TOPIC_REFUSED, str(breach))
        except MessageTooLarge as breach:
            self.close(EndReason.MESSAGE_TOO_LARGE, str(breach))
        except ProtocolError as breach:
            self.close(EndReason.PROTOCOL_ERROR, str(breach))
        except Exception:
            self._fail()

    def _room(self) -> tuple[int, int] | None:
        """How many messages and bytes may be taken; None where nothing may be read now."""
        if self._reserved_bytes:
            if self._codec.buffered_bytes < self._reserved_bytes and not self._is_lost:
                return None  # the rest of that packet will come
            self._reserve(0)
        state, window = self._state, self._window
        room = window.room
        if not (self._writes_wait or state.is_draining):
            if min(room) > 0:
                return room
            window.when_freed(self._resume_soon)
        if self._is_lost and (state.is_draining or not self._codec.buffered_bytes):
            self.end(EndReason.CONNECTION_LOST)
        elif self._codec.buffered_bytes >= READ_AHEAD_BYTES:
            self._read_on(False)
        return None

    def _wait_for_more(self) -> None:
        """Nothing is left to be read, or what isn't whole."""
        if self._is_lost:
            self.end(EndReason.CONNECTION_LOST)
            return
        if self._codec.unfinished_bytes:
            self._reserve(self._codec.unfinished_bytes)
        self._read_on(True)

    def _reserve(self, size: int) -> None:
        buffer, reserved = self._state.buffer, self._reserved_bytes
        self._reserved_bytes, self._progress_bytes = size, 0
        buffer.take(size)
        buffer.free(reserved)

    def _read_on(self, is_reading: bool) -> None:
        if is_reading is not self._is_reading and not self._is_lost:
            self._is_reading = is_reading
            (self._transport.resume_reading if is_reading else self._transport.pause_reading)()

    def _resume_soon(self) -> None:
        self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._heard_at = time.perf_counter()  # the silence was ours
        self._serve()

    def _handle(self, event: Event) -> None:
        match event:
            case ReadingsRun(bodies, pubacks):
                self._deliver(Topic.READINGS, bodies, pubacks)
            case Publish():
                self._receive(event)
            case PubAck(packet_id):
                self.sender.settle(packet_id)
            case Ping():
                self.sender.write(packets.PINGRESP)
            case Subscribe(packet_id, filters):
                self.sender.write(packets.suback(packet_id, self._subscribe(filters)))
                self._state.subscribed(self.device, self.sender)
            case Unsubscribe(packet_id, filters):
                self.sender.unsubscribe(filters)
                self.sender.write(packets.unsuback(packet_id))
            case Disconnect():
                self.end(EndReason.DISCONNECT)

    def _receive(self, publish: Publish) -> None:
        """A PUBLISH goes to the pipeline, or the connection is closed.

        Raises:
            AccessDenied: it isn't for one of the device's own topics
        """
        rule = self._publishable.get(publish.topic)
        if rule is None:
            topic = publish.topic[:200].decode(errors="replace")
            raise AccessDenied(f"may not publish to {topic}")
        if publish.is_retained and not rule.may_retain:
            raise AccessDenied(f"may not publish retained to {rule.topic}")
        pubacks = packets.puback(publish.packet_id) if publish.packet_id else b""
        self._deliver(rule.topic, [publish.body], pubacks)

    def _deliver(self, topic: Topic, bodies: list[bytes], pubacks: bytes) -> None:
        size = sum(map(len, bodies)) + len(bodies) * MESSAGE_OVERHEAD_BYTES
        self._window.take(size, len(bodies))
        acknowledge = Acknowledgement(self.sender.write, self._window, pubacks, len(bodies), size)
        self._state.deliver(
            Delivery(self.device, topic, bodies, self._read_at, acknowledge, self.sender.send)
        )

    def _subscribe(self, filters: list[tuple[str, int]]) -> list[int]:
        codes = self.sender.subscribe(filters)
        if self._state.observer is not None:
            for (topic, _), code in zip(filters, codes, strict=True):
                is_granted = code != SUBSCRIPTION_REFUSED
                self._state.observer.subscribed(self.device, topic, is_granted=is_granted)
        if SUBSCRIPTION_REFUSED in codes:
            refused = filters[codes.index(SUBSCRIPTION_REFUSED)][0]
            self._log("subscription_refused", f"may not subscribe to {refused[:200]}")
        return codes

    # Its end.

    def end(self, reason: EndReason, text: str = "") -> None:
        """Close the connection at once: nothing of it is delivered after this. Can be repeated.

        A clean end drops the will [MQTT-3.14.4-3]. So does being taken over: the device is there,
        and an OFFLINE after its newer session's ONLINE would be wrong.
        """
        if self.is_over:
            return
        self.sender.flush()
        self.sender.close()
        self.is_over = True
        self._timer.cancel()
        self._window.forget(self._resume_soon)
        self._reserve(0)
        self._leave()
        if reason is EndReason.DISCONNECT:
            self._close_soon()
        else:
            self._transport.abort()
        try:
            if reason not in _WILL_DROPPED:
                self._deliver_will()
        finally:
            self._state.listener.ended(self.session, reason, text)

    def _close_soon(self) -> None:
        """When what was written has left, at the end of this turn of the event loop. Without TLS's
        own goodbye, after which OpenSSL would keep the session, 7 KB, for five minutes."""
        self._read_on(False)
        self._loop.call_soon(self._loop.call_soon, self._transport.abort)

    def close(self, reason: EndReason, text: str) -> None:
        """End the session for a reason that belongs into the log."""
        if not self.is_over:
            self._log("connection_closed", text)
            self.end(reason, text)

    def _fail(self) -> None:
        """A mistake of ours ends this connection, and no other."""
        log.exception("connection_failed")
        self.end(EndReason.INTERNAL_ERROR)

    def _leave(self) -> None:
        """Out of the table, unless a newer session of the device stands there."""
        if self._state.sessions.get(self.device.id) is self:
            del self._state.sessions[self.device.id]

    def _deliver_will(self) -> None:
        if self._will is not None and not self._state.is_draining:
            will, at = [self._will], time.perf_counter()
            self._state.deliver(
                Delivery(self.device, WILL, will, at, _nothing, self.sender.send, is_will=True)
            )

    def _watch(self) -> None:
        """The connection's one timer. It is set only when it fires, so a packet costs no timer."""
        if self._state.is_draining or not self._window.has_room:
            self._heard_at = time.perf_counter()
        silence_left = self._heard_at + self._silence_seconds - time.perf_counter()
        validity_left = (self.device.expires_at - datetime.now(UTC)).total_seconds()
        if validity_left <= 0:
            self.close(EndReason.CERTIFICATE_EXPIRED, "certificate expired")
        elif silence_left <= 0:
            self.close(
                EndReason.KEEP_ALIVE,
                f"silent for 1.5 times its keep-alive of {self._keep_alive_seconds} s"
                if self._keep_alive_seconds
                else f"silent for {self._silence_seconds:.0f} s, without a keep-alive",
            )
        else:
            self._timer = self._loop.call_later(min(silence_left, validity_left), self._watch)

    def _log(self, event: str, reason: str) -> None:
        log.info(
            event, reason=reason, device_id=str(self.device.id), org_id=str(self.device.org_id)
        )


def _nothing(_receipt: object = None) -> None:
    """There is nobody to acknowledge a will to."""
