from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.core.wire import Read


class QuarantineEntryRead(Read):
    """A refused element as it came. payloadEncoding is "utf-8", or "base64" where it was no text."""

    id: UUID
    device_id: UUID | None
    reason: str
    message: str
    payload: str
    payload_encoding: str
    payload_index: int
    occurrences: int
    received_at: datetime
    last_received_at: datetime
