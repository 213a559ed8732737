"""Sessions of devices as a broker tells of them, without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.mqtt.delivery import Device
from ingest.mqtt.session import DeviceSession, EndReason, Peer, RefusedAttempt
from tests.make import ingest

PEER = Peer("192.0.2.7", "TLSv1.3", "a1")


def session_of(device: ingest.Device) -> DeviceSession:
    """A new one of the device."""
    return DeviceSession(Device(*device, b"", datetime.now(UTC) + timedelta(days=1)), PEER)


def attempt_of(device: ingest.Device, reason: EndReason) -> RefusedAttempt:
    return RefusedAttempt(*device, PEER, reason, "it was refused")
