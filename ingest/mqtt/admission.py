"""Who gets in: a connection from the end of its TLS handshake until its CONNECT is answered.

Nothing of a device is touched before its certificate has proved who it is: an older session of it
stays until then. What was looked up may be old by the time it is known, so a lookup is cut or
repeated when somebody says that something changed meanwhile.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import structlog

from db.connections.background import TaskOwner
from ingest.mqtt.codec import ServerConnection
from ingest.mqtt.connection import READ_AHEAD_BYTES, BrokerState, DeviceConnection
from ingest.mqtt.delivery import Device
from ingest.mqtt.packets import Connect, ConnectCode, ProtocolError
from ingest.mqtt.session import (
    CertificateHolder,
    DeviceSession,
    EndReason,
    Peer,
    RefusedAttempt,
)
from ingest.mqtt.topics import WILL, topic_of

log = structlog.get_logger()

WILL_MAX_BYTES = 4 * 1024
WRITE_BUFFER_BYTES = 128 * 1024
_HOLDERS_TOLD = {
    EndReason.CERTIFICATE_REVOKED: "its certificate {serial} is revoked",
    EndReason.CERTIFICATE_EXPIRED: "its certificate {serial} has expired, or is not valid yet",
    EndReason.DEVICE_DELETED: "the device was deleted",
}

FindDevice = Callable[[bytes], Awaitable[Device | None]]
FindHolder = Callable[[bytes], Awaitable[CertificateHolder | None]]


class NotAdmitted(Exception):
    """The client is turned away: with a CONNACK where there is a code. `attempt` says whose
    connection it was, where that is known."""

    def __init__(
        self,
        reason: str,
        code: ConnectCode | None = None,
        attempt: RefusedAttempt | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.attempt = attempt


class Admission:
    """Takes a broker's connections, and opens the sessions of those that prove to be a device's."""

    def __init__(
        self,
        state: BrokerState,
        find_device: FindDevice,
        find_holder: FindHolder,
        lookups: TaskOwner,
    ) -> None:
        self.state = state
        self.find_device = find_device
        self.find_holder = find_holder
        self.lookups = lookups
        self.pending: set[PendingConnection] = set()

    def new_connection(self, left: Callable[[], None], deadline: float) -> PendingConnection:
        """`left` is called when it has a session, or has gone; `deadline`, a time of the event
        loop, is for its CONNECT."""
        return PendingConnection(self, left, deadline)

    def recheck(self, device_id: UUID | None) -> None:
        """Look up again who is being looked up: that device, or everybody."""
        for connection in self.pending:
            if device_id is None or connection.client_id == str(device_id):
                connection.must_recheck = True

    def cut(self, fingerprint: bytes | None, device_id: UUID | None) -> None:
        """Turn away who is being looked up with that certificate, or as that device."""
        client_id = str(device_id) if device_id else None
        for connection in self.pending:
            if connection.fingerprint == fingerprint or connection.client_id == client_id:
                connection.is_cut = True


class PendingConnection(asyncio.BufferedProtocol):
    """A connection whose device isn't known yet."""

    __slots__ = (
        "_admission",
        "_codec",
        "_deadline",
        "_is_over",
        "_left",
        "_lookup",
        "_timer",
        "_transport",
        "client_id",
        "fingerprint",
        "is_cut",
        "must_recheck",
    )

    _transport: asyncio.Transport
    _timer: asyncio.TimerHandle

    def __init__(self, admission: Admission, left: Callable[[], None], deadline: float) -> None:
        limits = admission.state.limits
        self._admission = admission
        self._left = left
        self._deadline = deadline
        self._codec = ServerConnection(message_max_bytes=limits.message_max_bytes)
        self._lookup: asyncio.Task[None] | None = None
        self._is_over = False
        self.fingerprint = b""
        self.client_id = ""
        self.is_cut = False
        self.must_recheck = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        state = self._admission.state
        state.transports.add(self._transport)
        self._timer = asyncio.get_running_loop().call_at(
            self._deadline, self._turn_away, NotAdmitted("no CONNECT in time")
        )
        if state.is_draining:
            self._turn_away(NotAdmitted("no more connections"))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._admission.state.read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._is_over:
            return
        self._codec.receive(bytes(self._admission.state.read_buffer[:nbytes]))
        try:
            event = self._codec.next_event(messages=1, size=1)
        except ProtocolError as breach:
            self._turn_away(NotAdmitted(str(breach), breach.code))
            return
        if isinstance(event, Connect):
            self._lookup = self._admission.lookups.start(self._admit(event))
        elif self._codec.buffered_bytes >= READ_AHEAD_BYTES:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._left()
        self._admission.state.gone(self._transport)

    async def _admit(self, connect: Connect) -> None:
        """Open the session of whoever holds the certificate, or turn it away."""
        try:
            session = await self._identify(connect)
        except NotAdmitted as refusal:
            self._turn_away(refusal)
            return
        except Exception:
            log.exception("connection_failed")
            self._transport.abort()
            return
        self._is_over = True
        self._timer.cancel()
        self._left()
        self._transport.resume_reading()
        state = self._admission.state
        DeviceConnection(session, connect, self._codec, self._transport, state).open()

    async def _identify(self, connect: Connect) -> DeviceSession:
        """A session of the device whose certificate this is, and whose own are the id and topic of
        CONNECT.

        Raises:
            NotAdmitted: there is none
        """
        tls = self._transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True)
        self.fingerprint = hashlib.sha256(certificate).digest()
        peer = Peer.of(self._address[0] or "", tls.version(), certificate)
        self.client_id = connect.client_id
        self._admission.pending.add(self)
        try:
            device = await self._find_device()
        except Exception as exc:
            log.exception("device_lookup_failed")
            raise NotAdmitted("device lookup failed", ConnectCode.UNAVAILABLE) from exc
        finally:
            self._admission.pending.discard(self)
        if self._admission.state.is_draining:
            raise NotAdmitted("no more connections", ConnectCode.UNAVAILABLE)
        if device is None or self.is_cut or device.expires_at <= datetime.now(UTC):
            told = "certificate unknown, revoked or expired"
            attempt = await self._attempt_of_holder(peer)
            raise NotAdmitted(told, ConnectCode.NOT_AUTHORIZED, attempt)
        check_identity(connect, device, peer)
        return DeviceSession(device, peer)

    async def _attempt_of_holder(self, peer: Peer) -> RefusedAttempt | None:
        """Whose certificate it was that opens nothing; None where nobody knows."""
        try:
            holder = await self._admission.find_holder(self.fingerprint)
        except Exception as error:  # it is turned away in any case
            log.warning("certificate_holder_unknown", error=repr(error)[:200])
            return None
        if holder is None:
            return None
        told = _HOLDERS_TOLD[holder.reason].format(serial=peer.serial)
        return RefusedAttempt(holder.org_id, holder.device_id, peer, holder.reason, told)

    async def _find_device(self) -> Device | None:
        while True:
            self.must_recheck = False
            device = await self._admission.find_device(self.fingerprint)
            if not self.must_recheck:
                return device

    def _turn_away(self, refusal: NotAdmitted) -> None:
        if self._is_over:
            return
        address, port = self._address
        log.info("connection_refused", reason=str(refusal), address=address, port=port)
        if refusal.attempt is not None:
            self._admission.state.listener.refused(refusal.attempt)
        if refusal.code is None:
            self._transport.abort()
        else:
            self._transport.write(self._codec.refuse(refusal.code))
            self._transport.close()
        self._end()

    @property
    def _address(self) -> tuple[str | None, int | None]:
        host, port = (self._transport.get_extra_info("peername") or (None, None))[:2]
        return host, port

    def _end(self) -> None:
        self._is_over = True
        self._timer.cancel()
        if self._lookup is not None:
            self._lookup.cancel()


def check_identity(connect: Connect, device: Device, peer: Peer) -> None:
    """Refuse a CONNECT whose client id or will isn't the device's own.

    Raises:
        NotAdmitted: it isn't
    """

    def refusal(code: ConnectCode, reason: EndReason, text: str, more: str = "") -> NotAdmitted:
        attempt = RefusedAttempt(device.org_id, device.id, peer, reason, text + more)
        return NotAdmitted(text, code, attempt)

    if connect.client_id != str(device.id):
        raise refusal(
            ConnectCode.IDENTIFIER_REJECTED,
            EndReason.CLIENT_ID_REFUSED,
            "client id is not the id of the certificate's device",
            f": {connect.client_id[:100]!r}",
        )
    will = connect.will
    if will is None:
        return
    if will.topic != topic_of(WILL, device.org_id, device.id) or will.qos > 1:
        raise refusal(
            ConnectCode.NOT_AUTHORIZED,
            EndReason.WILL_REFUSED,
            "will is not for the device's own status topic",
            f": {will.topic[:200]!r}",
        )
    if len(will.body) > WILL_MAX_BYTES:
        raise refusal(
            ConnectCode.NOT_AUTHORIZED,
            EndReason.WILL_REFUSED,
            f"will of {len(will.body)} bytes",
        )
