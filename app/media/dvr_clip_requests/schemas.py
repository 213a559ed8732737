from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.media.footage import (
    ClipUrl,
    CutStatus,
    Failure,
    FromMoment,
    Missing,
    Progress,
    SizeBytes,
    Spans,
    StillUrl,
    ToMoment,
)
from app.media.ids import CameraId

CLIP_REQUEST = example_id("dvr clip request")
ClipRequestId = Annotated[UUID, described("The request.", CLIP_REQUEST)]

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class DvrClipRequestCreate(Body):
    """A range of a camera's footage, as one MP4. A range that ends in the future is waited for."""

    camera_id: CameraId
    from_: Annotated[
        Instant, described("Begin of the range, included.", "2026-01-15T10:30:00Z")
    ] = msgspec.field(name="from")
    to: Annotated[Instant, described("End of the range, not included.", "2026-01-15T10:31:00Z")]


class DvrClipRequestRead(Read):
    """A clip, as far as it is. It has the pictures that were taken in the range, and no other."""

    id: ClipRequestId
    camera_id: CameraId
    from_: FromMoment = msgspec.field(name="from")
    to: ToMoment
    status: Annotated[CutStatus, described("READY has a downloadUrl, FAILED a failure.", "READY")]
    progress: Progress
    spans: Spans
    missing: Missing
    size_bytes: SizeBytes
    sha256: Annotated[str | None, described("Of the file, in hexadecimal.", _SHA256)]
    download_url: ClipUrl
    thumbnail_url: StillUrl
    failure: Failure
    requested_by: Principal
    created_at: CreatedAt
    completed_at: Annotated[
        Moment | None, described("When it was ready, or failed.", "2026-01-15T10:31:14Z")
    ]
    expires_at: Annotated[
        Moment | None, described("When the file is deleted.", "2026-01-22T10:31:14Z")
    ]

    def path(self) -> str:
        return f"/api/v1/dvr-clip-requests/{self.id}"
