"""What a device keeps over its restarts: who it is, its keys, how far its history is stored."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

import msgspec

from app.embedded.files import write_atomically


class Identity(msgspec.Struct, frozen=True, rename="camel"):
    """Who a device is since it was provisioned."""

    device_id: str
    serial: str
    readings_topic: str
    status_topic: str
    health_topic: str


class HistoryUpload(msgspec.Struct, frozen=True, rename="camel"):
    """Up to when a device's history is stored."""

    device_id: str | None
    to: datetime


class Home:
    """A device's own directory: `key.pem`, `certificate.pem`, `ca.pem`, and what it must know after
    a restart."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def identity(self) -> Identity | None:
        """None before it was provisioned."""
        try:
            return msgspec.json.decode(
                (self._directory / "device.json").read_bytes(), type=Identity
            )
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def settle(self, identity: Identity, key: str, certificate: str, ca_certificates: str) -> None:
        """Keep a new identity."""
        self.forget()
        self._write("key.pem", key)
        self._write("certificate.pem", certificate)
        self._write("ca.pem", ca_certificates)
        # The last one: it says that the others are there.
        self._write("device.json", msgspec.json.encode(identity).decode())

    def forget(self) -> None:
        """Not to be this device any more."""
        (self._directory / "device.json").unlink(missing_ok=True)

    def tls(self) -> ssl.SSLContext:
        """Raises OSError, of which ssl.SSLError is one, when the files are gone or don't belong
        together."""
        context = ssl.create_default_context(cafile=self._directory / "ca.pem")
        context.load_cert_chain(self._directory / "certificate.pem", self._directory / "key.pem")
        return context

    def uploaded_to(self, device_id: str | None) -> datetime | None:
        """Up to when the history of this device was acknowledged. Another device's past is not this
        one's."""
        try:
            upload = msgspec.json.decode(
                (self._directory / "history.json").read_bytes(), type=HistoryUpload
            )
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return upload.to if upload.device_id == device_id else None

    def remember(self, upload: HistoryUpload) -> None:
        """Keep what a device may leave out after its next start."""
        self._write("history.json", msgspec.json.encode(upload).decode())

    def _write(self, name: str, text: str) -> None:
        write_atomically(self._directory / name, text, mode=0o600)
