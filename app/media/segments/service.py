"""Pushed footage: announced and completed here, inspected by workers/inspection/job.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.jobs import start_job
from app.core.objects import ObjectStore, new_key
from app.media.segments.schemas import (
    SegmentAnnouncement,
    SegmentRead,
    SegmentStatus,
    SegmentUpload,
    SegmentUploads,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Camera, DvrUpload, ObjectGarbage

INBOX = "dvr-inbox"  # area of their objects' keys
LINK_LIFETIME = timedelta(minutes=15)
KEPT_AFTER = timedelta(hours=1)
"""How long what was sent stays there at most: it is inspected by then."""
AHEAD = timedelta(minutes=1)
OPEN_MAX = 1_000
"""How many of an organization may be awaited."""
_SUFFIXES = {"video/mp4": ".mp4", "video/mp2t": ".ts"}


async def announce(
    tx: AsyncSession,
    principal: str,
    objects: ObjectStore,
    camera_id: UUID,
    announced: Sequence[SegmentAnnouncement],
) -> SegmentUploads:
    """Raises NotFound for a camera that isn't there, Unprocessable for a time that isn't kept,
    Conflict when too many are awaited."""
    camera = await resource.get(SessionReader(tx), Camera, camera_id)
    now = datetime.now(UTC)
    oldest = now - timedelta(hours=camera.retention_hours)
    if not all(oldest <= each.starts_at <= now + AHEAD for each in announced):
        raise Unprocessable("startsAt lies before what is kept of the camera, or ahead of now")
    open_ones = await tx.scalar(
        select(func.count())
        .select_from(DvrUpload)
        .where(DvrUpload.status == SegmentStatus.AWAITED, DvrUpload.expires_at > func.now())
    )
    if (open_ones or 0) + len(announced) > OPEN_MAX:
        raise Conflict(f"{OPEN_MAX} segments may be awaited", code="TOO_MANY_UPLOADS")
    uploads = [await _announce(tx, principal, objects, camera, each) for each in announced]
    await tx.flush()
    return SegmentUploads(camera_id, uploads)


async def _announce(
    tx: AsyncSession,
    principal: str,
    objects: ObjectStore,
    camera: Camera,
    announced: SegmentAnnouncement,
) -> SegmentUpload:
    id_ = new_id()
    key = new_key(camera.org_id, INBOX, id_, _SUFFIXES[announced.content_type])
    link = await objects.upload_link(
        key,
        lifetime=LINK_LIFETIME,
        size=announced.size_bytes,
        sha256=announced.sha256,
        content_type=announced.content_type,
    )
    tx.add(ObjectGarbage(org_id=camera.org_id, object_key=key, due_at=link.expires_at + KEPT_AFTER))
    tx.add(
        DvrUpload(
            org_id=camera.org_id,
            id=id_,
            camera_id=camera.id,
            starts_at=announced.starts_at,
            content_type=announced.content_type,
            size_bytes=announced.size_bytes,
            sha256=announced.sha256,
            object_key=key,
            requested_by=principal,
            expires_at=link.expires_at,
        )
    )
    # What is sent and never completed is looked at all the same.
    wait = LINK_LIFETIME.total_seconds()
    await start_job(tx, "inspect-segment", {"segmentId": str(id_)}, wait_seconds=wait)
    return SegmentUpload(id_, link.url, link.headers, link.expires_at)


async def get(reader: Reader, camera_id: UUID, segment_id: UUID) -> SegmentRead:
    row = await resource.get(reader, DvrUpload, segment_id)
    return _read(_of_camera(row, camera_id))


async def complete(tx: AsyncSession, camera_id: UUID, segment_id: UUID) -> SegmentRead:
    """It is inspected once, however often this is said."""
    row = _of_camera(await resource.get_to_change(tx, DvrUpload, segment_id), camera_id)
    if row.status == SegmentStatus.AWAITED:
        row.status = SegmentStatus.INSPECTED
        await start_job(tx, "inspect-segment", {"segmentId": str(row.id)})
    return _read(row)


def _of_camera(row: DvrUpload, camera_id: UUID) -> DvrUpload:
    if row.camera_id != camera_id:
        raise NotFound(f"no segment {row.id} of this camera")
    return row


def _read(row: DvrUpload) -> SegmentRead:
    return SegmentRead(
        id=row.id,
        camera_id=row.camera_id,
        starts_at=row.starts_at,
        status=SegmentStatus(row.status),
        failure=row.failure,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
