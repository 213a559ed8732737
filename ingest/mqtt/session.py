"""A session of a device, as whoever writes it down needs to know it; and why connections end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from cryptography import x509

from db.ids import new_id
from ingest.mqtt.delivery import Device


class EndReason(StrEnum):
    """Why a session ended, or why there was none. docs/devices.md says what each of them means."""

    DISCONNECT = "DISCONNECT"
    KEEP_ALIVE = "KEEP_ALIVE"
    TAKEN_OVER = "TAKEN_OVER"
    CONNECTION_LOST = "CONNECTION_LOST"
    TOPIC_REFUSED = "TOPIC_REFUSED"
    PROTOCOL_ERROR = "PROTOCOL_ERROR"
    MESSAGE_TOO_LARGE = "MESSAGE_TOO_LARGE"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    DEVICE_DELETED = "DEVICE_DELETED"
    BROKER_STOPPED = "BROKER_STOPPED"
    BROKER_DIED = "BROKER_DIED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    # Of a connection that never became a session:
    CLIENT_ID_REFUSED = "CLIENT_ID_REFUSED"
    WILL_REFUSED = "WILL_REFUSED"


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    address: str
    tls_version: str
    serial: str
    """Of its certificate, in lower-case hexadecimal digits."""

    @classmethod
    def of(cls, address: str, tls_version: str, certificate: bytes) -> Peer:
        """Of a certificate in DER."""
        number = x509.load_der_x509_certificate(certificate).serial_number
        return cls(address, tls_version, f"{number:x}")


@dataclass(frozen=True, slots=True)
class DeviceSession:
    device: Device
    peer: Peer
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class RefusedAttempt:
    """A connection of a device that was turned away once its certificate had said whose it is."""

    org_id: UUID
    device_id: UUID
    peer: Peer
    reason: EndReason
    text: str


@dataclass(frozen=True, slots=True)
class CertificateHolder:
    """Whose a certificate was, and why it opens nothing any more."""

    org_id: UUID
    device_id: UUID
    reason: EndReason


class SessionListener(Protocol):
    """Hears of what becomes of connections, in the event loop, and must not block."""

    def began(self, session: DeviceSession) -> None: ...

    def ended(self, session: DeviceSession, reason: EndReason, text: str) -> None:
        """`text` says more, where there is more to say. A session that is taken over ends before
        the one that takes it over begins."""
        ...

    def refused(self, attempt: RefusedAttempt) -> None: ...


class TrafficObserver(Protocol):
    """Hears of what else goes over connections, in the event loop, and must not block. Publishes
    of a device aren't told here, but to whom they are delivered."""

    def subscribed(self, device: Device, topic: str, *, is_granted: bool) -> None: ...

    def sent(self, device: Device, topic: str, body: bytes) -> bool:
        """Of a publish to the device; whether what becomes of it is to be told."""
        ...

    def answered(self, device: Device, topic: str, *, is_acknowledged: bool) -> None: ...

    def handshake_failed(self, address: str, text: str) -> None:
        """Nobody knows whose it was."""
        ...
