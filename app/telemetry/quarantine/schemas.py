from __future__ import annotations

from typing import Annotated

from app.core.documentation import DEVICE, DeviceId, QuarantineEntryId, described
from app.core.wire import Moment, Read
from ingest.messages import Reason


class QuarantineEntryRead(Read):
    """A refused element as it came. payloadEncoding is "utf-8", or "base64" where it was no text."""

    id: QuarantineEntryId
    device_id: Annotated[
        DeviceId | None, described("Whose it was; null where no device of ours was named.", DEVICE)
    ]
    reason: Annotated[str, described("Why it was refused.", Reason.BAD_TIMESTAMP, enum=list(Reason))]
    message: Annotated[str, described("Why, for people.", "the timestamp is too old")]
    payload: Annotated[
        str,
        described(
            "The element as it came.",
            '{"sensor":"temperature","timestamp":"2019-01-01T00:00:00Z","value":21.5}',
        ),
    ]
    payload_encoding: Annotated[
        str, described("How `payload` stands here.", "utf-8", enum=["utf-8", "base64"])
    ]
    payload_index: Annotated[int, described("Its place in the message, from 0.", 0)]
    occurrences: Annotated[int, described("How often the same was delivered.", 1)]
    received_at: Annotated[Moment, described("When it first came.", "2026-11-23T10:30:00.5Z")]
    last_received_at: Annotated[Moment, described("When it last came.", "2026-11-23T10:30:00.5Z")]
