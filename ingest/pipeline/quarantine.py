"""What is kept of refused elements, as they were sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from db.ids import new_id
from db.queries.quarantine import QuarantineRow
from ingest.pipeline.messages import Message
from ingest.pipeline.rejection import RejectedElement, Rejections

Key = tuple[UUID, UUID | None, bytes, int]
"""Organization, device, the body's hash and the index in it: by which an element delivered again is
known."""


def quarantine_rows(messages: Sequence[Message], rejections: Rejections) -> list[QuarantineRow]:
    """The same element delivered twice in a batch is one row, counted twice; what is refused of
    several values of a payload is told in one."""
    elements: dict[Key, dict[tuple[int, int], RejectedElement]] = defaultdict(dict)
    for element in rejections:
        message = messages[element.message]
        if message.is_replayed:
            continue
        sent = message.as_sent(element.index)
        key = message.org_id, element.device_id, sent.body_hash, sent.index
        delivery = element.message, element.index
        told = elements[key].get(delivery)
        elements[key][delivery] = element if told is None else told.also(element.rejection)
    return [_row(key, list(deliveries.values()), messages) for key, deliveries in elements.items()]


def _row(
    key: Key, deliveries: Sequence[RejectedElement], messages: Sequence[Message]
) -> QuarantineRow:
    org_id, device_id, body_hash, index = key
    last = deliveries[-1]
    return QuarantineRow(
        id=new_id(),
        org_id=org_id,
        device_id=device_id,
        reason=last.rejection.reason,
        message=last.rejection.message,
        payload=messages[last.message].as_sent(last.index).text,
        payload_hash=body_hash,
        payload_index=index,
        occurrences=len(deliveries),
    )
