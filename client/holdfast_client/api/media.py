# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Cameras, and what they have seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import (
    CaptureRead,
    CutStatus,
    FootageRange,
    FootageSpan,
    TargetReference,
)
from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


LiveStatus: TypeAlias = Literal["ACTIVE", "EXPIRED", "REQUESTED", "STOPPED", "STOPPING"]
"""REQUESTED until a player has its first playlist, ACTIVE while somebody keeps it alive; then
STOPPED by who asked for it or with its camera (STOPPING until its address is worth
nothing), or
EXPIRED.
"""


SegmentStatus: TypeAlias = Literal["AWAITED", "INSPECTED", "REFUSED", "STORED"]
"""AWAITED until it was sent and completed, INSPECTED while it is looked at, then STORED as
footage, or REFUSED.
"""


class CameraCreate(Struct, kw_only=True, omit_defaults=True):
    """A new camera, seen with the device."""

    device_id: str = named(name="deviceId")
    """The device."""
    name: str
    """Unique in the organization."""
    stream_url: str = named(name="streamUrl")
    """Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
    percent-encoded. Never shown again.
    """
    local_url: str | None | UnsetType = named(default=UNSET, name="localUrl")
    """Where its gateway shows it live itself, for who is in its network; `{token}` in it is where
    the token goes by which the gateway knows who comes. null where it doesn't.
    """
    recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET
    """Always, while somebody watches live, or never."""
    segment_seconds: int | UnsetType = named(default=UNSET, name="segmentSeconds")
    """How long segments aim to be; they begin with a key frame."""
    retention_hours: int | UnsetType = named(default=UNSET, name="retentionHours")
    """How long footage is kept."""
    retention_bytes: int | None | UnsetType = named(default=UNSET, name="retentionBytes")
    """How much of it is kept at most, the oldest going first; null for as much as may be."""


class CameraPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[CameraRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class CameraRead(Struct, kw_only=True, omit_defaults=True):
    """Where pictures come from, and how it is."""

    id: str
    """The camera."""
    device_id: str = named(name="deviceId")
    """The device."""
    name: str
    """Unique in the organization."""
    stream: str
    """The address without user, password and query."""
    local_url: str | None = named(name="localUrl")
    """Where its gateway shows it live itself, for who is in its network; `{token}` in it is where
    the token goes by which the gateway knows who comes. null where it doesn't.
    """
    recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"]
    """Always, while somebody watches live, or never."""
    segment_seconds: int = named(name="segmentSeconds")
    """How long segments aim to be; they begin with a key frame."""
    retention_hours: int = named(name="retentionHours")
    """How long footage is kept."""
    retention_bytes: int | None = named(name="retentionBytes")
    """How much of it is kept at most, the oldest going first; null for as much as may be."""
    status: Literal["DEGRADED", "OFFLINE", "ONLINE"]
    """ONLINE with a picture within 15 s, DEGRADED where some are damaged, late or lost."""
    status_reason: str | None = named(name="statusReason")
    """Why it isn't ONLINE, in words without addresses."""
    status_since: datetime = named(name="statusSince")
    """Since when."""
    last_picture_at: datetime | None = named(name="lastPictureAt")
    """When its newest stored picture was taken."""
    stored_bytes: int = named(name="storedBytes")
    """What is kept of its footage now."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class CameraUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays. The recorder takes it up within seconds."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    stream_url: str | UnsetType = named(default=UNSET, name="streamUrl")
    """Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
    percent-encoded. Never shown again.
    """
    local_url: str | None | UnsetType = named(default=UNSET, name="localUrl")
    """Where its gateway shows it live itself, for who is in its network; `{token}` in it is where
    the token goes by which the gateway knows who comes. null where it doesn't.
    """
    recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET
    """Always, while somebody watches live, or never."""
    segment_seconds: int | UnsetType = named(default=UNSET, name="segmentSeconds")
    """How long segments aim to be; they begin with a key frame."""
    retention_hours: int | UnsetType = named(default=UNSET, name="retentionHours")
    """How long footage is kept."""
    retention_bytes: int | None | UnsetType = named(default=UNSET, name="retentionBytes")
    """How much of it is kept at most, the oldest going first; null for as much as may be."""


class CaptureDownloadRead(Struct, kw_only=True, omit_defaults=True):
    """Where the file is."""

    download_url: str | None = named(name="downloadUrl")
    """A fresh link to the MP4 with each answer, good for an hour; whoever has it may see it."""


class CaptureMatch(Struct, kw_only=True, omit_defaults=True):
    """Which events. All that is given must hold; of an alert, that it began or became graver."""

    sources: list[str] | None | UnsetType = UNSET
    """Types of events."""
    severities: list[Literal["CRITICAL", "INFO", "WARNING"]] | None | UnsetType = UNSET
    """How grave they are."""
    device_ids: list[str] | None | UnsetType = named(default=UNSET, name="deviceIds")
    """Of these devices."""
    sensor_ids: list[str] | None | UnsetType = named(default=UNSET, name="sensorIds")
    """Of these sensors."""
    target: TargetReference | None | UnsetType = UNSET
    """Of what is there: ORGANIZATION, SITE, DEVICE, COMPONENT or SENSOR."""


class CapturePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[CaptureRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DvrClipRequestCreate(Struct, kw_only=True, omit_defaults=True):
    """A range of a camera's footage, as one MP4. A range that ends in the future is waited for."""

    camera_id: str = named(name="cameraId")
    """The camera."""
    from_: datetime = named(name="from")
    """Begin of the range, included."""
    to: datetime
    """End of the range, not included."""


class DvrClipRequestPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DvrClipRequestRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DvrClipRequestRead(Struct, kw_only=True, omit_defaults=True):
    """A clip, as far as it is. It has the pictures that were taken in the range, and no other."""

    id: str
    """The request."""
    camera_id: str = named(name="cameraId")
    """The camera."""
    from_: datetime = named(name="from")
    """Begin of the range, included."""
    to: datetime
    """End of the range, not included."""
    status: CutStatus
    """READY has a downloadUrl, FAILED a failure."""
    progress: float
    """From 0 to 1."""
    spans: list[FootageSpan]
    """What of it is there, in order."""
    missing: list[FootageRange]
    """What of it was never recorded, or is gone by now."""
    size_bytes: int | None = named(name="sizeBytes")
    """Of the file, when it is READY."""
    sha256: str | None
    """Of the file, in hexadecimal."""
    download_url: str | None = named(name="downloadUrl")
    """A fresh link to the MP4 with each answer, good for an hour; whoever has it may see it."""
    thumbnail_url: str | None = named(name="thumbnailUrl")
    """The same to a picture of its begin, as JPEG."""
    failure: str | None
    """Why it failed: NO_FOOTAGE, or in words."""
    requested_by: str = named(name="requestedBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    completed_at: datetime | None = named(name="completedAt")
    """When it was ready, or failed."""
    expires_at: datetime | None = named(name="expiresAt")
    """When the file is deleted."""


class LiveSessionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[LiveSessionRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class LiveSessionRead(Struct, kw_only=True, omit_defaults=True):
    """Somebody watches a camera."""

    id: str
    """The session."""
    camera_id: str = named(name="cameraId")
    """The camera."""
    status: LiveStatus
    """How far it is."""
    local_url: str | None = named(name="localUrl")
    """Where the camera's gateway serves it itself, for who is in its network; None where it
    doesn't, and for who hasn't asked for the session. Try it first, for a second or two.
    """
    remote_url: str | None = named(name="remoteUrl")
    """The HLS playlist, with low-latency parts and wall times. Whoever has it may watch: only who
    asked for the session is told.
    """
    codecs: list[str]
    """What a player must know, as RFC 6381 has it; empty where nobody knows yet."""
    keep_alive_seconds: int = named(name="keepAliveSeconds")
    """How often to say that somebody still watches."""
    requested_by: str = named(name="requestedBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    active_at: datetime | None = named(name="activeAt")
    """When the first playlist was fetched."""
    last_seen_at: datetime = named(name="lastSeenAt")
    """When it was last said that somebody watches."""
    expires_at: datetime = named(name="expiresAt")
    """When it ends in any case."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended."""
    stop_reason: str | None = named(name="stopReason")
    """Why it ended, in words."""
    watched_seconds: float = named(name="watchedSeconds")
    """For how long it was watched, when it has ended."""


class MediaCaptureRuleCreate(Struct, kw_only=True, omit_defaults=True):
    """A new rule."""

    name: str
    """Unique in the organization."""
    match: CaptureMatch
    """Which events."""
    camera_ids: list[str] | None | UnsetType = named(default=UNSET, name="cameraIds")
    """Which cameras; null for those that are seen with the event's device."""
    pre_roll_seconds: int | UnsetType = named(default=UNSET, name="preRollSeconds")
    """Seconds before the event."""
    post_roll_seconds: int | UnsetType = named(default=UNSET, name="postRollSeconds")
    """Seconds after it."""
    cooldown_seconds: int | UnsetType = named(default=UNSET, name="cooldownSeconds")
    """Seconds between two events that are captured, by the events' times."""
    max_per_hour: int | UnsetType = named(default=UNSET, name="maxPerHour")
    """Of one camera, in any hour of the events' times."""
    enabled: bool | UnsetType = UNSET
    """Whether it captures."""


class MediaCaptureRulePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[MediaCaptureRuleRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class MediaCaptureRuleRead(Struct, kw_only=True, omit_defaults=True):
    """What is to be seen when something happens."""

    id: str
    """The rule."""
    name: str
    """Unique in the organization."""
    match: CaptureMatch
    """Which events."""
    camera_ids: list[str] | None = named(name="cameraIds")
    """Which cameras; null for those that are seen with the event's device."""
    pre_roll_seconds: int = named(name="preRollSeconds")
    """Seconds before the event."""
    post_roll_seconds: int = named(name="postRollSeconds")
    """Seconds after it."""
    cooldown_seconds: int = named(name="cooldownSeconds")
    """Seconds between two events that are captured, by the events' times."""
    max_per_hour: int = named(name="maxPerHour")
    """Of one camera, in any hour of the events' times."""
    enabled: bool
    """Whether it captures."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class MediaCaptureRuleUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays; `match` is replaced as a whole."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    match: CaptureMatch | UnsetType = UNSET
    """Which events."""
    camera_ids: list[str] | None | UnsetType = named(default=UNSET, name="cameraIds")
    """Which cameras; null for those that are seen with the event's device."""
    pre_roll_seconds: int | UnsetType = named(default=UNSET, name="preRollSeconds")
    """Seconds before the event."""
    post_roll_seconds: int | UnsetType = named(default=UNSET, name="postRollSeconds")
    """Seconds after it."""
    cooldown_seconds: int | UnsetType = named(default=UNSET, name="cooldownSeconds")
    """Seconds between two events that are captured, by the events' times."""
    max_per_hour: int | UnsetType = named(default=UNSET, name="maxPerHour")
    """Of one camera, in any hour of the events' times."""
    enabled: bool | UnsetType = UNSET
    """Whether it captures."""


class PlaybackRead(Struct, kw_only=True, omit_defaults=True):
    """Footage of a range, as a playlist; `at` of a span is where it begins in that."""

    playlist_url: str | None = named(name="playlistUrl")
    """An HLS playlist with wall times; whoever has it may see the range. None where there is no
    footage of it.
    """
    codecs: list[str]
    """What a player must know, as RFC 6381 has it."""
    spans: list[FootageSpan]
    """What of it is there, in order."""
    missing: list[FootageRange]
    """What of it was never recorded, or is gone by now."""
    expires_at: datetime = named(name="expiresAt")
    """When the playlist and its links end."""


class SegmentAnnouncement(Struct, kw_only=True, omit_defaults=True):
    """A file of at most two minutes, beginning with a key frame: one stream of H.264 or H.265, and
    one of sound at most.
    """

    starts_at: datetime = named(name="startsAt")
    """When its first picture was taken."""
    size_bytes: int = named(name="sizeBytes")
    """Of the file."""
    sha256: str
    """Of the file, in hex."""
    content_type: Literal["video/mp2t", "video/mp4"] | UnsetType = named(
        default=UNSET, name="contentType"
    )
    """What it is."""


class SegmentRead(Struct, kw_only=True, omit_defaults=True):
    """What became of a file that was announced. Told for a day."""

    id: str
    """The segment."""
    camera_id: str = named(name="cameraId")
    """The camera."""
    starts_at: datetime = named(name="startsAt")
    """When its first picture was taken."""
    status: SegmentStatus
    """How far it is."""
    failure: str | None
    """Why it was refused, in words."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime = named(name="expiresAt")
    """When its link ends."""


class SegmentUpload(Struct, kw_only=True, omit_defaults=True):
    """Where one of them goes: a PUT of the file with exactly these headers."""

    segment_id: str = named(name="segmentId")
    """The segment."""
    url: str
    """The address."""
    headers: dict[str, str]
    """To be sent with it."""
    expires_at: datetime = named(name="expiresAt")
    """Until when."""


class SegmentUploads(Struct, kw_only=True, omit_defaults=True):
    """In the order in which they were announced."""

    camera_id: str = named(name="cameraId")
    """The camera."""
    uploads: list[SegmentUpload]
    """Where each of them goes."""


class SegmentsCreate(Struct, kw_only=True, omit_defaults=True):
    """What will be sent."""

    segments: list[SegmentAnnouncement]
    """In any order."""


_listCameras = Endpoint("listCameras", "GET", "/api/v1/cameras", "natural")
_createCamera = Endpoint("createCamera", "POST", "/api/v1/cameras", "key")
_getCamera = Endpoint("getCamera", "GET", "/api/v1/cameras/{cameraId}", "natural")
_updateCamera = Endpoint("updateCamera", "PATCH", "/api/v1/cameras/{cameraId}", "natural")
_deleteCamera = Endpoint("deleteCamera", "DELETE", "/api/v1/cameras/{cameraId}", "natural")
_startLiveSession = Endpoint("startLiveSession", "POST", "/api/v1/cameras/{cameraId}/live", "key")
_getPlayback = Endpoint("getPlayback", "GET", "/api/v1/cameras/{cameraId}/playback", "natural")
_announceSegments = Endpoint(
    "announceSegments", "POST", "/api/v1/cameras/{cameraId}/segments", "key"
)
_getSegment = Endpoint(
    "getSegment", "GET", "/api/v1/cameras/{cameraId}/segments/{segmentId}", "natural"
)
_completeSegment = Endpoint(
    "completeSegment", "POST", "/api/v1/cameras/{cameraId}/segments/{segmentId}/complete", "natural"
)
_listCaptures = Endpoint("listCaptures", "GET", "/api/v1/captures", "natural")
_getCapture = Endpoint("getCapture", "GET", "/api/v1/captures/{captureId}", "natural")
_deleteCapture = Endpoint("deleteCapture", "DELETE", "/api/v1/captures/{captureId}", "natural")
_downloadCapture = Endpoint(
    "downloadCapture", "GET", "/api/v1/captures/{captureId}/download", "natural"
)
_listDvrClipRequests = Endpoint(
    "listDvrClipRequests", "GET", "/api/v1/dvr-clip-requests", "natural"
)
_createDvrClipRequest = Endpoint("createDvrClipRequest", "POST", "/api/v1/dvr-clip-requests", "key")
_getDvrClipRequest = Endpoint(
    "getDvrClipRequest", "GET", "/api/v1/dvr-clip-requests/{clipRequestId}", "natural"
)
_deleteDvrClipRequest = Endpoint(
    "deleteDvrClipRequest", "DELETE", "/api/v1/dvr-clip-requests/{clipRequestId}", "natural"
)
_listLiveSessions = Endpoint("listLiveSessions", "GET", "/api/v1/live", "natural")
_getLiveSession = Endpoint("getLiveSession", "GET", "/api/v1/live/{liveSessionId}", "natural")
_stopLiveSession = Endpoint("stopLiveSession", "DELETE", "/api/v1/live/{liveSessionId}", "natural")
_keepLiveSessionAlive = Endpoint(
    "keepLiveSessionAlive", "POST", "/api/v1/live/{liveSessionId}/keep-alive", "natural"
)
_listMediaCaptureRules = Endpoint(
    "listMediaCaptureRules", "GET", "/api/v1/media-capture-rules", "natural"
)
_createMediaCaptureRule = Endpoint(
    "createMediaCaptureRule", "POST", "/api/v1/media-capture-rules", "key"
)
_getMediaCaptureRule = Endpoint(
    "getMediaCaptureRule", "GET", "/api/v1/media-capture-rules/{captureRuleId}", "natural"
)
_updateMediaCaptureRule = Endpoint(
    "updateMediaCaptureRule", "PATCH", "/api/v1/media-capture-rules/{captureRuleId}", "natural"
)
_deleteMediaCaptureRule = Endpoint(
    "deleteMediaCaptureRule", "DELETE", "/api/v1/media-capture-rules/{captureRuleId}", "natural"
)


class CamerasApi(SyncTransport):
    """Operations of `cameras`, for programs that wait."""

    def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CameraPage:
        """Cameras, newest first.

        Needs the permission `media:read`.

        device_id: Only of this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listCameras,
            query={
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CameraPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CameraRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        device_id: str,
        *,
        name: str,
        stream_url: str,
        local_url: str | None | UnsetType = UNSET,
        recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET,
        segment_seconds: int | UnsetType = UNSET,
        retention_hours: int | UnsetType = UNSET,
        retention_bytes: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CameraRead:
        """Add a camera. A recorder connects to it within seconds; `status` says how it is.

        Needs the permission `media:write`.

        device_id: The device.
        name: Unique in the organization.
        stream_url: Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
        percent-encoded. Never shown again.
        local_url: Where its gateway shows it live itself, for who is in its network; `{token}` in
        it is where the token goes by which the gateway knows who comes. null where it doesn't.
        recording: Always, while somebody watches live, or never.
        segment_seconds: How long segments aim to be; they begin with a key frame.
        retention_hours: How long footage is kept.
        retention_bytes: How much of it is kept at most, the oldest going first; null for as much as
        may be.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createCamera,
            body={
                "deviceId": device_id,
                "name": name,
                "streamUrl": stream_url,
                "localUrl": local_url,
                "recording": recording,
                "segmentSeconds": segment_seconds,
                "retentionHours": retention_hours,
                "retentionBytes": retention_bytes,
            },
            idempotency_key=idempotency_key,
            answer=CameraRead,
        )

    def get(self, camera_id: str) -> CameraRead:
        """One camera.

        Needs the permission `media:read`.

        camera_id: The camera.
        """
        return self._call(_getCamera, path=(camera_id,), answer=CameraRead)

    def update(
        self,
        camera_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        stream_url: str | UnsetType = UNSET,
        local_url: str | None | UnsetType = UNSET,
        recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET,
        segment_seconds: int | UnsetType = UNSET,
        retention_hours: int | UnsetType = UNSET,
        retention_bytes: int | None | UnsetType = UNSET,
    ) -> CameraRead:
        """Change a camera (JSON Merge Patch, RFC 7396).

        Needs the permission `media:write`.

        camera_id: The camera.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        stream_url: Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
        percent-encoded. Never shown again.
        local_url: Where its gateway shows it live itself, for who is in its network; `{token}` in
        it is where the token goes by which the gateway knows who comes. null where it doesn't.
        recording: Always, while somebody watches live, or never.
        segment_seconds: How long segments aim to be; they begin with a key frame.
        retention_hours: How long footage is kept.
        retention_bytes: How much of it is kept at most, the oldest going first; null for as much as
        may be.
        """
        return self._call(
            _updateCamera,
            path=(camera_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "streamUrl": stream_url,
                "localUrl": local_url,
                "recording": recording,
                "segmentSeconds": segment_seconds,
                "retentionHours": retention_hours,
                "retentionBytes": retention_bytes,
            },
            answer=CameraRead,
        )

    def delete(self, camera_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a camera and all its footage, clips and captures, too. It can't be undone. Who
        watches it live sees no more.

        Needs the permission `media:write`.

        camera_id: The camera.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteCamera, path=(camera_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def start_live_session(
        self, camera_id: str, *, idempotency_key: str | UnsetType = UNSET
    ) -> LiveSessionRead:
        """Watch a camera. A camera that is recorded shows its first picture at once; one that isn't
        is connected to, which takes some seconds, and its pictures are recorded only where its
        `recording` is ON_DEMAND.

        Say every `keepAliveSeconds` that somebody still watches, or the session ends.

        Needs the permission `media:read`.

        camera_id: The camera.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _startLiveSession,
            path=(camera_id,),
            idempotency_key=idempotency_key,
            answer=LiveSessionRead,
        )

    def playback(
        self, camera_id: str, *, from_: datetime | str, to: datetime | str
    ) -> PlaybackRead:
        """What there is of a range of six hours at most, and a playlist of it.

        Footage is played as it was recorded, from the key frame before the range's begin on. Every
        segment says when it was taken (`EXT-X-PROGRAM-DATE-TIME`), so that a player's place is a
        place in the readings' time.

        Needs the permission `media:read`.

        camera_id: The camera.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        """
        return self._call(
            _getPlayback, path=(camera_id,), query={"from": from_, "to": to}, answer=PlaybackRead
        )

    def announce_segments(
        self,
        camera_id: str,
        *,
        segments: Sequence[SegmentAnnouncement],
        idempotency_key: str | UnsetType = UNSET,
    ) -> SegmentUploads:
        """Announce footage, and be told where to send it within a quarter of an hour. Then complete
        each segment.

        Needs the permission `segments:write`.

        camera_id: The camera.
        segments: In any order.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _announceSegments,
            path=(camera_id,),
            body={"segments": segments},
            idempotency_key=idempotency_key,
            answer=SegmentUploads,
        )

    def get_segment(self, camera_id: str, segment_id: str) -> SegmentRead:
        """What became of a segment.

        Needs the permission `media:read`.

        camera_id: The camera.
        segment_id: The segment.
        """
        return self._call(
            _getSegment,
            path=(
                camera_id,
                segment_id,
            ),
            answer=SegmentRead,
        )

    def complete_segment(self, camera_id: str, segment_id: str) -> SegmentRead:
        """Say that the file was sent. It is inspected, and then STORED or REFUSED.

        Said again it changes nothing, and answers how far it is: so does a key learn of it that may
        read nothing.

        Needs the permission `segments:write`.

        camera_id: The camera.
        segment_id: The segment.
        """
        return self._call(
            _completeSegment,
            path=(
                camera_id,
                segment_id,
            ),
            answer=SegmentRead,
        )


class AsyncCamerasApi(AsyncTransport):
    """Operations of `cameras`, for asynchronous programs."""

    async def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CameraPage:
        """Cameras, newest first.

        Needs the permission `media:read`.

        device_id: Only of this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listCameras,
            query={
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CameraPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CameraRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        device_id: str,
        *,
        name: str,
        stream_url: str,
        local_url: str | None | UnsetType = UNSET,
        recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET,
        segment_seconds: int | UnsetType = UNSET,
        retention_hours: int | UnsetType = UNSET,
        retention_bytes: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CameraRead:
        """Add a camera. A recorder connects to it within seconds; `status` says how it is.

        Needs the permission `media:write`.

        device_id: The device.
        name: Unique in the organization.
        stream_url: Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
        percent-encoded. Never shown again.
        local_url: Where its gateway shows it live itself, for who is in its network; `{token}` in
        it is where the token goes by which the gateway knows who comes. null where it doesn't.
        recording: Always, while somebody watches live, or never.
        segment_seconds: How long segments aim to be; they begin with a key frame.
        retention_hours: How long footage is kept.
        retention_bytes: How much of it is kept at most, the oldest going first; null for as much as
        may be.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createCamera,
            body={
                "deviceId": device_id,
                "name": name,
                "streamUrl": stream_url,
                "localUrl": local_url,
                "recording": recording,
                "segmentSeconds": segment_seconds,
                "retentionHours": retention_hours,
                "retentionBytes": retention_bytes,
            },
            idempotency_key=idempotency_key,
            answer=CameraRead,
        )

    async def get(self, camera_id: str) -> CameraRead:
        """One camera.

        Needs the permission `media:read`.

        camera_id: The camera.
        """
        return await self._call(_getCamera, path=(camera_id,), answer=CameraRead)

    async def update(
        self,
        camera_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        stream_url: str | UnsetType = UNSET,
        local_url: str | None | UnsetType = UNSET,
        recording: Literal["CONTINUOUS", "OFF", "ON_DEMAND"] | UnsetType = UNSET,
        segment_seconds: int | UnsetType = UNSET,
        retention_hours: int | UnsetType = UNSET,
        retention_bytes: int | None | UnsetType = UNSET,
    ) -> CameraRead:
        """Change a camera (JSON Merge Patch, RFC 7396).

        Needs the permission `media:write`.

        camera_id: The camera.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        stream_url: Where its stream is: rtsp, rtsps, or https of an HLS playlist; user and password
        percent-encoded. Never shown again.
        local_url: Where its gateway shows it live itself, for who is in its network; `{token}` in
        it is where the token goes by which the gateway knows who comes. null where it doesn't.
        recording: Always, while somebody watches live, or never.
        segment_seconds: How long segments aim to be; they begin with a key frame.
        retention_hours: How long footage is kept.
        retention_bytes: How much of it is kept at most, the oldest going first; null for as much as
        may be.
        """
        return await self._call(
            _updateCamera,
            path=(camera_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "streamUrl": stream_url,
                "localUrl": local_url,
                "recording": recording,
                "segmentSeconds": segment_seconds,
                "retentionHours": retention_hours,
                "retentionBytes": retention_bytes,
            },
            answer=CameraRead,
        )

    async def delete(self, camera_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a camera and all its footage, clips and captures, too. It can't be undone. Who
        watches it live sees no more.

        Needs the permission `media:write`.

        camera_id: The camera.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteCamera, path=(camera_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def start_live_session(
        self, camera_id: str, *, idempotency_key: str | UnsetType = UNSET
    ) -> LiveSessionRead:
        """Watch a camera. A camera that is recorded shows its first picture at once; one that isn't
        is connected to, which takes some seconds, and its pictures are recorded only where its
        `recording` is ON_DEMAND.

        Say every `keepAliveSeconds` that somebody still watches, or the session ends.

        Needs the permission `media:read`.

        camera_id: The camera.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _startLiveSession,
            path=(camera_id,),
            idempotency_key=idempotency_key,
            answer=LiveSessionRead,
        )

    async def playback(
        self, camera_id: str, *, from_: datetime | str, to: datetime | str
    ) -> PlaybackRead:
        """What there is of a range of six hours at most, and a playlist of it.

        Footage is played as it was recorded, from the key frame before the range's begin on. Every
        segment says when it was taken (`EXT-X-PROGRAM-DATE-TIME`), so that a player's place is a
        place in the readings' time.

        Needs the permission `media:read`.

        camera_id: The camera.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        """
        return await self._call(
            _getPlayback, path=(camera_id,), query={"from": from_, "to": to}, answer=PlaybackRead
        )

    async def announce_segments(
        self,
        camera_id: str,
        *,
        segments: Sequence[SegmentAnnouncement],
        idempotency_key: str | UnsetType = UNSET,
    ) -> SegmentUploads:
        """Announce footage, and be told where to send it within a quarter of an hour. Then complete
        each segment.

        Needs the permission `segments:write`.

        camera_id: The camera.
        segments: In any order.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _announceSegments,
            path=(camera_id,),
            body={"segments": segments},
            idempotency_key=idempotency_key,
            answer=SegmentUploads,
        )

    async def get_segment(self, camera_id: str, segment_id: str) -> SegmentRead:
        """What became of a segment.

        Needs the permission `media:read`.

        camera_id: The camera.
        segment_id: The segment.
        """
        return await self._call(
            _getSegment,
            path=(
                camera_id,
                segment_id,
            ),
            answer=SegmentRead,
        )

    async def complete_segment(self, camera_id: str, segment_id: str) -> SegmentRead:
        """Say that the file was sent. It is inspected, and then STORED or REFUSED.

        Said again it changes nothing, and answers how far it is: so does a key learn of it that may
        read nothing.

        Needs the permission `segments:write`.

        camera_id: The camera.
        segment_id: The segment.
        """
        return await self._call(
            _completeSegment,
            path=(
                camera_id,
                segment_id,
            ),
            answer=SegmentRead,
        )


class CapturesApi(SyncTransport):
    """Operations of `captures`, for programs that wait."""

    def list(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        event_id: str | UnsetType = UNSET,
        alert_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CapturePage:
        """Captures, newest first. All conditions given must hold.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        rule_id: That this rule had made.
        event_id: Of this event.
        alert_id: Of this alert.
        device_id: Of what happened to this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listCaptures,
            query={
                "cameraId": camera_id,
                "ruleId": rule_id,
                "eventId": event_id,
                "alertId": alert_id,
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CapturePage,
        )

    def each(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        event_id: str | UnsetType = UNSET,
        alert_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CaptureRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                camera_id=camera_id,
                rule_id=rule_id,
                event_id=event_id,
                alert_id=alert_id,
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def get(self, capture_id: str) -> CaptureRead:
        """One capture.

        Needs the permission `media:read`.

        capture_id: The capture.
        """
        return self._call(_getCapture, path=(capture_id,), answer=CaptureRead)

    def delete(self, capture_id: str) -> None:
        """Delete a capture and its file. One that is being cut is stopped.

        Needs the permission `media:write`.

        capture_id: The capture.
        """
        return self._call(_deleteCapture, path=(capture_id,), answer=type(None))

    def download(self, capture_id: str) -> CaptureDownloadRead:
        """A fresh link to the file of a capture that is READY.

        Needs the permission `media:read`.

        capture_id: The capture.
        """
        return self._call(_downloadCapture, path=(capture_id,), answer=CaptureDownloadRead)


class AsyncCapturesApi(AsyncTransport):
    """Operations of `captures`, for asynchronous programs."""

    async def list(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        event_id: str | UnsetType = UNSET,
        alert_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CapturePage:
        """Captures, newest first. All conditions given must hold.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        rule_id: That this rule had made.
        event_id: Of this event.
        alert_id: Of this alert.
        device_id: Of what happened to this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listCaptures,
            query={
                "cameraId": camera_id,
                "ruleId": rule_id,
                "eventId": event_id,
                "alertId": alert_id,
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CapturePage,
        )

    def each(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        rule_id: str | UnsetType = UNSET,
        event_id: str | UnsetType = UNSET,
        alert_id: str | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CaptureRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                camera_id=camera_id,
                rule_id=rule_id,
                event_id=event_id,
                alert_id=alert_id,
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def get(self, capture_id: str) -> CaptureRead:
        """One capture.

        Needs the permission `media:read`.

        capture_id: The capture.
        """
        return await self._call(_getCapture, path=(capture_id,), answer=CaptureRead)

    async def delete(self, capture_id: str) -> None:
        """Delete a capture and its file. One that is being cut is stopped.

        Needs the permission `media:write`.

        capture_id: The capture.
        """
        return await self._call(_deleteCapture, path=(capture_id,), answer=type(None))

    async def download(self, capture_id: str) -> CaptureDownloadRead:
        """A fresh link to the file of a capture that is READY.

        Needs the permission `media:read`.

        capture_id: The capture.
        """
        return await self._call(_downloadCapture, path=(capture_id,), answer=CaptureDownloadRead)


class DvrClipRequestsApi(SyncTransport):
    """Operations of `dvr_clip_requests`, for programs that wait."""

    def list(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: CutStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DvrClipRequestPage:
        """Clips, newest first.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        status: That are so far.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDvrClipRequests,
            query={
                "cameraId": camera_id,
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DvrClipRequestPage,
        )

    def each(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: CutStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DvrClipRequestRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                camera_id=camera_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        camera_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DvrClipRequestRead:
        """Ask for a clip. It is cut later: get it until its status is READY.

        Footage is copied as it was recorded, but for the group of pictures in which the range
        begins: that is encoded anew. Gaps are closed up; `spans` and `missing` tell of them.

        Needs the permission `media:write`.

        camera_id: The camera.
        from_: Begin of the range, included.
        to: End of the range, not included.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDvrClipRequest,
            body={"cameraId": camera_id, "from": from_, "to": to},
            idempotency_key=idempotency_key,
            answer=DvrClipRequestRead,
        )

    def get(self, clip_request_id: str) -> DvrClipRequestRead:
        """One clip, with fresh links to the file and to a picture of its begin when it is READY.

        Needs the permission `media:read`.

        clip_request_id: The request.
        """
        return self._call(_getDvrClipRequest, path=(clip_request_id,), answer=DvrClipRequestRead)

    def delete(self, clip_request_id: str) -> None:
        """Delete a clip and its file. One that is being cut is stopped.

        Needs the permission `media:write`.

        clip_request_id: The request.
        """
        return self._call(_deleteDvrClipRequest, path=(clip_request_id,), answer=type(None))


class AsyncDvrClipRequestsApi(AsyncTransport):
    """Operations of `dvr_clip_requests`, for asynchronous programs."""

    async def list(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: CutStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DvrClipRequestPage:
        """Clips, newest first.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        status: That are so far.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDvrClipRequests,
            query={
                "cameraId": camera_id,
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DvrClipRequestPage,
        )

    def each(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: CutStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DvrClipRequestRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                camera_id=camera_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        camera_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DvrClipRequestRead:
        """Ask for a clip. It is cut later: get it until its status is READY.

        Footage is copied as it was recorded, but for the group of pictures in which the range
        begins: that is encoded anew. Gaps are closed up; `spans` and `missing` tell of them.

        Needs the permission `media:write`.

        camera_id: The camera.
        from_: Begin of the range, included.
        to: End of the range, not included.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDvrClipRequest,
            body={"cameraId": camera_id, "from": from_, "to": to},
            idempotency_key=idempotency_key,
            answer=DvrClipRequestRead,
        )

    async def get(self, clip_request_id: str) -> DvrClipRequestRead:
        """One clip, with fresh links to the file and to a picture of its begin when it is READY.

        Needs the permission `media:read`.

        clip_request_id: The request.
        """
        return await self._call(
            _getDvrClipRequest, path=(clip_request_id,), answer=DvrClipRequestRead
        )

    async def delete(self, clip_request_id: str) -> None:
        """Delete a clip and its file. One that is being cut is stopped.

        Needs the permission `media:write`.

        clip_request_id: The request.
        """
        return await self._call(_deleteDvrClipRequest, path=(clip_request_id,), answer=type(None))


class LiveApi(SyncTransport):
    """Operations of `live`, for programs that wait."""

    def list_sessions(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: LiveStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> LiveSessionPage:
        """Who watches, and watched, newest first.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        status: That are so far.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listLiveSessions,
            query={
                "cameraId": camera_id,
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=LiveSessionPage,
        )

    def each_sessions(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: LiveStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[LiveSessionRead]:
        """Every item of every page of `list_sessions`."""
        return each_of_pages(
            lambda cursor: self.list_sessions(
                camera_id=camera_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def get_session(self, live_session_id: str) -> LiveSessionRead:
        """One session.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return self._call(_getLiveSession, path=(live_session_id,), answer=LiveSessionRead)

    def stop_session(self, live_session_id: str) -> None:
        """Stop watching: the address is worth nothing from now on. Others' sessions are stopped by
        who has `media:write`.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return self._call(_stopLiveSession, path=(live_session_id,), answer=type(None))

    def keep_session_alive(self, live_session_id: str) -> LiveSessionRead:
        """Say that somebody still watches. Only who asked for a session can; who has lost the right
        to, or whose key has ended, watches for 45 s more at most.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return self._call(_keepLiveSessionAlive, path=(live_session_id,), answer=LiveSessionRead)


class AsyncLiveApi(AsyncTransport):
    """Operations of `live`, for asynchronous programs."""

    async def list_sessions(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: LiveStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> LiveSessionPage:
        """Who watches, and watched, newest first.

        Needs the permission `media:read`.

        camera_id: Of this camera.
        status: That are so far.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listLiveSessions,
            query={
                "cameraId": camera_id,
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=LiveSessionPage,
        )

    def each_sessions(
        self,
        *,
        camera_id: str | UnsetType = UNSET,
        status: LiveStatus | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[LiveSessionRead]:
        """Every item of every page of `list_sessions`."""
        return each_of_pages_async(
            lambda cursor: self.list_sessions(
                camera_id=camera_id,
                status=status,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def get_session(self, live_session_id: str) -> LiveSessionRead:
        """One session.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return await self._call(_getLiveSession, path=(live_session_id,), answer=LiveSessionRead)

    async def stop_session(self, live_session_id: str) -> None:
        """Stop watching: the address is worth nothing from now on. Others' sessions are stopped by
        who has `media:write`.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return await self._call(_stopLiveSession, path=(live_session_id,), answer=type(None))

    async def keep_session_alive(self, live_session_id: str) -> LiveSessionRead:
        """Say that somebody still watches. Only who asked for a session can; who has lost the right
        to, or whose key has ended, watches for 45 s more at most.

        Needs the permission `media:read`.

        live_session_id: The session.
        """
        return await self._call(
            _keepLiveSessionAlive, path=(live_session_id,), answer=LiveSessionRead
        )


class MediaCaptureRulesApi(SyncTransport):
    """Operations of `media_capture_rules`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> MediaCaptureRulePage:
        """Rules, newest first.

        Needs the permission `media:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listMediaCaptureRules,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=MediaCaptureRulePage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[MediaCaptureRuleRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        match: CaptureMatch,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        pre_roll_seconds: int | UnsetType = UNSET,
        post_roll_seconds: int | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> MediaCaptureRuleRead:
        """Have footage kept of what happens. It is matched when an event is written down, so that
        nothing is missed, and cut when the footage is there.

        Needs the permission `media:write`.

        name: Unique in the organization.
        match: Which events.
        camera_ids: Which cameras; null for those that are seen with the event's device.
        pre_roll_seconds: Seconds before the event.
        post_roll_seconds: Seconds after it.
        cooldown_seconds: Seconds between two events that are captured, by the events' times.
        max_per_hour: Of one camera, in any hour of the events' times.
        enabled: Whether it captures.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createMediaCaptureRule,
            body={
                "name": name,
                "match": match,
                "cameraIds": camera_ids,
                "preRollSeconds": pre_roll_seconds,
                "postRollSeconds": post_roll_seconds,
                "cooldownSeconds": cooldown_seconds,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=MediaCaptureRuleRead,
        )

    def get(self, capture_rule_id: str) -> MediaCaptureRuleRead:
        """One rule.

        Needs the permission `media:read`.

        capture_rule_id: The rule.
        """
        return self._call(
            _getMediaCaptureRule, path=(capture_rule_id,), answer=MediaCaptureRuleRead
        )

    def update(
        self,
        capture_rule_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        match: CaptureMatch | UnsetType = UNSET,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        pre_roll_seconds: int | UnsetType = UNSET,
        post_roll_seconds: int | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> MediaCaptureRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396).

        Needs the permission `media:write`.

        capture_rule_id: The rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        match: Which events.
        camera_ids: Which cameras; null for those that are seen with the event's device.
        pre_roll_seconds: Seconds before the event.
        post_roll_seconds: Seconds after it.
        cooldown_seconds: Seconds between two events that are captured, by the events' times.
        max_per_hour: Of one camera, in any hour of the events' times.
        enabled: Whether it captures.
        """
        return self._call(
            _updateMediaCaptureRule,
            path=(capture_rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "match": match,
                "cameraIds": camera_ids,
                "preRollSeconds": pre_roll_seconds,
                "postRollSeconds": post_roll_seconds,
                "cooldownSeconds": cooldown_seconds,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            answer=MediaCaptureRuleRead,
        )

    def delete(self, capture_rule_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a rule. What it captured stays.

        Needs the permission `media:write`.

        capture_rule_id: The rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteMediaCaptureRule,
            path=(capture_rule_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AsyncMediaCaptureRulesApi(AsyncTransport):
    """Operations of `media_capture_rules`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> MediaCaptureRulePage:
        """Rules, newest first.

        Needs the permission `media:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listMediaCaptureRules,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=MediaCaptureRulePage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[MediaCaptureRuleRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        match: CaptureMatch,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        pre_roll_seconds: int | UnsetType = UNSET,
        post_roll_seconds: int | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> MediaCaptureRuleRead:
        """Have footage kept of what happens. It is matched when an event is written down, so that
        nothing is missed, and cut when the footage is there.

        Needs the permission `media:write`.

        name: Unique in the organization.
        match: Which events.
        camera_ids: Which cameras; null for those that are seen with the event's device.
        pre_roll_seconds: Seconds before the event.
        post_roll_seconds: Seconds after it.
        cooldown_seconds: Seconds between two events that are captured, by the events' times.
        max_per_hour: Of one camera, in any hour of the events' times.
        enabled: Whether it captures.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createMediaCaptureRule,
            body={
                "name": name,
                "match": match,
                "cameraIds": camera_ids,
                "preRollSeconds": pre_roll_seconds,
                "postRollSeconds": post_roll_seconds,
                "cooldownSeconds": cooldown_seconds,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=MediaCaptureRuleRead,
        )

    async def get(self, capture_rule_id: str) -> MediaCaptureRuleRead:
        """One rule.

        Needs the permission `media:read`.

        capture_rule_id: The rule.
        """
        return await self._call(
            _getMediaCaptureRule, path=(capture_rule_id,), answer=MediaCaptureRuleRead
        )

    async def update(
        self,
        capture_rule_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        match: CaptureMatch | UnsetType = UNSET,
        camera_ids: Sequence[str] | None | UnsetType = UNSET,
        pre_roll_seconds: int | UnsetType = UNSET,
        post_roll_seconds: int | UnsetType = UNSET,
        cooldown_seconds: int | UnsetType = UNSET,
        max_per_hour: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> MediaCaptureRuleRead:
        """Change a rule (JSON Merge Patch, RFC 7396).

        Needs the permission `media:write`.

        capture_rule_id: The rule.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        match: Which events.
        camera_ids: Which cameras; null for those that are seen with the event's device.
        pre_roll_seconds: Seconds before the event.
        post_roll_seconds: Seconds after it.
        cooldown_seconds: Seconds between two events that are captured, by the events' times.
        max_per_hour: Of one camera, in any hour of the events' times.
        enabled: Whether it captures.
        """
        return await self._call(
            _updateMediaCaptureRule,
            path=(capture_rule_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "match": match,
                "cameraIds": camera_ids,
                "preRollSeconds": pre_roll_seconds,
                "postRollSeconds": post_roll_seconds,
                "cooldownSeconds": cooldown_seconds,
                "maxPerHour": max_per_hour,
                "enabled": enabled,
            },
            answer=MediaCaptureRuleRead,
        )

    async def delete(self, capture_rule_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a rule. What it captured stays.

        Needs the permission `media:write`.

        capture_rule_id: The rule.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteMediaCaptureRule,
            path=(capture_rule_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )
