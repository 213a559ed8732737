"""Receipts over MQTT: who asks for one in a message is told what became of it, after its commit.

    {"receipt": "<id>", "sensor": …, "timestamp": …, "value": …}       of this reading, or payload
    {"receipt": "<id>", "readings": […]}                               of these

The answer is {"id", "accepted", "duplicates", "quarantined": [{"index", "code"}]}. Nothing of it is
stored: it is lost with the connection on which it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import msgspec

from ingest.pipeline.receipts import Receipt

ID_MAX_CHARACTERS = 200
# So that a receipt is no larger than the largest message. Their number is told in any case.
QUARANTINED_TOLD_MAX = 4_000
_WORD = b'"receipt"'


class _Asking(msgspec.Struct):
    receipt: Annotated[str, msgspec.Meta(min_length=1, max_length=ID_MAX_CHARACTERS)]
    readings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _RefusedElement(msgspec.Struct):
    index: int
    code: str


class _Answer(msgspec.Struct):
    id: str
    accepted: int
    duplicates: int
    quarantined: list[_RefusedElement]


_decoder = msgspec.json.Decoder(_Asking)


class ReceiptRequest(NamedTuple):
    """The id under which a receipt is asked for, and the readings that it is to be about."""

    id: str
    readings: bytes


class MessagePart(NamedTuple):
    """Bodies that are stored together; `request_id` where a receipt about them is asked for."""

    request_id: str | None
    bodies: list[bytes]


def may_ask(bodies: Sequence[bytes]) -> bool:
    """Whether it is worth while to look at each of them: a few nanoseconds a body."""
    return _WORD in b"".join(bodies)


def read_request(body: bytes) -> ReceiptRequest | None:
    """What the body of a message asks for; None where it asks for nothing."""
    if _WORD not in body:
        return None
    try:
        asking = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # what is no request may still be readings
    if isinstance(asking.readings, msgspec.UnsetType):
        return ReceiptRequest(asking.receipt, body)
    return ReceiptRequest(asking.receipt, bytes(asking.readings))


def split_at_requests(bodies: Sequence[bytes]) -> list[MessagePart]:
    """The messages in order: who asks for a receipt stands alone, who doesn't with its neighbours."""
    parts: list[MessagePart] = []
    for body in bodies:
        request = read_request(body)
        if request is not None:
            parts.append(MessagePart(request.id, [request.readings]))
        elif parts and parts[-1].request_id is None:
            parts[-1].bodies.append(body)
        else:
            parts.append(MessagePart(None, [body]))
    return parts


def receipt_body(request_id: str, receipt: Receipt) -> bytes:
    told = receipt.errors[:QUARANTINED_TOLD_MAX]
    refused = [_RefusedElement(error.index, error.code) for error in told]
    return msgspec.json.encode(_Answer(request_id, receipt.accepted, receipt.duplicates, refused))
