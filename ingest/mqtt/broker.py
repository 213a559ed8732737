"""The broker as a whole: it listens, cuts, drains, and closes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

from db.connections.background import TaskOwner
from ingest.mqtt.admission import Admission, FindDevice, FindHolder
from ingest.mqtt.connection import BrokerState
from ingest.mqtt.delivery import Delivery, Device
from ingest.mqtt.flow_control import Limits, SharedBuffer
from ingest.mqtt.gate import Gate
from ingest.mqtt.sender import DeviceSender
from ingest.mqtt.session import CertificateHolder, EndReason, SessionListener, TrafficObserver

__all__ = ["Broker", "Delivery", "Device", "Limits", "server_tls"]

BACKLOG = 1024
CLOSE_SECONDS = 2


CertificateFiles = tuple[str | Path, str | Path]
"""A chain and its key, in PEM."""


def server_tls(
    certificate_file: str | Path,
    key_file: str | Path,
    ca_pem: str,
    *,
    second: CertificateFiles | None = None,
) -> ssl.SSLContext:
    """TLS that lets in only who holds a client certificate of our CA, or of one of several.

    A `second` certificate, with a key of another kind, is shown to clients that can't read the
    first.

    OpenSSL checks the chain, the validity and, where the certificate has one, that its extended
    key usage is clientAuth. There are no session tickets. A session of TLS 1.2 may be resumed by
    its id while OpenSSL remembers it, which skips that check; admission, which asks what became of
    the certificate, it doesn't skip.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    # An authority that others vouch for is trusted by itself, and they are not.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    context.load_cert_chain(certificate_file, key_file)
    if second is not None:
        context.load_cert_chain(*second)
    context.load_verify_locations(cadata=ca_pem)
    return context


async def _nobody_holds(_fingerprint: bytes) -> CertificateHolder | None:
    """Whose a refused certificate was isn't asked."""
    return None


class Broker:
    """The running broker. Made by `Broker.running`."""

    def __init__(self, admission: Admission, gate: Gate, port: int) -> None:
        self._admission = admission
        self._state = admission.state
        self._gate = gate
        self.port = port

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls,
        *,
        listener: socket.socket,
        tls: ssl.SSLContext,
        find_device: FindDevice,
        deliver: Callable[[Delivery], None],
        sessions: SessionListener,
        subscribed: Callable[[Device, DeviceSender], None] = lambda *_: None,
        find_holder: FindHolder = _nobody_holds,
        observer: TrafficObserver | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> AsyncIterator[Broker]:
        """Listen on a bound socket while the block runs, and close at its end.

        `find_device` says who holds the certificate with that fingerprint, None if it is unknown,
        revoked or expired; it has to see every revocation that was committed before `cut` was
        called. `find_holder` says of one that is refused whose it was, and why. `deliver`,
        `sessions` and `subscribed` are called in the event loop and must not block. `subscribed` is
        told the way to a device each time that it subscribes; it is good until the device's
        connection ends.
        """
        port: int = listener.getsockname()[1]
        state = BrokerState(
            deliver, sessions, subscribed, limits, SharedBuffer(limits.buffered_bytes), observer
        )
        async with TaskOwner("device lookups") as lookups:
            admission = Admission(state, find_device, find_holder, lookups)
            gate = Gate(listener, tls, admission, lookups)
            broker = cls(admission, gate, port)
            listener.listen(BACKLOG)
            gate.open()
            try:
                yield broker
            finally:
                await broker.close()

    @property
    def connected(self) -> int:
        """How many devices have a session."""
        return len(self._state.sessions)

    @property
    def connecting(self) -> int:
        """How many connections have no session yet."""
        return self._gate.connecting

    @property
    def held_bytes(self) -> int:
        """What was delivered and not acknowledged, of all devices."""
        return self._state.buffer.held_bytes

    def devices(self, device_id: UUID | None = None) -> list[Device]:
        """Who has a session: everybody, or that one device if it has."""
        sessions = self._state.sessions
        if device_id is not None:
            session = sessions.get(device_id)
            return [] if session is None else [session.device]
        return [session.device for session in sessions.values()]

    def recheck(self, device_id: UUID | None = None) -> None:
        """Look up again who is connecting at this moment: something may have changed meanwhile.

        To be called before `devices`; together they miss nobody.
        """
        self._admission.recheck(device_id)

    def cut(
        self,
        reason: EndReason = EndReason.CERTIFICATE_REVOKED,
        *,
        fingerprint: bytes | None = None,
        device_id: UUID | None = None,
    ) -> int:
        """Close at once every session of that certificate, or of that device; how many there were.

        Whoever is connecting with it at this moment is refused, too.
        """
        self._admission.cut(fingerprint, device_id)
        cut = [
            session
            for session in self._state.sessions.values()
            if session.device.fingerprint == fingerprint or session.device.id == device_id
        ]
        for session in cut:
            session.close(reason, "cut off")
        return len(cut)

    async def publish(
        self, device_id: UUID, topic: str, body: bytes, *, timeout_seconds: float = 10
    ) -> bool:
        """Send to a device with QoS 1; True when it acknowledged.

        False when it isn't connected, hasn't subscribed to the topic, did so with QoS 0 (then it is
        sent, but nobody acknowledges), or doesn't answer in time. Nothing is kept for later.
        """
        session = self._state.sessions.get(device_id)
        return session is not None and await session.sender.publish(topic, body, timeout_seconds)

    def show(self, tls: ssl.SSLContext) -> None:
        """To whoever connects from now on; sessions go on as they are."""
        self._gate.tls = tls

    def stop_accepting(self) -> None:
        """Take no new connections and read nothing more; acknowledgements are still sent."""
        self._state.is_draining = True
        self._gate.close()

    async def close(self) -> None:
        """End every session at once. PUBACKs given until now are sent, wills not delivered.

        Can be repeated.
        """
        self.stop_accepting()
        state = self._state
        for session in state.sessions.values():
            session.sender.flush()
        # uvloop sends what was written at the end of a turn; ending a session throws it away.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for session in list(state.sessions.values()):
            session.end(EndReason.BROKER_STOPPED)
        for transport in state.transports:
            transport.abort()
        if state.transports:
            state.all_gone.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(state.all_gone.wait(), CLOSE_SECONDS)
