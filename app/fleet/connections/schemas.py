from __future__ import annotations

from typing import Annotated, Literal

from app.core.documentation import described
from app.core.wire import Moment, Read

END_REASONS = {
    "DISCONNECT": "the device said goodbye",
    "KEEP_ALIVE": "it was silent for 1.5 times its keep-alive",
    "TAKEN_OVER": "another connection with this device's id took its place",
    "CONNECTION_LOST": "the network connection broke, or the device closed it without a word",
    "TOPIC_REFUSED": "it published to a topic that isn't its own",
    "PROTOCOL_ERROR": "what it sent is not MQTT 3.1.1",
    "MESSAGE_TOO_LARGE": "it sent a message that is larger than any may be",
    "CERTIFICATE_REVOKED": "its certificate is revoked",
    "CERTIFICATE_EXPIRED": "its certificate has expired, or is not valid yet",
    "DEVICE_DELETED": "the device was deleted",
    "CLIENT_ID_REFUSED": "refused: the client id was not the device's id",
    "WILL_REFUSED": "refused: its will was not for its own status topic, or too large",
    "BROKER_STOPPED": "the broker was stopped",
    "BROKER_DIED": "the broker ended without a word; the time is when it was last seen",
    "INTERNAL_ERROR": "a mistake of the platform",
}


class ConnectionRead(Read):
    """A session of a device; or attempts to connect, of one minute, that were refused."""

    connected_at: Annotated[
        Moment, described("When it began, or was first refused.", "2026-11-23T09:15:00.123456Z")
    ]
    disconnected_at: Annotated[
        Moment | None, described("When it ended; null while it lasts.", "2026-11-23T10:30:00Z")
    ]
    address: Annotated[str | None, described("From where it came.", "192.0.2.7")]
    tls_version: Annotated[str | None, described("What TLS agreed on.", "TLSv1.3")]
    serial: Annotated[
        str | None,
        described("Serial number of the certificate it came with.", "5f3a9c21e0b84d7795"),
    ]
    reason: Annotated[
        str | None,
        described(
            "Why it ended; null while it lasts. "
            + "; ".join(f"{name}: {text}" for name, text in END_REASONS.items())
            + ".",
            "KEEP_ALIVE",
            enum=[*END_REASONS, None],
        ),
    ]
    outcome: Annotated[
        Literal["ACCEPTED", "REFUSED"],
        described("Whether there was a session.", "ACCEPTED"),
    ]
    attempts: Annotated[
        int, described("How many times it came; more than 1 only where it was refused.", 1)
    ]
