from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.media.ids import CameraId

SEGMENT = example_id("pushed segment")
SegmentId = Annotated[UUID, described("The segment.", SEGMENT)]

SEGMENTS_MAX = 100
LARGEST_BYTES = 64 * 1024 * 1024
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_STARTS_AT = described("When its first picture was taken.", "2026-01-15T10:30:00Z")
_LINK = "http://127.0.0.1:8080/api/objects/dvr-inbox/x.mp4?expires=1705401042&signature=4fJtZ0mN8xQ"


class SegmentStatus(StrEnum):
    """AWAITED until it was sent and completed, INSPECTED while it is looked at, then STORED as
    footage, or REFUSED."""

    AWAITED = "AWAITED"
    INSPECTED = "INSPECTED"
    STORED = "STORED"
    REFUSED = "REFUSED"


class SegmentAnnouncement(Body):
    """A file of at most two minutes, beginning with a key frame: one stream of H.264 or H.265, and
    one of sound at most."""

    starts_at: Annotated[Instant, _STARTS_AT]
    size_bytes: Annotated[
        int, msgspec.Meta(ge=1, le=LARGEST_BYTES), described("Of the file.", 2_514_944)
    ]
    sha256: Annotated[
        str, msgspec.Meta(pattern="^[0-9a-f]{64}$"), described("Of the file, in hex.", _SHA256)
    ]
    content_type: Annotated[
        Literal["video/mp4", "video/mp2t"], described("What it is.", "video/mp4")
    ] = "video/mp4"


class SegmentsCreate(Body):
    """What will be sent."""

    segments: Annotated[
        list[SegmentAnnouncement],
        msgspec.Meta(min_length=1, max_length=SEGMENTS_MAX),
        described("In any order."),
    ]


class SegmentUpload(Read):
    """Where one of them goes: a PUT of the file with exactly these headers."""

    segment_id: SegmentId
    url: Annotated[str, described("The address.", _LINK, format="uri")]
    headers: Annotated[
        dict[str, str], described("To be sent with it.", {"Content-Type": "video/mp4"})
    ]
    expires_at: Annotated[Moment, described("Until when.", "2026-01-15T10:45:00Z")]


class SegmentUploads(Read):
    """In the order in which they were announced."""

    camera_id: CameraId
    uploads: Annotated[list[SegmentUpload], described("Where each of them goes.")]

    def path(self) -> str:
        """Where the first is told of."""
        return f"/api/v1/cameras/{self.camera_id}/segments/{self.uploads[0].segment_id}"


class SegmentRead(Read):
    """What became of a file that was announced. Told for a day."""

    id: SegmentId
    camera_id: CameraId
    starts_at: Annotated[Moment, _STARTS_AT]
    status: Annotated[SegmentStatus, described("How far it is.", "STORED")]
    failure: Annotated[str | None, described("Why it was refused, in words.", None)]
    created_at: CreatedAt
    expires_at: Annotated[Moment, described("When its link ends.", "2026-01-15T10:45:00Z")]
