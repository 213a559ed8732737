from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import CreatedAt, Moment, Read
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
from app.media.ids import CAPTURE_RULE, CameraId, CaptureId

_RULE = described("The rule that asked for it; it may be gone.", CAPTURE_RULE)
_EVENT = described("What happened.", example_id("event"))
_ALERT = described("The alert that it was of, if it was one.", example_id("alert"))
_DEVICE = described("The device that it happened to.", example_id("device"))


class CaptureRead(Read):
    """What a camera saw when something happened. It outlives the footage that it was cut of."""

    id: CaptureId
    camera_id: CameraId
    rule_id: Annotated[UUID | None, _RULE]
    event_id: Annotated[UUID | None, _EVENT]
    alert_id: Annotated[UUID | None, _ALERT]
    device_id: Annotated[UUID | None, _DEVICE]
    from_: FromMoment = msgspec.field(name="from")
    to: ToMoment
    status: Annotated[CutStatus, described("As a clip's.", "READY")]
    progress: Progress
    spans: Spans
    missing: Missing
    size_bytes: SizeBytes
    thumbnail_url: StillUrl
    failure: Failure
    created_at: CreatedAt
    expires_at: Annotated[
        Moment | None, described("When the file is deleted.", "2026-04-15T10:31:14Z")
    ]


class CaptureDownloadRead(Read):
    """Where the file is."""

    download_url: ClipUrl
