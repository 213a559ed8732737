"""One line of the inspector, as it is kept and as clients get it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

PAYLOAD_MAX_BYTES = 2048
REASON_MAX_CHARACTERS = 500
# In JSON; of a payload that takes more than it has characters, less is shown.
ENTRY_MAX_BYTES = 4096

Direction = Literal["UP", "DOWN"]
Kind = Literal["PUBLISH", "CONNECT", "DISCONNECT", "SUBSCRIBE", "TLS", "HTTP"]
Outcome = Literal[
    "STORED",
    "DUPLICATE",
    "QUARANTINED",
    "REFUSED",
    "ACCEPTED",
    "ENDED",
    "SENT",
    "ACKNOWLEDGED",
    "UNACKNOWLEDGED",
    "NOT_SHOWN",
]


class InspectorEntry(msgspec.Struct, rename="camel"):
    """`bytes` is the size of what was sent, `payload` its beginning where it is text."""

    at: datetime
    direction: Direction
    kind: Kind
    topic: str | None
    bytes: int | None
    payload: str | None
    outcome: Outcome
    reason: str | None


_encoder = msgspec.json.Encoder()


def shown(body: bytes, at_most: int = PAYLOAD_MAX_BYTES) -> str | None:
    """The beginning of a body; None where it isn't text."""
    beginning = body[:at_most]
    try:
        return beginning.decode()
    except UnicodeDecodeError as error:
        if error.start < len(beginning) - 3:  # not just a character that was cut
            return None
        return beginning[: error.start].decode()


def encoded(entry: InspectorEntry) -> bytes:
    """As JSON of at most ENTRY_MAX_BYTES."""
    if entry.reason is not None:
        entry.reason = entry.reason[:REASON_MAX_CHARACTERS]
    line = _encoder.encode(entry)
    while len(line) > ENTRY_MAX_BYTES and entry.payload:
        entry.payload = entry.payload[: len(entry.payload) // 2]
        line = _encoder.encode(entry)
    return line
