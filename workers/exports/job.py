"""The job that makes an export. It begins anew each time, and nothing of an earlier attempt
remains."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Severity, record_event
from app.core.jobs import start_job
from app.core.objects import Upload, new_key, prefix_of
from app.core.targets import target_of
from app.telemetry.exports.schemas import ExportContent
from app.telemetry.exports.service import AREA
from db.connections.background import TaskOwner
from db.connections.tenants import Tenant
from db.models import Export
from db.queries.events import PLATFORM
from db.queries.exports import exported_annotations
from db.readings.export import ArchiveConnection, archive_snapshot
from workers.exports.scope import ExportSensor, profiles_of, sensors_of
from workers.exports.webhook import start_telling
from workers.queue.job import JobAttempt, JobType, LeaseLost

if TYPE_CHECKING:
    from workers.exports.archive import Archive
    from workers.exports.stream import Thread

REPORT_SECONDS = 1.0


class ExportCounts(NamedTuple):
    """What is in the file."""

    readings: int
    annotations: int


@dataclass
class ExportProgress:
    """How far an attempt is: told by the stream, written to the export now and then."""

    began: float = field(default_factory=time.monotonic)
    done: float = 0.0
    readings: int = 0

    def report(self, done: float, readings: int) -> None:
        self.done, self.readings = done, readings

    @property
    def seconds_left(self) -> float | None:
        """If it goes on as it did; None before there is anything to go by."""
        if self.done < 0.01:
            return None
        return round((time.monotonic() - self.began) * (1 - self.done) / self.done, 1)


async def make_export(job: JobAttempt) -> None:
    """From PENDING to READY. Raises JobFailed when its scope is gone."""
    export = await _begin(job)
    if export is None:  # deleted meanwhile
        return
    await _clear(job, export.id)
    key = new_key(job.org_id, AREA, export.id, ".zip")
    async with job.context.objects.upload(key, content_type="application/zip") as upload:
        counts = await _make(job, export, upload)
    try:
        await _end(job, export, key, upload, counts)
    except LeaseLost:
        # Certain to be nobody's; after any other error the commit may have happened, and the next
        # attempt, or the search for orphans, knows better.
        await job.context.objects.delete(key)
        raise


async def _begin(job: JobAttempt) -> Export | None:
    async with job.transaction() as tx:
        export = await tx.get(Export, (job.org_id, UUID(job.payload["exportId"])))
        if export is None:
            return None
        export.status, export.progress, export.reading_count, export.seconds_left = (
            "RUNNING",
            0.0,
            0,
            None,
        )
        export.failure = export.completed_at = None
        export.started_at = datetime.now(UTC)
    return export


async def _clear(job: JobAttempt, export_id: UUID) -> None:
    """What an attempt left behind whose worker died: whole objects and parts of uploads."""
    objects, prefix = job.context.objects, prefix_of(job.org_id, AREA, export_id)
    await objects.prepare()
    async for stored in objects.list(prefix):
        await objects.delete(stored.key)
    await objects.end_uploads(prefix, begun_before=datetime.now(UTC) + timedelta(minutes=1))


async def _make(job: JobAttempt, export: Export, upload: Upload) -> ExportCounts:
    # Here: they take a second to import and 40 MB, and most workers make no export for hours.
    from workers.exports.archive import About, Archive
    from workers.exports.stream import Thread, stream_readings, written_from_a_thread

    async with archive_snapshot(job.context.settings.database.url, _tenant(export)) as connection:
        target = target_of(export.scope_type, export.scope_id)
        sensors = await sensors_of(connection, target)
        about = About(
            await _description(connection, export),
            sensors,
            await profiles_of(connection, sensors),
            has_readings=ExportContent.READINGS in export.includes,
            has_annotations=ExportContent.ANNOTATIONS in export.includes,
        )
        progress = ExportProgress()
        async with _reporting(job, export, progress):
            thread = Thread()
            async with written_from_a_thread(upload, thread) as write:
                archive = await thread.call(Archive, write, about)
                if about.has_readings:
                    await stream_readings(
                        connection,
                        sensors,
                        export.range_from,
                        export.range_to,
                        archive,
                        thread,
                        progress.report,
                    )
                await thread.call(archive.end_readings)
                if about.has_annotations:
                    await _write_annotations(connection, export, sensors, archive, thread)
                await thread.call(archive.finish)
    return ExportCounts(archive.reading_count, archive.annotation_count)


def _tenant(export: Export) -> Tenant:
    """Whose readings it is of."""
    return Tenant(export.org_id, export.customer_id)


async def _write_annotations(
    connection: ArchiveConnection,
    export: Export,
    sensors: Sequence[ExportSensor],
    archive: Archive,
    thread: Thread,
) -> None:
    devices = {sensor.device_id for sensor in sensors}
    pages = exported_annotations(
        connection,
        export.scope_type,
        export.scope_id,
        devices,
        export.range_from,
        export.range_to,
    )
    async for rows in pages:
        await thread.call(archive.write_annotations, rows)


async def _description(connection: ArchiveConnection, export: Export) -> dict[str, Any]:
    """The export's own part of the manifest. The snapshot's moment is the transaction's begin."""
    moment: datetime = await connection.fetchval("SELECT now()")
    return {
        "exportId": str(export.id),
        "organizationId": str(export.org_id),
        "scope": {"type": export.scope_type, "id": str(export.scope_id)},
        "from": _text(export.range_from),
        "to": _text(export.range_to),
        "includes": list(export.includes),
        "snapshotAt": _text(moment),
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@contextlib.asynccontextmanager
async def _reporting(
    job: JobAttempt, export: Export, progress: ExportProgress
) -> AsyncIterator[None]:
    async def keep_reporting() -> None:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            with contextlib.suppress(
                Exception
            ):  # the next one may get through; the lease is another's business
                async with job.transaction() as tx:
                    await tx.execute(
                        update(Export)
                        .where(Export.id == export.id)
                        .values(
                            progress=round(progress.done, 4),
                            reading_count=progress.readings,
                            seconds_left=progress.seconds_left,
                        )
                    )

    async with TaskOwner("export progress") as owner:
        owner.start(keep_reporting())
        yield


async def _end(
    job: JobAttempt, export: Export, key: str, upload: Upload, counts: ExportCounts
) -> None:
    hours = job.context.settings.retention.export_hours
    async with job.last_transaction() as tx:
        await tx.execute(
            update(Export)
            .where(Export.id == export.id)
            .values(
                status="READY",
                progress=1.0,
                seconds_left=None,
                reading_count=counts.readings,
                annotation_count=counts.annotations,
                object_key=key,
                size_bytes=upload.size,
                sha256=upload.sha256,
                completed_at=func.now(),
                expires_at=func.now() + timedelta(hours=hours),
            )
        )
        _record(tx, export, "INFO", "An export is ready", readingCount=counts.readings)
        await start_telling(tx, export.id)
        await start_job(
            tx, "expire-export", {"exportId": str(export.id)}, wait_seconds=hours * 3600
        )


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    """Written with the end of the job: the export is FAILED, and says why."""
    export = await tx.scalar(
        update(Export)
        .where(Export.id == UUID(job.payload["exportId"]))
        .values(status="FAILED", failure=reason, completed_at=func.now(), seconds_left=None)
        .returning(Export)
    )
    if export is None:  # deleted meanwhile
        return
    _record(tx, export, "WARNING", "An export failed", failure=reason)
    await start_telling(tx, export.id)


# Of what an export is that has a place in the journal.
_PLACES = {
    "SITE": "site_id",
    "DEVICE": "device_id",
    "COMPONENT": "component_id",
    "SENSOR": "sensor_id",
}


def _record(
    tx: AsyncSession, export: Export, severity: Severity, title: str, **details: object
) -> None:
    place: dict[str, Any] = {
        name: export.scope_id for name in (_PLACES.get(export.scope_type),) if name
    }
    about = {"exportId": str(export.id), "requestedBy": export.requested_by}
    record_event(
        tx,
        "EXPORT",
        title,
        actor=PLATFORM,
        severity=severity,
        details={**about, **details},
        **place,
    )


MAKE_EXPORT = JobType(
    "export", make_export, time_out_seconds=2 * 3600, attempts=12, give_up=give_up
)
