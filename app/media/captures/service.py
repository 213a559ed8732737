"""Captures: wanted by rules in the transaction of an event
(db/functions/platform/event_captured.sql), cut by a worker (workers/clips)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.jobs import start_job, stop_job
from app.core.objects import ObjectStore, prefix_of
from app.core.paging import PageRequest
from app.core.wire import Page
from app.media.captures.schemas import CaptureDownloadRead, CaptureRead
from app.media.footage import CAPTURES, CutStatus, links, missing_read, spans_read
from db.connections.readers import Reader
from db.models import MediaCapture

SORTS = {"from": MediaCapture.range_from}
OF_ALERT_MAX = 20


@dataclass(frozen=True, slots=True)
class CaptureFilters:
    """Which captures are listed; None doesn't matter. Named as the columns are."""

    camera_id: UUID | None
    rule_id: UUID | None
    event_id: UUID | None
    alert_id: UUID | None
    device_id: UUID | None


async def page(
    reader: Reader, page_request: PageRequest, filters: CaptureFilters, objects: ObjectStore
) -> Page[CaptureRead]:
    statement = select(MediaCapture)
    for each in fields(filters):
        if (value := getattr(filters, each.name)) is not None:
            statement = statement.where(getattr(MediaCapture, each.name) == value)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=MediaCapture.id)
    return found.page([await _read(row, objects) for row in found.rows])


async def get(reader: Reader, capture_id: UUID, objects: ObjectStore) -> CaptureRead:
    return await _read(await resource.get(reader, MediaCapture, capture_id), objects)


async def of_alert(reader: Reader, alert_id: UUID, objects: ObjectStore) -> list[CaptureRead]:
    """What cameras saw of it, in the order of time."""
    statement = select(MediaCapture).where(MediaCapture.alert_id == alert_id)
    in_order = statement.order_by(MediaCapture.range_from, MediaCapture.id)
    rows = await reader.rows(in_order.limit(OF_ALERT_MAX))
    return [await _read(row, objects) for row in rows]


async def download(reader: Reader, capture_id: UUID, objects: ObjectStore) -> CaptureDownloadRead:
    """Raises NotFound, or Conflict while there is no file."""
    row = await resource.get(reader, MediaCapture, capture_id)
    download_url, _ = await links(row, objects)
    if download_url is None:
        raise Conflict(f"the capture is {row.status}", code="NOT_READY")
    return CaptureDownloadRead(download_url)


async def remove(tx: AsyncSession, actor: Actor, capture_id: UUID) -> None:
    """Delete it in whatever state: a worker that is at it stops, its objects go after the
    commit."""
    row = await resource.get_to_change(tx, MediaCapture, capture_id)
    if row.job_id is not None:
        await stop_job(tx, row.job_id)
    await tx.delete(row)
    await start_job(tx, "delete-objects", {"prefix": prefix_of(actor.org_id, CAPTURES, row.id)})


async def _read(row: MediaCapture, objects: ObjectStore) -> CaptureRead:
    _, thumbnail_url = await links(row, objects)
    return CaptureRead(
        id=row.id,
        camera_id=row.camera_id,
        rule_id=row.rule_id,
        event_id=row.event_id,
        alert_id=row.alert_id,
        device_id=row.device_id,
        from_=row.range_from,
        to=row.range_to,
        status=CutStatus(row.status),
        progress=row.progress,
        spans=spans_read(row.spans),
        missing=missing_read(row.missing),
        size_bytes=row.size_bytes,
        thumbnail_url=thumbnail_url,
        failure=row.failure,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
