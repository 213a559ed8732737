"""Exports: asked for here, made by a worker (workers/exports), fetched from the object store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource, webhooks
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.jobs import start_job, stop_job
from app.core.objects import ObjectStore, prefix_of
from app.core.outside import Refused
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.targets import require, target_of
from app.core.wire import Page, time_range
from app.telemetry.exports.schemas import (
    ExportContent,
    ExportCreate,
    ExportEvent,
    ExportRead,
    ExportScope,
    ExportStatus,
    WebhookStatus,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Export

SORTS = {"createdAt": Export.created_at}
AREA = "exports"  # of its objects' keys
WEBHOOK_PURPOSE = "export webhooks"  # of the encryption

_OPEN = (ExportStatus.PENDING, ExportStatus.RUNNING)


async def create(
    tx: AsyncSession, actor: Actor, platform: Platform, body: ExportCreate
) -> ExportRead:
    """Record it and its job. Raises NotFound for a scope that isn't there, Conflict when too many are open."""
    start, end = time_range(body.from_, body.to)
    webhook_url = _webhook_url(platform, body)
    scope_id = await _scope_id(tx, actor, body)
    limit = platform.settings.limits.open_exports_per_organization
    open_ones = await tx.scalar(
        select(func.count()).select_from(Export).where(Export.status.in_(_OPEN))
    )
    if (open_ones or 0) >= limit:
        raise Conflict(
            f"{limit} exports of this organization are not ready yet", code="TOO_MANY_EXPORTS"
        )
    export = Export(
        org_id=actor.org_id,
        id=new_id(),
        scope_type=body.scope_type,
        scope_id=scope_id,
        range_from=start,
        range_to=end,
        includes=list(dict.fromkeys(body.includes)),
        requested_by=actor.principal,
        webhook_url=webhook_url,
        webhook_status=None if webhook_url is None else WebhookStatus.PENDING,
    )
    await resource.add(tx, export)
    export.job_id = await start_job(tx, "export", {"exportId": str(export.id)})
    await tx.flush()
    await tx.refresh(export)
    created = await _read(export, platform.objects)
    if webhook_url is not None:
        created.webhook_secret = webhooks.secret_text(platform.keys.webhook_secrets(export.id)[0])
    return created


async def page(reader: Reader, page_request: PageRequest, objects: ObjectStore) -> Page[ExportRead]:
    found = await resource.find(reader, select(Export), page_request, sorts=SORTS, id_=Export.id)
    return found.page([await _read(row, objects) for row in found.rows])


async def get(reader: Reader, export_id: UUID, objects: ObjectStore) -> ExportRead:
    return await _read(await resource.get(reader, Export, export_id), objects)


async def remove(tx: AsyncSession, actor: Actor, export_id: UUID) -> None:
    """Delete it in whatever state: a worker that is at it stops, and its object goes after the commit."""
    export = await resource.get_to_change(tx, Export, export_id)
    if export.job_id is not None:
        await stop_job(tx, export.job_id)
    await tx.delete(export)
    await start_job(tx, "delete-objects", {"prefix": prefix_of(actor.org_id, AREA, export_id)})


def event_of(row: Export) -> ExportEvent:
    """What is told of an export that has ended."""
    assert row.completed_at is not None  # noqa: S101 - it has ended
    return ExportEvent(
        "export.ready" if row.status == ExportStatus.READY else "export.failed",
        row.completed_at,
        _described(row),
    )


def _webhook_url(platform: Platform, body: ExportCreate) -> bytes | None:
    if body.webhook_url is None:
        return None
    try:
        webhooks.checked(body.webhook_url, webhooks.Rules.of(platform.settings))
    except Refused as refusal:
        raise Unprocessable(
            f"webhookUrl can't be used: {refusal}", code="WEBHOOK_REFUSED"
        ) from None
    return platform.keys.encrypt(body.webhook_url.encode(), purpose=WEBHOOK_PURPOSE)


async def _scope_id(tx: AsyncSession, actor: Actor, body: ExportCreate) -> UUID:
    if body.scope_type is ExportScope.ORGANIZATION:
        if body.scope_id not in (None, actor.org_id):
            raise NotFound(f"no organization {body.scope_id}")
        return actor.org_id
    if body.scope_id is None:
        raise Unprocessable("scopeId is missing: only ORGANIZATION needs none")
    await require(SessionReader(tx), target_of(body.scope_type, body.scope_id))
    return body.scope_id


async def _read(row: Export, objects: ObjectStore) -> ExportRead:
    read = _described(row)
    if (
        row.status == ExportStatus.READY
        and row.object_key is not None
        and row.expires_at is not None
    ):
        left = row.expires_at - datetime.now(UTC)
        if left > timedelta(seconds=1):
            read.download_url = await objects.download_link(
                row.object_key, lifetime=left, file_name=f"export-{row.id}.zip"
            )
    return read


def _described(row: Export) -> ExportRead:
    return ExportRead(
        id=row.id,
        scope_type=ExportScope(row.scope_type),
        scope_id=row.scope_id,
        from_=row.range_from,
        to=row.range_to,
        includes=[ExportContent(name) for name in row.includes],
        status=ExportStatus(row.status),
        requested_by=row.requested_by,
        created_at=row.created_at,
        webhook_status=msgspec.UNSET
        if row.webhook_status is None
        else WebhookStatus(row.webhook_status),
        **_so_far(row),
    )


def _so_far(row: Export) -> dict[str, Any]:
    match row.status:
        case ExportStatus.RUNNING:
            return {
                "progress": row.progress,
                "reading_count": row.reading_count,
                "seconds_left": msgspec.UNSET if row.seconds_left is None else row.seconds_left,
            }
        case ExportStatus.FAILED:
            return {"failure_reason": row.failure, "completed_at": row.completed_at}
        case ExportStatus.READY:
            return {
                "size_bytes": row.size_bytes,
                "sha256": row.sha256,
                "reading_count": row.reading_count,
                "annotation_count": row.annotation_count,
                "completed_at": row.completed_at,
                "expires_at": row.expires_at,
            }
        case _:
            return {}
