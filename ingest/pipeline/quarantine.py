"""What is kept of refused elements, as they were sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from db.ids import new_id
from db.queries.quarantine import QuarantineRow
from ingest.pipeline.kept import KEPT_MAX_BYTES, KEPT_MIN_BYTES, kept
from ingest.pipeline.messages import Message
from ingest.pipeline.rejection import RejectedElement, Rejections

# Of one batch, beside what its messages have themselves: some formats say a thing once that stands
# in each of their rows, and none may fill quarantine with that.
BATCH_KEPT_BYTES = 16 * 1024 * 1024

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
    most = _share(messages, len(elements))
    return [
        _row(key, list(deliveries.values()), messages, most) for key, deliveries in elements.items()
    ]


def _share(messages: Sequence[Message], elements: int) -> int:
    """How many bytes are kept of each of so many elements."""
    room = BATCH_KEPT_BYTES + sum(len(message.body) for message in messages)
    return min(max(room // max(elements, 1), KEPT_MIN_BYTES), KEPT_MAX_BYTES)


def _row(
    key: Key, deliveries: Sequence[RejectedElement], messages: Sequence[Message], most: int
) -> QuarantineRow:
    org_id, device_id, body_hash, index = key
    last = deliveries[-1]
    return QuarantineRow(
        id=new_id(),
        org_id=org_id,
        device_id=device_id,
        reason=last.rejection.reason,
        message=last.rejection.message,
        payload=kept(messages[last.message].as_sent(last.index).text, most),
        payload_hash=body_hash,
        payload_index=index,
        occurrences=len(deliveries),
    )
