"""Clips: asked for here, cut by a worker (workers/clips), fetched from the object store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Unprocessable
from app.core.jobs import start_job, stop_job
from app.core.objects import ObjectStore, prefix_of
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page, time_range
from app.media.dvr_clip_requests.schemas import DvrClipRequestCreate, DvrClipRequestRead
from app.media.footage import CLIPS, CutStatus, links, missing_read, spans_read
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Camera, DvrClipRequest

SORTS = {"createdAt": DvrClipRequest.created_at}
LONGEST_WAIT = timedelta(days=1)
"""How far in the future a range may end."""
# A segment is stored when the next key frame has come and the object store has taken it.
SETTLING = timedelta(seconds=5)

_OPEN = (CutStatus.PENDING, CutStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class ClipFilters:
    """Which clips are listed; None doesn't matter."""

    camera_id: UUID | None
    status: CutStatus | None


async def create(
    tx: AsyncSession, actor: Actor, platform: Platform, body: DvrClipRequestCreate
) -> DvrClipRequestRead:
    """Record it and its job. Raises NotFound for a camera that isn't there, Unprocessable for a
    range that is too long or too far ahead, Conflict when too many are open."""
    since, until = time_range(body.from_, body.to)
    camera = await resource.get(SessionReader(tx), Camera, body.camera_id)
    _check_range(since, until, platform.settings.footage.clip_max_minutes)
    await _check_open(tx, platform.settings.footage.open_clips_per_organization)
    row = DvrClipRequest(
        org_id=actor.org_id,
        id=new_id(),
        camera_id=camera.id,
        range_from=since,
        range_to=until,
        requested_by=actor.principal,
    )
    await resource.add(tx, row)
    row.job_id = await start_job(
        tx,
        "cut-footage",
        {"clipRequestId": str(row.id)},
        wait_seconds=seconds_until_stored(until, camera.segment_seconds),
    )
    await tx.flush()
    await tx.refresh(row)
    return await _read(row, platform.objects)


async def page(
    reader: Reader, page_request: PageRequest, filters: ClipFilters, objects: ObjectStore
) -> Page[DvrClipRequestRead]:
    statement = select(DvrClipRequest)
    if filters.camera_id is not None:
        statement = statement.where(DvrClipRequest.camera_id == filters.camera_id)
    if filters.status is not None:
        statement = statement.where(DvrClipRequest.status == filters.status)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=DvrClipRequest.id)
    return found.page([await _read(row, objects) for row in found.rows])


async def get(reader: Reader, clip_request_id: UUID, objects: ObjectStore) -> DvrClipRequestRead:
    return await _read(await resource.get(reader, DvrClipRequest, clip_request_id), objects)


async def remove(tx: AsyncSession, actor: Actor, clip_request_id: UUID) -> None:
    """Delete it in whatever state: a worker that is at it stops, its objects go after the
    commit."""
    row = await resource.get_to_change(tx, DvrClipRequest, clip_request_id)
    if row.job_id is not None:
        await stop_job(tx, row.job_id)
    await tx.delete(row)
    await start_job(tx, "delete-objects", {"prefix": prefix_of(actor.org_id, CLIPS, row.id)})


def seconds_until_stored(until: datetime, segment_seconds: int) -> float:
    """How long to wait until footage taken before `until` is in segments; 0 for what is long
    ago."""
    stored_at = until + timedelta(seconds=segment_seconds) + SETTLING
    return max(0.0, (stored_at - datetime.now(UTC)).total_seconds())


def _check_range(since: datetime, until: datetime, longest_minutes: int) -> None:
    if until - since > timedelta(minutes=longest_minutes):
        raise Unprocessable(f"a clip has {longest_minutes} minutes at most")
    if until > datetime.now(UTC) + LONGEST_WAIT:
        raise Unprocessable("a clip's range ends within a day from now")


async def _check_open(tx: AsyncSession, limit: int) -> None:
    open_ones = await tx.scalar(
        select(func.count()).select_from(DvrClipRequest).where(DvrClipRequest.status.in_(_OPEN))
    )
    if (open_ones or 0) >= limit:
        raise Conflict(
            f"{limit} clips of this organization are not ready yet", code="TOO_MANY_CLIPS"
        )


async def _read(row: DvrClipRequest, objects: ObjectStore) -> DvrClipRequestRead:
    download_url, thumbnail_url = await links(row, objects)
    return DvrClipRequestRead(
        id=row.id,
        camera_id=row.camera_id,
        from_=row.range_from,
        to=row.range_to,
        status=CutStatus(row.status),
        progress=row.progress,
        spans=spans_read(row.spans),
        missing=missing_read(row.missing),
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        download_url=download_url,
        thumbnail_url=thumbnail_url,
        failure=row.failure,
        requested_by=row.requested_by,
        created_at=row.created_at,
        completed_at=row.completed_at,
        expires_at=row.expires_at,
    )
