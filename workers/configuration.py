"""What is done later for the configuration of devices."""

from __future__ import annotations

from uuid import UUID

from app.control.config_artefacts import service as artefacts
from app.control.config_artefacts.schemas import ArtefactStatus
from app.core.objects import prefix_of
from db.models import ConfigArtefact
from workers.exports.cleanup import delete_below
from workers.queue.job import JobAttempt, JobType


async def end_upload(job: JobAttempt) -> None:
    """The time to send it and complete it is over: what wasn't is gone."""
    artefact_id = UUID(job.payload["artefactId"])
    async with job.transaction() as tx:
        row = await tx.get(ConfigArtefact, (job.org_id, artefact_id))
        if row is None or row.deleted_at is not None or row.status == ArtefactStatus.READY:
            return
        await artefacts.forget(tx, row)
    await delete_below(job, prefix_of(job.org_id, artefacts.AREA, artefact_id))


END_UPLOAD = JobType("end-config-upload", end_upload, time_out_seconds=60)
