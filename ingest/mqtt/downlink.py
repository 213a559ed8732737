"""Messages to devices: what waits in the outbox is sent to those that are connected, in order,
until they acknowledge it.

    INSERT ─▶ NOTIFY ─┐
    SUBSCRIBE ────────┼─▶ wanted ─▶ claim ─▶ send ─▶ PUBACK ─▶ settle ─▶ wanted: is there more?
    a batch is done ──┘

- One loop does all that asks the database, step by step. Outcomes are written before anything is
  claimed, so that what was claimed and what was settled can't overtake one another.
- A device has one batch in flight, at most CLAIM_MAX_MESSAGES; the next is claimed when it is done.
  Nothing of a batch is kept here but ids: what wasn't acknowledged is read again, from the outbox.
- What was sent on a connection that ended waits again as soon as the device subscribes on a new one.
- Of several brokers only the one that holds a device's lease sends to it, see
  db/queries/device_messages.py.
- A command (db/queries/commands.py) is SENT when its message has gone out: written before its
  PUBACK is, so that a message which won't be sent again is never one of a PENDING command.
- While the database is away nothing is sent; what is acknowledged meanwhile is written when it is
  back. In memory there are then at most the ids of what was in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import chain
from uuid import UUID, uuid4

import structlog

from db.connections.background import Loop, Turns, in_background
from db.connections.types import Pool
from db.queries.commands import CommandKey, mark_sent
from db.queries.device_messages import (
    LEASE_SECONDS,
    ClaimedMessage,
    MessageClaim,
    Outcome,
    TopicListener,
    claim,
    expire,
    release_leases,
    renew_leases,
    settle,
)
from ingest.mqtt.delivery import Device
from ingest.mqtt.sender import DeviceSender
from ingest.mqtt.topics import Topic, topic_of

log = structlog.get_logger()

TICK_SECONDS = LEASE_SECONDS / 3
RETRY_SECONDS = 0.5
LONGEST_TURN_SECONDS = 60
LAST_SECONDS = 2
DEVICES_AT_ONCE = 200
EXPIRED_AT_ONCE = 1_000
# Of all devices, sent and not acknowledged: beyond it nothing is claimed. One claim may exceed it.
IN_FLIGHT_MAX_BYTES = 64 * 1024 * 1024


class _Receiver:
    """A connected device that listens, for as long as its connection lasts."""

    __slots__ = ("device", "in_flight", "known_topics", "sender")

    def __init__(self, device: Device, sender: DeviceSender) -> None:
        self.device = device
        self.sender = sender
        self.known_topics: set[str] = set()
        """For which all that was due before has been claimed."""
        self.in_flight: dict[UUID, int] = {}
        """The sizes of what was sent and not acknowledged, by message."""

    def listeners(self) -> list[TopicListener]:
        org_id, device_id = self.device.org_id, self.device.id
        known = self.known_topics
        return [
            TopicListener(org_id, device_id, topic, topic not in known)
            for topic in self.sender.topics
        ]


class Downlink:
    """Sends the outbox to one broker's devices, while `running`. All else is called in the event
    loop and doesn't block."""

    def __init__(self, pool: Pool, *, tick_seconds: float = TICK_SECONDS) -> None:
        """The pool is of role iot_ingest. Each tick renews leases, ends what has expired, and tries
        again what couldn't be sent."""
        self._pool = pool
        self._tick_seconds = tick_seconds
        self._broker_id = uuid4()
        self._receivers: dict[UUID, _Receiver] = {}
        self._wanted: dict[UUID, None] = {}  # in order: who waits longest is next
        self._later: set[UUID] = set()  # wanted at the next tick
        self._sent: list[CommandKey] = []
        self._outcomes: list[Outcome] = []
        self._held: set[UUID] = set()  # devices whose lease is ours
        self._free: set[UUID] = set()  # those that any broker may have
        self._in_flight_bytes = 0
        self._arrived = asyncio.Event()

    def subscribed(self, device: Device, sender: DeviceSender) -> None:
        """A device has subscribed: what waits for it on that topic is due."""
        receiver = self._receivers.get(device.id)
        if receiver is None or receiver.sender is not sender:
            if receiver is not None:
                self._forget(receiver)
            self._receivers[device.id] = _Receiver(device, sender)
        self.notified(device.id)

    def disconnected(self, device_id: UUID) -> None:
        receiver = self._receivers.pop(device_id, None)
        if receiver is not None:
            self._forget(receiver)
            self._wanted.pop(device_id, None)
            self._later.discard(device_id)
            self._release(device_id)

    def notified(self, device_id: UUID) -> None:
        """There may be something for this device."""
        if device_id in self._receivers:
            self._wanted[device_id] = None
            self._arrived.set()

    def missed(self) -> None:
        """There may be something for anybody."""
        for device_id in self._receivers:
            self.notified(device_id)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send while the block runs; at its end write down what was acknowledged until then."""
        try:
            async with in_background(Loop("downlink", self._run, LONGEST_TURN_SECONDS)):
                yield
        finally:
            self._free |= self._held
            with contextlib.suppress(Exception):
                async with asyncio.timeout(LAST_SECONDS):
                    await self._write_outcomes()

    async def _run(self, turns: Turns) -> None:
        tick_at = time.monotonic() + self._tick_seconds
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0, tick_at - time.monotonic())):
                    await self._arrived.wait()
            self._arrived.clear()
            try:
                if time.monotonic() >= tick_at:
                    tick_at = time.monotonic() + self._tick_seconds
                    await self._tick()
                # Also what came while they were written.
                while self._sent or self._outcomes or self._free:
                    await self._write_outcomes()
                await self._claim_and_send()
            except Exception as error:  # of whatever kind: the outbox keeps what waits
                log.warning("the downlink waits for the database", error=repr(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)
                self._arrived.set()
            else:
                turns.next()

    async def _write_outcomes(self) -> None:
        """Of what was sent, and whose device is done with."""
        sent, self._sent = self._sent, []
        outcomes, self._outcomes = self._outcomes, []
        free, self._free = self._free, set()
        try:
            if sent:
                await mark_sent(self._pool, sent)
            if outcomes:
                await settle(self._pool, outcomes)
            if free:
                await release_leases(self._pool, self._broker_id, list(free))
        except BaseException:
            self._sent = sent + self._sent
            self._outcomes = outcomes + self._outcomes
            self._free |= free
            raise

    async def _tick(self) -> None:
        if self._held:
            await renew_leases(self._pool, self._broker_id, list(self._held))
        for message_id, device_id in await expire(self._pool, at_most=EXPIRED_AT_ONCE):
            receiver = self._receivers.get(device_id)
            if receiver is not None and self._is_done(receiver, message_id):
                self.notified(device_id)
        later, self._later = self._later, set()
        for device_id in later:
            self.notified(device_id)

    async def _claim_and_send(self) -> None:
        asked = {receiver: receiver.listeners() for receiver in self._next_receivers()}
        if not asked:
            return
        began = time.monotonic()
        try:
            claimed = await claim(self._pool, self._broker_id, list(chain(*asked.values())))
        except BaseException:
            # It may have happened all the same: then what it took waits for a new beginning.
            for receiver in asked:
                receiver.known_topics.clear()
                self.notified(receiver.device.id)
            raise
        is_late = time.monotonic() - began > LEASE_SECONDS / 2
        for receiver, listeners in asked.items():
            self._serve(receiver, listeners, claimed, is_late=is_late)

    def _next_receivers(self) -> list[_Receiver]:
        """Of those that are wanted. Who has a batch in flight is wanted again when that is done."""
        receivers: list[_Receiver] = []
        if self._in_flight_bytes >= IN_FLIGHT_MAX_BYTES:
            return receivers
        while self._wanted and len(receivers) < DEVICES_AT_ONCE:
            device_id = next(iter(self._wanted))
            del self._wanted[device_id]
            receiver = self._receivers[device_id]
            if not receiver.in_flight and receiver.sender.topics:
                receivers.append(receiver)
        if self._wanted:
            self._arrived.set()
        return receivers

    def _serve(
        self,
        receiver: _Receiver,
        listeners: list[TopicListener],
        claimed: MessageClaim,
        *,
        is_late: bool,
    ) -> None:
        """What a claim means for one of the devices for which it was made."""
        device_id = receiver.device.id
        if device_id in claimed.due and device_id not in claimed.held:
            self._later.add(device_id)  # another broker has it
            return
        new_topics = {listener.topic for listener in listeners if listener.is_new}
        receiver.known_topics |= new_topics
        if device_id not in claimed.due:
            self._release(device_id)
            return
        self._held.add(device_id)
        if self._receivers.get(device_id) is not receiver:  # it went meanwhile
            if device_id not in self._receivers:
                self._release(device_id)
            return
        messages = claimed.of_device(device_id)
        if not messages:  # others' took all the bytes of this claim
            self.notified(device_id)
        for number, message in enumerate(messages):
            if is_late or not self._send(receiver, message, new_topics):
                self._put_back(messages[number:])
                self._later.add(device_id)
                break

    def _send(self, receiver: _Receiver, message: ClaimedMessage, new_topics: set[str]) -> bool:
        """Retained is what a device gets for having subscribed [MQTT-3.3.1-8]."""
        receiver.in_flight[message.id] = len(message.body)
        self._in_flight_bytes += len(message.body)
        is_sent = receiver.sender.send(
            message.topic,
            message.body,
            partial(self._answered, receiver, message),
            is_retained=message.is_retained and message.topic in new_topics,
        )
        if not is_sent:
            self._is_done(receiver, message.id)
        elif message.topic == topic_of(Topic.COMMANDS, message.org_id, message.device_id):
            self._sent.append(CommandKey(message.org_id, message.id))
            self._arrived.set()
        return is_sent

    def _put_back(self, messages: Sequence[ClaimedMessage]) -> None:
        """They wait again: the device has gone, doesn't listen any more, or doesn't keep up."""
        for message in messages:
            self._outcomes.append(Outcome(message.org_id, message.id, message.fence, False))

    def _answered(
        self, receiver: _Receiver, message: ClaimedMessage, is_acknowledged: bool
    ) -> None:
        if is_acknowledged:
            self._outcomes.append(Outcome(message.org_id, message.id, message.fence, True))
            self._arrived.set()
        is_whole_batch = self._is_done(receiver, message.id)
        if is_whole_batch and self._receivers.get(receiver.device.id) is receiver:
            self.notified(receiver.device.id)

    def _is_done(self, receiver: _Receiver, message_id: UUID) -> bool:
        """Take a message out of what is in flight; whether it was the last of its batch."""
        size = receiver.in_flight.pop(message_id, None)
        if size is None:
            return False
        self._in_flight_bytes -= size
        return not receiver.in_flight

    def _forget(self, receiver: _Receiver) -> None:
        """Its connection has ended: what it didn't acknowledge waits for its next one."""
        self._in_flight_bytes -= sum(receiver.in_flight.values())
        receiver.in_flight.clear()

    def _release(self, device_id: UUID) -> None:
        if device_id in self._held:
            self._held.discard(device_id)
            self._free.add(device_id)
            self._arrived.set()
