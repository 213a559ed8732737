"""What gateways say of footage that they have recorded: that they want to send some, that they have
sent it. Written down together as jobs, acknowledged after the commit.

Who grants it is a worker: it signs addresses of the object store, which the broker knows nothing
of, and answers through the outbox.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.queries.media_requests import MediaRequestRow, write_requests
from ingest.pipeline.rejection import Reason, Rejection
from ingest.write_behind import WriteBehind

GATHER_SECONDS = 0.05
SEGMENTS_MAX = 100
REQUESTS_AT_ONCE = 500

DeviceKey = tuple[UUID, UUID]  # organization, device
RequestId = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[!-~]+$")]


class _Segment(msgspec.Struct, rename="camel"):
    """Unknown fields are ignored, as everywhere below."""

    starts_at: Annotated[datetime, msgspec.Meta(tz=True)]
    size_bytes: int
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    content_type: Literal["video/mp4", "video/mp2t"] = "video/mp4"


class MediaRequest(msgspec.Struct, rename="camel"):
    """As it travels."""

    id: RequestId
    camera_id: UUID
    segments: Annotated[list[_Segment], msgspec.Meta(max_length=SEGMENTS_MAX)] = []
    completed: Annotated[list[UUID], msgspec.Meta(max_length=SEGMENTS_MAX)] = []


_decoder = msgspec.json.Decoder(MediaRequest)


def read_request(body: bytes) -> MediaRequest | Rejection:
    """What the gateway wants, or why the message says nothing of it."""
    try:
        return _decoder.decode(body)
    except (ValueError, RecursionError) as error:
        return Rejection(Reason.MALFORMED, f"not a request for media: {error}"[:500])


def refusal_body(request_id: str) -> bytes:
    """The answer to a gateway of whose organization too many requests wait."""
    return msgspec.json.encode({"id": request_id, "error": "TOO_MANY_REQUESTS"})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request whose gateway waits to hear that it is written down."""

    device: DeviceKey
    request: MediaRequest
    written: Callable[[], None]
    refused: Callable[[], object]

    @property
    def row(self) -> MediaRequestRow:
        return MediaRequestRow(*self.device, msgspec.json.encode(self.request).decode())


class MediaRequests:
    """Takes requests without waiting; memory is bounded by what devices may have unacknowledged."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[_Waiting] = []
        self._writer = WriteBehind(
            "media requests",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=lambda each: each.written(),  # or the device would send it for ever
        )

    def requested(
        self,
        device: DeviceKey,
        request: MediaRequest,
        *,
        written: Callable[[], None],
        refused: Callable[[], object],
    ) -> None:
        """What `read_request` has let pass. `written` is called after the commit, and `refused`
        before it where too many wait already."""
        self._waiting.append(_Waiting(device, request, written, refused))
        self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and what is left at its end."""
        async with self._writer.running():
            yield

    def _take(self) -> list[_Waiting]:
        taken = self._waiting[:REQUESTS_AT_ONCE]
        del self._waiting[:REQUESTS_AT_ONCE]
        if self._waiting:
            self._writer.wake()
        return taken

    async def _write(self, items: Sequence[_Waiting]) -> None:
        taken = await write_requests(self._pool, [each.row for each in items])
        for each, is_taken in zip(items, taken, strict=True):
            if not is_taken:
                each.refused()
            each.written()
