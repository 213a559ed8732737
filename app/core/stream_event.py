"""An event of a stream: its name and its data, as Server-Sent Events say it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ingest.live.publisher import one_line

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class NamedEvent:
    name: str
    data: msgspec.Struct

    @property
    def as_sse(self) -> bytes:
        data = one_line(_encoder.encode(self.data))
        return b"event: %b\ndata: %b\n\n" % (self.name.encode(), data)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A comment: nothing has happened, and the stream lives."""

    as_sse: bytes = b": heartbeat\n\n"
