"""One device's connection: its CONNECT, its packets, what it is sent, its end.

amqtt parses CONNECT, SUBSCRIBE and UNSUBSCRIBE and builds what is sent. Its reader loop is replaced: it
starts a task per packet, acknowledges before anyone has stored anything, and knows no limits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from amqtt import session as amqtt_session
from amqtt.adapters import BufferReader
from amqtt.mqtt import packet as mqtt
from amqtt.mqtt.connack import IDENTIFIER_REJECTED, NOT_AUTHORIZED
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

from ingest.mqtt.delivery import Acknowledgement, Delivery, Device
from ingest.mqtt.flow_control import Account, Buffer, Limits
from ingest.mqtt.packets import (
    MESSAGE_OVERHEAD_BYTES,
    PINGRESP,
    RefusedError,
    check_length,
    fixed_header,
    parse_publish,
    read_connect,
    usual_publishes,
)
from ingest.mqtt.topics import WILL, Topic, publishable_by, subscribable_by, topic_of

if TYPE_CHECKING:
    from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter

log = structlog.get_logger()

WILL_MAX_BYTES = 4 * 1024
READ_BYTES = 64 * 1024
PROGRESS_BYTES = 1024
# The flags of what a device may send besides PUBLISH [MQTT-2.2.2-2]. QoS 2 is not spoken.
CONTROL_FLAGS = {
    mqtt.PUBACK: 0,
    mqtt.SUBSCRIBE: 2,
    mqtt.UNSUBSCRIBE: 2,
    mqtt.PINGREQ: 0,
    mqtt.DISCONNECT: 0,
}
SUBSCRIPTION_REFUSED = 0x80


@dataclass(slots=True)
class Shared:
    """What the sessions of one broker have in common."""

    deliver: Callable[[Delivery], None]
    presence: Callable[[Device, bool], None]
    limits: Limits
    buffer: Buffer
    sessions: dict[str, tuple[Any, DeviceSession]] = field(default_factory=dict)
    """amqtt's own table, by client id."""
    is_draining: bool = False
    accounts: WeakValueDictionary[UUID, Account] = field(default_factory=WeakValueDictionary)

    def account_of(self, device_id: UUID) -> Account:
        account = self.accounts.get(device_id)
        if account is None:
            account = self.accounts[device_id] = Account(self.buffer, self.limits)
        return account


class _States:
    """In place of the state machine in amqtt's session, which costs 24 KB and 0.2 ms for three states."""

    def __init__(self) -> None:
        self.state = "new"

    def connect(self) -> None:
        self.state = "connected"

    def disconnect(self) -> None:
        self.state = "disconnected"

    def is_connected(self) -> bool:
        return self.state == "connected"


class _Session(amqtt_session.Session):  # type: ignore[misc]
    def _init_states(self) -> None:
        self.transitions = _States()


class DeviceSession(BrokerProtocolHandler):  # type: ignore[misc]
    """The session of one device; in amqtt's terms, the protocol handler of its connection."""

    device: Device
    is_over = False

    @classmethod
    async def init_from_connect(
        cls,
        reader: StreamReaderAdapter,
        writer: StreamWriterAdapter,
        plugins_manager: Any,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> tuple[DeviceSession, Any]:
        """Read the CONNECT packet.

        Raises:
            RefusedError: it isn't one, is too big, malformed, or of another protocol level
            OSError, asyncio.IncompleteReadError: the connection ended
        """
        body = await read_connect(reader._reader)
        header = mqtt.MQTTFixedHeader(mqtt.CONNECT, 0, len(body))
        packet = await ConnectPacket.from_stream(BufferReader(body), fixed_header=header)
        session = _Session()
        session.client_id = packet.client_id
        session.clean_session = (
            True  # nothing is kept in memory for a device that is away (3.1.2.4)
        )
        session.keep_alive = packet.keep_alive
        session.will_flag = packet.will_flag
        session.will_topic = packet.will_topic
        session.will_message = packet.will_message
        session.will_qos = packet.variable_header.will_qos
        return cls(plugins_manager, loop=loop), session

    def open(
        self, device: Device, session: Any, writer: StreamWriterAdapter, shared: Shared
    ) -> None:
        """Make this the device's session. Whatever session it had is over.

        Nothing is awaited here: taking over and entering the table are one step.
        """
        self.device = device
        self._shared = shared
        self._account = shared.account_of(device.id)
        self._stream_writer = writer._writer
        self._transport = writer._writer.transport
        self._publishable = publishable_by(device.org_id, device.id)
        readings = topic_of(Topic.READINGS, device.org_id, device.id).encode()
        self._readings = len(readings).to_bytes(2) + readings
        self._subscribable = subscribable_by(device.org_id, device.id)
        self._subscribed: dict[str, int] = {}
        self._puback_waiters: dict[int, asyncio.Future[bool]] = {}
        self._pubacks = bytearray()
        self._will: bytes | None = bytes(session.will_message) if session.will_flag else None
        longest = shared.limits.keep_alive_max_seconds
        self._silence_seconds = min(session.keep_alive or longest, longest) * 1.5  # [MQTT-3.1.2-24]
        self._heard_at = time.perf_counter()
        self._timer = self._loop.call_later(0, self._watch)
        older = shared.sessions.get(session.client_id)
        if older is not None:
            older[1].end(is_taken_over=True)
        shared.sessions[session.client_id] = (session, self)

    async def start(self) -> None:
        """Nothing: amqtt would start a second task here, while `serve` runs in the connection's own."""

    async def serve(self) -> None:
        """Handle packets until the session is over.

        Raises:
            RefusedError: the device broke a rule; the connection is to be closed
            OSError, asyncio.IncompleteReadError: the connection ended
        """
        data, at = b"", 0
        read_at = self._heard_at
        while not self.is_over:
            if self._shared.is_draining or not self._account.has_room:
                await self._wait_for_room()
                continue
            if (end := self._receive_readings(data, at, read_at)) > at:
                at = end
                continue
            header = fixed_header(data, at, self._shared.limits.message_max_bytes)
            if header is None or header[2] > len(data):
                missing = header[2] - len(data) if header else 0
                data, at = (
                    data[at:],
                    0,
                )  # first: an idle connection shall not hold on to what it sent last
                data += await (self._read_rest(missing) if missing else self._read(READ_BYTES))
                read_at = self._heard_at = time.perf_counter()
                continue  # it may have been cut, or the drain begun, while we waited
            first, start, end = header
            at = end
            if first >> 4 == mqtt.PUBLISH:
                self._receive(first, data, start, end, read_at)
            else:
                await self._control(first, data[start:end])

    async def _wait_for_room(self) -> None:
        await self._account.wait()
        self._heard_at = time.perf_counter()  # the silence was ours

    async def _read(self, most: int) -> bytes:
        # A device that doesn't read its PUBACKs isn't read from either, or they would pile up here.
        await self._stream_writer.drain()
        data: bytes = await self.reader._reader.read(most)
        if not data:
            raise asyncio.IncompleteReadError(b"", None)
        return data

    async def _read_rest(self, missing: int) -> bytes:
        """What is missing of a packet that has begun.

        It is counted in full and may always finish, or unfinished packets could fill the buffer for good. As long
        as a kilobyte comes in time it isn't silence: 256 KB take longer than many a keep-alive on a slow link.
        """
        rest, heard = bytearray(), 0
        self._shared.buffer.take(missing)
        try:
            while len(rest) < missing:
                rest += await self._read(missing - len(rest))
                if len(rest) >= heard + PROGRESS_BYTES:
                    heard, self._heard_at = len(rest), time.perf_counter()
        finally:
            self._shared.buffer.free(missing)
        return bytes(rest)

    def _receive_readings(self, data: bytes, at: int, read_at: float) -> int:
        """Deliver the readings that stand at `at`, as many as there is room for; where they end."""
        messages, size = self._account.room
        bodies, pubacks, end = usual_publishes(
            data,
            at,
            self._readings,
            messages=messages,
            size=size,
            body_max=self._shared.limits.message_max_bytes,
        )
        if bodies:
            self._deliver(Topic.READINGS, bodies, pubacks, read_at)
        return end

    def _receive(self, first: int, data: bytes, start: int, end: int, read_at: float) -> None:
        """A PUBLISH goes to the pipeline, or the connection is closed: 3.1.1 has no other refusal."""
        publish = parse_publish(first, data, start, end)
        rule = self._publishable.get(publish.topic)
        if rule is None:
            raise RefusedError(f"may not publish to {publish.topic[:200].decode(errors='replace')}")
        if publish.is_retained and not rule.may_retain:
            raise RefusedError(f"may not publish retained to {rule.topic}")
        body, packet_id = data[publish.body_at : end], publish.packet_id
        if len(body) > self._shared.limits.message_max_bytes:
            raise RefusedError(f"message of {len(body)} bytes")
        pubacks = b"\x40\x02" + packet_id.to_bytes(2, "big") if packet_id else b""
        self._deliver(rule.topic, [body], pubacks, read_at)

    def _deliver(self, topic: Topic, bodies: list[bytes], pubacks: bytes, read_at: float) -> None:
        size = sum(map(len, bodies)) + len(bodies) * MESSAGE_OVERHEAD_BYTES
        self._account.take(size, len(bodies))
        acknowledge = Acknowledgement(self.send_pubacks, self._account, pubacks, len(bodies), size)
        self._shared.deliver(Delivery(self.device, topic, bodies, read_at, acknowledge))

    async def _control(self, first: int, body: bytes) -> None:
        kind, flags = first >> 4, first & 15
        if CONTROL_FLAGS.get(kind) != flags:
            raise RefusedError(f"packet of type {kind} with flags {flags}")
        match kind:
            case mqtt.PINGREQ:
                check_length(body, 0)
                self._transport.write(PINGRESP)
            case mqtt.PUBACK:
                check_length(body, 2)
                self._settle(int.from_bytes(body, "big"))
            case mqtt.SUBSCRIBE:
                await self._subscribe(body)
            case mqtt.UNSUBSCRIBE:
                await self._unsubscribe(body)
            case mqtt.DISCONNECT:
                check_length(body, 0)
                self.end(is_clean=True)

    async def _subscribe(self, body: bytes) -> None:
        header = mqtt.MQTTFixedHeader(mqtt.SUBSCRIBE, 2, len(body))
        packet = await SubscribePacket.from_stream(BufferReader(body), fixed_header=header)
        packet_id, filters = packet.variable_header.packet_id, packet.payload.topics
        # amqtt drops a filter that is cut short, and makes up one that isn't UTF-8: then the length differs.
        is_whole = len(body) == 2 + sum(len(topic.encode()) + 3 for topic, _ in filters)
        if not packet_id or not filters or not is_whole or any(qos > 2 for _, qos in filters):
            raise RefusedError(
                "malformed SUBSCRIBE"
            )  # [MQTT-2.3.1-1], [MQTT-3.8.3-3], [MQTT-3.8.3-4]
        for topic, qos in filters:
            if topic in self._subscribable:
                self._subscribed[topic] = min(qos, 1)
        codes = [self._subscribed.get(topic, SUBSCRIPTION_REFUSED) for topic, _ in filters]
        if SUBSCRIPTION_REFUSED in codes:
            refused = filters[codes.index(SUBSCRIPTION_REFUSED)][0]
            self._log("subscription_refused", f"may not subscribe to {refused[:200]}")
        await self.mqtt_acknowledge_subscription(packet_id, codes)

    async def _unsubscribe(self, body: bytes) -> None:
        header = mqtt.MQTTFixedHeader(mqtt.UNSUBSCRIBE, 2, len(body))
        packet = await UnsubscribePacket.from_stream(BufferReader(body), fixed_header=header)
        packet_id, topics = packet.variable_header.packet_id, packet.payload.topics
        is_whole = len(body) == 2 + sum(len(topic.encode()) + 2 for topic in topics)
        if not packet_id or not topics or not is_whole:
            raise RefusedError("malformed UNSUBSCRIBE")  # [MQTT-2.3.1-1], [MQTT-3.10.3-2]
        for topic in topics:
            self._subscribed.pop(topic, None)
        await self.mqtt_acknowledge_unsubscription(packet_id)

    def send_pubacks(self, pubacks: bytes) -> None:
        """PUBACKs of one turn of the event loop leave in one write: a commit acknowledges many at once."""
        if self.is_over or not pubacks:
            return
        if not self._pubacks:
            self._loop.call_soon(self.flush)
        self._pubacks += pubacks

    def flush(self) -> None:
        """Write the gathered PUBACKs."""
        if self._pubacks and not self.is_over:
            self._transport.write(bytes(self._pubacks))
        self._pubacks.clear()

    async def publish(self, topic: str, body: bytes, timeout_seconds: float) -> bool:
        """Send with the QoS the device subscribed with; True when it acknowledged.

        amqtt's own version waits 5 seconds whatever it is told, and misses a PUBACK that is faster than it.
        """
        qos = self._subscribed.get(topic)
        if self.is_over or qos is None or self._is_behind:
            return False
        packet_id = self.session.next_packet_id if qos else None
        packet = PublishPacket.build(topic, body, packet_id, False, qos, False).to_bytes()
        self._transport.write(packet)
        if packet_id is None:
            return False
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._puback_waiters[packet_id] = waiter
        self.session.inflight_out[packet_id] = topic  # amqtt's next_packet_id looks in here
        try:
            async with asyncio.timeout(timeout_seconds):
                return await waiter
        except TimeoutError:
            return False
        finally:
            del self._puback_waiters[packet_id], self.session.inflight_out[packet_id]

    @property
    def _is_behind(self) -> bool:
        """The device doesn't read what it is sent."""
        waiting_bytes: int = self._transport.get_write_buffer_size()
        return waiting_bytes > self._shared.limits.message_max_bytes

    def _settle(self, packet_id: int) -> None:
        waiter = self._puback_waiters.get(packet_id)
        if waiter is not None and not waiter.done():
            waiter.set_result(True)

    def end(self, *, is_clean: bool = False, is_taken_over: bool = False) -> None:
        """Close the connection at once: nothing of it is delivered after this. Can be repeated.

        A clean end drops the will [MQTT-3.14.4-3]. So does being taken over: the device is there, and an
        OFFLINE after its newer session's ONLINE would be wrong.
        """
        if self.is_over:
            return
        self.flush()
        self.is_over = True
        self._timer.cancel()
        self._account.wake()
        self._leave()
        if is_clean:
            self._transport.close()
        else:
            self._transport.abort()
        if is_taken_over:
            return
        try:
            if not is_clean:
                self._deliver_will()
        finally:
            self._shared.presence(self.device, False)

    def close(self, reason: str) -> None:
        """End the session for a reason that belongs into the log."""
        if not self.is_over:
            self._log("connection_closed", reason)
            self.end()

    def _leave(self) -> None:
        """Out of the table, unless a newer session of the device stands there; and nobody waits for us."""
        client_id = str(self.device.id)
        session, current = self._shared.sessions.get(client_id, (None, None))
        if session is not None and current is self:
            del self._shared.sessions[client_id]
            session.transitions.disconnect()
        for waiter in self._puback_waiters.values():
            if not waiter.done():
                waiter.set_result(False)

    def _deliver_will(self) -> None:
        if self._will is not None and not self._shared.is_draining:
            at = time.perf_counter()
            self._shared.deliver(
                Delivery(self.device, WILL, [self._will], at, _nothing, is_will=True)
            )

    def _watch(self) -> None:
        """The connection's one timer. It is set anew only when it fires, so a packet costs no timer."""
        if self._shared.is_draining or not self._account.has_room:
            self._heard_at = time.perf_counter()
        silence_left = self._heard_at + self._silence_seconds - time.perf_counter()
        validity_left = (self.device.expires_at - datetime.now(UTC)).total_seconds()
        if validity_left <= 0:
            self.close("certificate expired")
        elif silence_left <= 0:
            self.close("silent for 1.5 times its keep-alive")
        else:
            self._timer = self._loop.call_later(min(silence_left, validity_left), self._watch)

    def _log(self, event: str, reason: str) -> None:
        log.info(
            event, reason=reason, device_id=str(self.device.id), org_id=str(self.device.org_id)
        )


def check_identity(session: Any, device: Device) -> None:
    """Refuse a CONNECT whose client id or will isn't the device's own."""
    if session.client_id != str(device.id):
        raise RefusedError(
            "client id is not the id of the certificate's device", IDENTIFIER_REJECTED
        )
    if not session.will_flag:
        return
    if session.will_topic != topic_of(WILL, device.org_id, device.id) or session.will_qos > 1:
        raise RefusedError("will is not for the device's own status topic", NOT_AUTHORIZED)
    if len(session.will_message) > WILL_MAX_BYTES:
        raise RefusedError(f"will of {len(session.will_message)} bytes", NOT_AUTHORIZED)


def _nothing(_receipt: object = None) -> None:
    """There is nobody to acknowledge a will to."""
