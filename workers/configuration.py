"""What is done later for the configuration of devices: what many devices are to have is written in
batches, addresses in documents are made anew in time, uploads that nobody completed are ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.config_artefacts import service as artefacts
from app.control.config_artefacts.schemas import ArtefactStatus
from app.control.config_artefacts.uploads import LINK_LIFETIME, link_to
from app.core.objects import prefix_of
from db.connections.sessions import SessionReader
from db.models import ConfigArtefact, DesiredStateBinding, DeviceConfigEntry, Job, Rollout
from db.queries.configuration import devices_with, lock_config, write_desired_config
from db.queries.targets import Target, count_devices, devices_of
from workers.context import WorkerContext
from workers.exports.cleanup import delete_below
from workers.organizations import for_each_organization
from workers.queue.job import JobAttempt, JobType

log = structlog.get_logger()

CONFIG_LINKS = "configuration links"
"""The name of the scheduled task."""
DEVICES_AT_ONCE = 500
# Whoever changes single devices goes first; so long a batch waits for them, and then begins anew.
_WAIT = text("SET LOCAL lock_timeout = '5s'")
_FIRST = UUID(int=0)
FORGOTTEN_AFTER = timedelta(days=30)

_FIELDS = {
    ("DEVICE", False): "device_ids",
    ("COMPONENT", False): "component_ids",
    ("DEVICE_GROUP", False): "group_ids",
    ("DEVICE_PROFILE", False): "device_profile_ids",
    ("DEVICE_PROFILE", True): "device_profile_names",
    ("SENSOR_PROFILE", False): "sensor_profile_ids",
    ("SENSOR_PROFILE", True): "sensor_profile_names",
}


async def refresh_config(job: JobAttempt) -> None:
    """Write what is desired of all devices that the bindings concern, or concerned: those that they
    mean now, and those that have something by them. A batch is a transaction, which also says how
    far the job is: whoever takes it over goes on there."""
    while await _has_refreshed_batch(job):
        pass


async def _has_refreshed_batch(job: JobAttempt) -> bool:
    """False at the end."""
    binding_ids = [UUID(id_) for id_ in job.payload["bindingIds"]]
    async with job.transaction() as tx:
        await tx.execute(_WAIT)
        connection = await SessionReader(tx).connected()
        await lock_config(connection, job.org_id)
        target = await target_of_bindings(tx, binding_ids)
        after = UUID(job.payload["after"]) if "after" in job.payload else _FIRST
        if "total" not in job.payload:
            job.payload["total"] = await count_devices(connection, target)
        now = await devices_of(connection, target, after=after, limit=DEVICES_AT_ONCE)
        before = await devices_with(connection, binding_ids, after=after, limit=DEVICES_AT_ONCE)
        batch = sorted({*now, *before})[:DEVICES_AT_ONCE]
        if not batch:
            return False
        await write_desired_config(connection, job.org_id, batch)
        job.payload["after"] = str(batch[-1])
        job.payload["done"] = job.payload.get("done", 0) + len(batch)
        await tx.execute(update(Job).where(Job.id == job.claimed.id).values(payload=job.payload))
        return True


async def target_of_bindings(tx: AsyncSession, binding_ids: list[UUID]) -> Target:
    """What those of them mean that are there."""
    rows = await tx.scalars(
        select(DesiredStateBinding).where(DesiredStateBinding.id.in_(binding_ids))
    )
    meant: dict[str, frozenset[UUID | str | None]] = {}
    for row in rows:
        field = _FIELDS[row.target_type, row.target_name is not None]
        meant[field] = meant.get(field, frozenset()) | {row.target_name or row.target_id}
    return Target(**meant)  # type: ignore[arg-type]


async def end_upload(job: JobAttempt) -> None:
    """The time to send it and complete it is over: what wasn't is gone."""
    artefact_id = UUID(job.payload["artefactId"])
    async with job.transaction() as tx:
        row = await tx.get(ConfigArtefact, (job.org_id, artefact_id))
        if row is None or row.deleted_at is not None or row.status == ArtefactStatus.READY:
            return
        await artefacts.forget(tx, row)
    await delete_below(job, prefix_of(job.org_id, artefacts.AREA, artefact_id))


async def renew_links(context: WorkerContext, *, now: datetime | None = None) -> None:
    """Addresses in devices' documents are made anew when half their time is over, so that whoever
    was away for a while still gets a good one."""
    end_before = (now or datetime.now(UTC)) + LINK_LIFETIME / 2

    async def renew_its_links(context: WorkerContext, org_id: UUID) -> None:
        async with context.database.transaction(org_id) as tx:
            await tx.execute(
                delete(ConfigArtefact).where(
                    ConfigArtefact.deleted_at < func.now() - FORGOTTEN_AFTER
                )
            )
            bound = select(DesiredStateBinding.id)
            await tx.execute(delete(Rollout).where(Rollout.subject_id.not_in(bound)))
            due = await tx.scalars(
                select(ConfigArtefact).where(ConfigArtefact.download_until < end_before)
            )
            ids = []
            for row in due:
                row.download_until = datetime.now(UTC) + LINK_LIFETIME
                row.download_url = await link_to(context.objects, row)
                ids.append(row.id)
        if ids:
            await _send_again(context, org_id, ids)

    await for_each_organization(context, renew_its_links, task=CONFIG_LINKS)


async def _send_again(context: WorkerContext, org_id: UUID, artefact_ids: list[UUID]) -> None:
    after = _FIRST
    while True:
        async with context.database.transaction(org_id) as tx:
            await tx.execute(_WAIT)
            connection = await SessionReader(tx).connected()
            await lock_config(connection, org_id)
            page = (
                select(DeviceConfigEntry.device_id)
                .where(
                    DeviceConfigEntry.artefact_id.in_(artefact_ids),
                    DeviceConfigEntry.device_id > after,
                )
                .distinct()
                .order_by(DeviceConfigEntry.device_id)
                .limit(DEVICES_AT_ONCE)
            )
            batch = list(await tx.scalars(page))
            if not batch:
                return
            await write_desired_config(connection, org_id, batch, links=True)
            after = batch[-1]


REFRESH_CONFIG = JobType("refresh-config", refresh_config, time_out_seconds=3600, attempts=50)
END_UPLOAD = JobType("end-config-upload", end_upload, time_out_seconds=60)
