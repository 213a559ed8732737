from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt
from app.fleet.ids import DeviceId
from app.media.ids import CameraId
from app.media.streams import URL_MAX_CHARACTERS

CameraStatus = Literal["ONLINE", "OFFLINE", "DEGRADED"]
Recording = Literal["OFF", "ON_DEMAND", "CONTINUOUS"]
CameraName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
StreamUrl = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_MAX_CHARACTERS)]
SegmentSeconds = Annotated[int, msgspec.Meta(ge=2, le=60)]
RetentionHours = Annotated[int, msgspec.Meta(ge=1, le=87_600)]
LocalUrl = Annotated[
    str, msgspec.Meta(min_length=1, max_length=URL_MAX_CHARACTERS, pattern=r"^https?://[!-~]+$")
]
RetentionBytes = Annotated[int, msgspec.Meta(ge=1_000_000, le=1_000_000_000_000_000)]

_NAME = described("Unique in the organization.", "Cold room, door")
_STREAM_URL = described(
    "Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password "
    "percent-encoded. Never shown again.",
    "rtsps://viewer:f%40r@camera.example.com/stream1",
)
_RECORDING = described(
    "Always, while somebody watches live, or never.",
    "CONTINUOUS",
)
_SEGMENT_SECONDS = described("How long segments aim to be; they begin with a key frame.", 10)
_RETENTION_HOURS = described("How long footage is kept.", 168)
_RETENTION_BYTES = described(
    "How much of it is kept at most, the oldest going first; null for as much as may be.", None
)
_LOCAL_URL = described(
    "Where its gateway shows it live itself, for who is in its network; `{token}` in it is where "
    "the token goes by which the gateway knows who comes. null where it doesn't.",
    "http://10.0.0.5:8888/door/index.m3u8?jwt={token}",
)


class CameraRead(Read):
    """Where pictures come from, and how it is."""

    id: CameraId
    device_id: DeviceId
    name: Annotated[str, _NAME]
    stream: Annotated[
        str,
        described(
            "The address without user, password and query.",
            "rtsps://camera.example.com:322/stream1",
        ),
    ]
    local_url: Annotated[str | None, _LOCAL_URL]
    recording: Annotated[Recording, _RECORDING]
    segment_seconds: Annotated[int, _SEGMENT_SECONDS]
    retention_hours: Annotated[int, _RETENTION_HOURS]
    retention_bytes: Annotated[int | None, _RETENTION_BYTES]
    status: Annotated[
        CameraStatus,
        described(
            "ONLINE with a picture within 15 s, DEGRADED where some are damaged, late or lost.",
            "ONLINE",
        ),
    ]
    status_reason: Annotated[
        str | None, described("Why it isn't ONLINE, in words without addresses.", None)
    ]
    status_since: Annotated[Moment, described("Since when.", "2026-11-23T09:15:00.123456Z")]
    last_picture_at: Annotated[
        Moment | None, described("When its newest stored picture was taken.", None)
    ]
    stored_bytes: Annotated[int, described("What is kept of its footage now.", 1_800_000_000)]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/cameras/{self.id}"


class CameraCreate(Body):
    """A new camera, seen with the device."""

    device_id: DeviceId
    name: Annotated[CameraName, _NAME]
    stream_url: Annotated[StreamUrl, _STREAM_URL]
    local_url: Annotated[LocalUrl | None, _LOCAL_URL] = None
    recording: Annotated[Recording, _RECORDING] = "CONTINUOUS"
    segment_seconds: Annotated[SegmentSeconds, _SEGMENT_SECONDS] = 10
    retention_hours: Annotated[RetentionHours, _RETENTION_HOURS] = 168
    retention_bytes: Annotated[RetentionBytes | None, _RETENTION_BYTES] = None


class CameraUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays. The recorder takes it up within seconds."""

    name: Annotated[CameraName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    stream_url: Annotated[StreamUrl | msgspec.UnsetType, _STREAM_URL] = msgspec.UNSET
    local_url: Annotated[LocalUrl | msgspec.UnsetType | None, _LOCAL_URL] = msgspec.UNSET
    recording: Annotated[Recording | msgspec.UnsetType, _RECORDING] = msgspec.UNSET
    segment_seconds: Annotated[SegmentSeconds | msgspec.UnsetType, _SEGMENT_SECONDS] = msgspec.UNSET
    retention_hours: Annotated[RetentionHours | msgspec.UnsetType, _RETENTION_HOURS] = msgspec.UNSET
    retention_bytes: Annotated[RetentionBytes | msgspec.UnsetType | None, _RETENTION_BYTES] = (
        msgspec.UNSET
    )
