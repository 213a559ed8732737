"""What goes over a device's connections, told to the recorder."""

from __future__ import annotations

from ingest.inspector.recorder import Recorder
from ingest.mqtt.delivery import Device
from ingest.mqtt.session import DeviceSession, EndReason, RefusedAttempt

_OF_PUBLISH = frozenset({EndReason.TOPIC_REFUSED, EndReason.MESSAGE_TOO_LARGE})
_OF_CERTIFICATE = frozenset({EndReason.CERTIFICATE_EXPIRED, EndReason.CERTIFICATE_REVOKED})


class BrokerTraffic:
    """The broker's observer."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def subscribed(self, device: Device, topic: str, *, is_granted: bool) -> None:
        self._recorder.tell(
            device.org_id,
            device.id,
            "SUBSCRIBE",
            "ACCEPTED" if is_granted else "REFUSED",
            topic=topic[:200],
            reason=None if is_granted else "not one of the topics that it may subscribe to",
            is_problem=not is_granted,
        )

    def sent(self, device: Device, topic: str, body: bytes) -> bool:
        is_watched = self._recorder.is_watched(device.id)
        if is_watched:
            self._recorder.tell(
                device.org_id,
                device.id,
                "PUBLISH",
                "SENT",
                direction="DOWN",
                topic=topic,
                body=body,
            )
        return is_watched

    def answered(self, device: Device, topic: str, *, is_acknowledged: bool) -> None:
        self._recorder.tell(
            device.org_id,
            device.id,
            "PUBLISH",
            "ACKNOWLEDGED" if is_acknowledged else "UNACKNOWLEDGED",
            direction="DOWN",
            topic=topic,
            reason=None if is_acknowledged else "the connection ended before",
        )

    def handshake_failed(self, address: str, text: str) -> None:
        self._recorder.handshake_failed(address, text)


def began(recorder: Recorder, session: DeviceSession) -> None:
    """For who looks at this moment: connections are in the database's log."""
    device, peer = session.device, session.peer
    recorder.tell(
        device.org_id,
        device.id,
        "CONNECT",
        "ACCEPTED",
        reason=f"from {peer.address} by {peer.tls_version}, certificate {peer.serial}",
    )


def ended(recorder: Recorder, session: DeviceSession, reason: EndReason, text: str) -> None:
    """What ended it is a line of its own, where it is something that the device sent."""
    device = session.device
    told = f"{reason}: {text}" if text else reason.value
    if reason in _OF_PUBLISH:
        recorder.tell(device.org_id, device.id, "PUBLISH", "REFUSED", reason=told, is_problem=True)
    recorder.tell(device.org_id, device.id, "DISCONNECT", "ENDED", reason=told)


def refused(recorder: Recorder, attempt: RefusedAttempt) -> None:
    recorder.tell(
        attempt.org_id,
        attempt.device_id,
        "TLS" if attempt.reason in _OF_CERTIFICATE else "CONNECT",
        "REFUSED",
        reason=f"{attempt.reason}: {attempt.text} (from {attempt.peer.address})",
        is_problem=True,
    )
