"""What all live streams have in common: one event, as it travels over Server-Sent Events and over a
WebSocket, and the last one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Read
from ingest.live.publisher import one_line

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class LiveEvent:
    """One event with its JSON. A client that comes back with `id` gets all that followed it."""

    name: str
    data: bytes
    id: str | None = None

    @classmethod
    def of(cls, name: str, data: msgspec.Struct, id_: str | None = None) -> LiveEvent:
        return cls(name, one_line(_encoder.encode(data)), id_)

    @cached_property
    def as_sse(self) -> bytes:
        """As text/event-stream (WHATWG HTML, 9.2). JSON has no line break of its own."""
        id_ = b"" if self.id is None else b"id: %b\n" % self.id.encode()
        # Without data a client dispatches nothing and still remembers the id.
        if self.name == "heartbeat":
            return b": heartbeat\n%b\n" % id_
        return b"%bevent: %b\ndata: %b\n\n" % (id_, self.name.encode(), self.data)

    @cached_property
    def as_message(self) -> str:
        """As a WebSocket's message: the same in one JSON object."""
        id_ = "" if self.id is None else f'"id":"{self.id}",'
        return f'{{"event":"{self.name}",{id_}"data":{self.data.decode()}}}'


END_REASONS = {
    "STOPPING": "this process of the platform stops; connect again",
    "LIFETIME": "the longest time that a stream may last is over; connect again",
    "UNAUTHENTICATED": "the token is expired, or the key revoked",
    "FORBIDDEN": "the key may no longer read this",
    "MAKING_ROOM": "others, who have no stream yet, need a place; connect again",
    "UNAVAILABLE": "a part of the platform is away; connect again",
}


class EndTold(Read):
    """Event `end`, the last one: the platform closes the stream."""

    reason: Annotated[
        str,
        described(
            "; ".join(f"{name}: {text}" for name, text in END_REASONS.items()) + ".",
            "LIFETIME",
            enum=list(END_REASONS),
        ),
    ]
