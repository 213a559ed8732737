"""Files of exports that nobody waits for any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from app.core.objects import prefix_of
from app.telemetry.exports.service import AREA
from db.models import Export
from workers.context import WorkerContext
from workers.organizations import for_each_organization
from workers.queue.job import JobAttempt, JobFailed, JobType

log = structlog.get_logger()

# An object is older than its row for the moment between the upload's end and the commit, never for
# an hour.
ORPHAN_AFTER = timedelta(hours=1)
ORPHANED_EXPORTS = "orphaned exports"
"""The name of the scheduled task."""


async def expire_export(job: JobAttempt) -> None:
    """The row and the file of an export whose time is over."""
    export_id = UUID(job.payload["exportId"])
    async with job.transaction() as tx:
        export = await tx.get(Export, (job.org_id, export_id))
        if export is not None:
            await tx.delete(export)
    await delete_below(job, prefix_of(job.org_id, AREA, export_id))


async def delete_objects(job: JobAttempt) -> None:
    """Every object below a prefix of the job's own organization, finished or not."""
    prefix = str(job.payload["prefix"])
    if not prefix.startswith(f"{job.org_id}/"):
        raise JobFailed("the prefix is not this organization's")
    await delete_below(job, prefix)


async def delete_below(job: JobAttempt, prefix: str) -> None:
    """Every object whose key begins so, and what unfinished uploads have left."""
    objects = job.context.objects
    async for stored in objects.list(prefix):
        await objects.delete(stored.key)
    await objects.end_uploads(prefix, begun_before=datetime.now(UTC) + timedelta(minutes=1))


async def delete_orphans(context: WorkerContext, *, now: datetime | None = None) -> None:
    """Delete finished files that no export speaks of: their worker died between the upload and the
    commit."""
    made_before = (now or datetime.now(UTC)) - ORPHAN_AFTER

    async def delete_its_orphans(context: WorkerContext, org_id: UUID) -> None:
        found = context.objects.list(prefix_of(org_id, AREA))
        old = [stored.key async for stored in found if stored.modified_at <= made_before]
        if not old:
            return
        async with context.database.transaction(org_id) as tx:
            known = set(await tx.scalars(select(Export.object_key)))
        for key in old:
            if key not in known:
                log.warning("orphan deleted", key=key)
                await context.objects.delete(key)

    await for_each_organization(context, delete_its_orphans, task=ORPHANED_EXPORTS)


EXPIRE_EXPORT = JobType("expire-export", expire_export, time_out_seconds=60)
DELETE_OBJECTS = JobType("delete-objects", delete_objects, time_out_seconds=300)
