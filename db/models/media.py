"""Media: cameras and who records them, footage, what is cut of it, live sessions, usage."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.accounts import Organization
from db.models.base import Row, TenantKey, Timestamps
from db.models.fleet import Device

_THERE = text("deleted_at IS NULL")
_ORG_ID = text("api.org()")


class Camera(TenantKey, Timestamps, Row):
    """`sealed_stream` is the whole address, `stream` what may be shown of it. What a recorder sees
    of the camera stands from `status` on; `stored_bytes` is the sum over its segments."""

    __tablename__ = "camera"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        ForeignKeyConstraint(["org_id", "device_id"], [Device.org_id, Device.id]),
        Index("uq_camera_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index("ix_camera_created", "org_id", "created_at", "id", postgresql_where=_THERE),
        Index("ix_camera_device", "org_id", "device_id"),
        Index("ix_camera_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    device_id: Mapped[UUID]
    name: Mapped[str]
    sealed_stream: Mapped[bytes]
    stream: Mapped[str]
    recording: Mapped[str]
    segment_seconds: Mapped[int] = mapped_column(server_default=text("10"))
    retention_hours: Mapped[int] = mapped_column(server_default=text("168"))
    retention_bytes: Mapped[int | None] = mapped_column(BigInteger)
    local_url: Mapped[str | None]
    watched_until: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(server_default="OFFLINE")
    status_reason: Mapped[str | None] = mapped_column(server_default="not seen yet")
    status_since: Mapped[datetime] = mapped_column(server_default=func.now())
    last_picture_at: Mapped[datetime | None]
    stored_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    deleted_at: Mapped[datetime | None]


def _of_camera(*, on_delete: str | None = None) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["org_id", "camera_id"], [Camera.org_id, Camera.id], ondelete=on_delete
    )


class RecorderBeat(Row):
    """A process that records cameras, and until when it is taken to be alive."""

    __tablename__ = "recorder"

    name: Mapped[str] = mapped_column(primary_key=True)
    alive_until: Mapped[datetime]


class CameraLease(Row):
    """Who records the camera: see db/queries/cameras.py."""

    __tablename__ = "camera_lease"
    __table_args__ = (_of_camera(on_delete="CASCADE"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=_ORG_ID)
    camera_id: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(server_default="")
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lease_until: Mapped[datetime] = mapped_column(server_default=func.now())
    last_number: Mapped[int] = mapped_column(server_default=text("0"))


class DvrSegment(Row):
    """Footage of some seconds in an object of its own. `codecs` as RFC 6381 has them, separated by
    commas; arrays are of its parts."""

    __tablename__ = "dvr_segment"
    __table_args__ = (_of_camera(),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=_ORG_ID)
    camera_id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
    run: Mapped[str]
    clock: Mapped[str]
    source: Mapped[str]
    object_key: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    init_bytes: Mapped[int]
    part_offsets: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    part_milliseconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    part_keys: Mapped[list[bool]] = mapped_column(ARRAY(Boolean))
    codecs: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]


class DvrUpload(TenantKey, Row):
    """Footage that somebody was given an upload link for."""

    __tablename__ = "dvr_upload"
    __table_args__ = (
        _of_camera(),
        Index("ix_dvr_upload_camera", "org_id", "camera_id", "starts_at"),
        Index("ix_dvr_upload_expires", "expires_at"),
    )

    camera_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    object_key: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="AWAITED")
    failure: Mapped[str | None]
    requested_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class ObjectGarbage(Row):
    """An object that is to be taken away when it is due."""

    __tablename__ = "object_garbage"
    __table_args__ = (Index("ix_object_garbage_due", "due_at"),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=_ORG_ID)
    object_key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


class _Cut(TenantKey):
    """What is cut of a camera's footage. `spans` are {from, to, at}, `missing` {from, to}."""

    camera_id: Mapped[UUID]
    range_from: Mapped[datetime]
    range_to: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="PENDING")
    progress: Mapped[float] = mapped_column(server_default=text("0"))
    failure: Mapped[str | None]
    spans: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    missing: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    encoded_frames: Mapped[int | None]
    object_key: Mapped[str | None]
    thumbnail_key: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    job_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    completed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class DvrClipRequest(_Cut, Row):
    """A clip that somebody asked for."""

    __tablename__ = "dvr_clip_request"
    __table_args__ = (
        _of_camera(),
        Index("ix_dvr_clip_request_created", "org_id", "created_at", "id"),
        Index("ix_dvr_clip_request_camera", "org_id", "camera_id", "created_at", "id"),
        Index(
            "ix_dvr_clip_request_expires",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
    )

    requested_by: Mapped[str]


class MediaCaptureRule(TenantKey, Timestamps, Row):
    """What happened that is to be seen: `match` as it travels; without `camera_ids` the cameras of
    the event's device."""

    __tablename__ = "media_capture_rule"
    __table_args__ = (
        ForeignKeyConstraint(["org_id"], [Organization.id]),
        Index("uq_media_capture_rule_name", "org_id", "name", unique=True, postgresql_where=_THERE),
        Index(
            "ix_media_capture_rule_created", "org_id", "created_at", "id", postgresql_where=_THERE
        ),
    )

    name: Mapped[str]
    match: Mapped[dict[str, Any]]
    camera_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    pre_roll_seconds: Mapped[int]
    post_roll_seconds: Mapped[int]
    cooldown_seconds: Mapped[int]
    max_per_hour: Mapped[int]
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    created_by: Mapped[str]
    deleted_at: Mapped[datetime | None]


class MediaCaptureState(Row):
    """When a rule last captured of a camera, by the events' times; how often it was held back."""

    __tablename__ = "media_capture_state"
    __table_args__ = (
        ForeignKeyConstraint(["org_id", "rule_id"], [MediaCaptureRule.org_id, MediaCaptureRule.id]),
        _of_camera(on_delete="CASCADE"),
        Index("ix_media_capture_state_camera", "org_id", "camera_id"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=_ORG_ID)
    rule_id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_at: Mapped[datetime | None]
    lately: Mapped[list[datetime]] = mapped_column(
        ARRAY(DateTime(timezone=True)), server_default="{}"
    )
    suppressed: Mapped[int] = mapped_column(server_default=text("0"))


class MediaCapture(_Cut, Row):
    """A clip that a rule had made. It names what it is of without foreign keys, and outlives it."""

    __tablename__ = "media_capture"
    __table_args__ = (
        _of_camera(),
        Index("ix_media_capture_from", "org_id", "range_from", "id"),
        Index("ix_media_capture_camera", "org_id", "camera_id", "range_from", "id"),
        *(
            Index(
                f"ix_media_capture_{name}",
                "org_id",
                f"{name}_id",
                postgresql_where=text(f"{name}_id IS NOT NULL"),
            )
            for name in ("event", "alert")
        ),
        Index(
            "ix_media_capture_expires",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
    )

    rule_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None]
    alert_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]


class LiveSession(TenantKey, Row):
    """Somebody watches a camera."""

    __tablename__ = "live_session"
    __table_args__ = (
        _of_camera(),
        Index("ix_live_session_created", "org_id", "created_at", "id"),
        Index("ix_live_session_camera", "org_id", "camera_id"),
        Index("ix_live_session_open", "last_seen_at", postgresql_where=text("ended_at IS NULL")),
    )

    camera_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default="REQUESTED")
    requested_by: Mapped[str]
    codecs: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    active_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stop_reason: Mapped[str | None]
    watched_seconds: Mapped[float] = mapped_column(server_default=text("0"))


class MediaUsage(Row):
    """A day of UTC of a camera: what came in, what lay there at most, what was looked at."""

    __tablename__ = "media_usage"
    __table_args__ = (ForeignKeyConstraint(["org_id"], [Organization.id]),)

    org_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=_ORG_ID)
    camera_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    recorded_seconds: Mapped[float] = mapped_column(server_default=text("0"))
    recorded_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    stored_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    watched_seconds: Mapped[float] = mapped_column(server_default=text("0"))
