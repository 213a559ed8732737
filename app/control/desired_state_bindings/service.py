"""Bindings: which target is to have which configuration.

Whoever puts or deletes one has the organization's configuration alone until the commit
(platform.lock_config). What it means for one device is written in the same transaction, for a group
or a profile by a worker (workers/configuration.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.usage import check_match
from app.control.config_artefacts.schemas import ArtefactStatus
from app.control.desired_state_bindings.schemas import (
    BindingCounts,
    BindingProgress,
    BindingPut,
    BindingRead,
    ReportedConfig,
)
from app.control.rollouts import service as rollouts
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound, Unprocessable
from app.core.events import record_event
from app.core.jobs import start_job
from app.core.paging import PageRequest
from app.core.target_reference import TargetReference
from app.core.targets import read_target, require
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import (
    Component,
    ConfigArtefact,
    DesiredStateBinding,
    DeviceConfigEntry,
    DeviceProfile,
    Job,
    SensorProfile,
)
from db.queries.configuration import can_apply, lock_config, write_desired_config
from ingest.devices.command_queue import CommandOrder, queue_commands

SORTS = {"createdAt": DesiredStateBinding.created_at}
_TARGETS = ("DEVICE", "COMPONENT", "DEVICE_GROUP", "DEVICE_PROFILE", "SENSOR_PROFILE")
_OF_ONE_DEVICE = ("DEVICE", "COMPONENT")


async def page(
    reader: Reader, page_request: PageRequest, *, target_id: UUID | None, artefact_id: UUID | None
) -> Page[BindingRead]:
    statement = select(DesiredStateBinding)
    if target_id is not None:
        statement = statement.where(DesiredStateBinding.target_id == target_id)
    if artefact_id is not None:
        statement = statement.where(DesiredStateBinding.artefact_id == artefact_id)
    found = await resource.find(
        reader, statement, page_request, sorts=SORTS, id_=DesiredStateBinding.id
    )
    return found.page(await _read_all(reader, found.rows))


async def get(reader: Reader, binding_id: UUID) -> BindingRead:
    """With how many have it, and how far a worker is that tells them."""
    row = await resource.get(reader, DesiredStateBinding, binding_id)
    [found] = await _read_all(reader, [row])
    found.counts = await _counts(reader, row)
    if progress := await _progress(reader, row):
        found.progress = progress
    return found


async def put(tx: AsyncSession, actor: Actor, body: BindingPut) -> BindingRead:
    """Raises NotFound for a target or a configuration that isn't there, Unprocessable where the
    one isn't for the other, Conflict during a roll-out."""
    target = body.target
    artefact = await _artefact(tx, body.artefact_id)
    await _check_target(tx, target, artefact, is_held=body.held)
    await lock_config(await SessionReader(tx).connected(), actor.org_id)
    row = await _find(tx, target, artefact.name)
    if row is None:
        row = DesiredStateBinding(
            org_id=actor.org_id,
            id=new_id(),
            target_type=target.type,
            target_id=target.id,
            target_name=target.name,
            artefact_name=artefact.name,
            artefact_id=artefact.id,
            is_held=body.held,
            desired_by=actor.principal,
        )
        await resource.add(tx, row)
    elif (row.artefact_id, row.is_held) == (artefact.id, body.held):
        return await get(SessionReader(tx), row.id)
    else:
        await rollouts.release(tx, row.id)
        row.artefact_id, row.is_held = artefact.id, body.held
        row.desired_by, row.desired_at = actor.principal, func.now()
    await tx.flush()
    await tx.refresh(row)
    await _tell(tx, actor, row, artefact, is_bound=True)
    return await get(SessionReader(tx), row.id)


async def remove(tx: AsyncSession, actor: Actor, binding_id: UUID, if_match: str | None) -> None:
    """What it overrode holds again, or nothing."""
    await lock_config(await SessionReader(tx).connected(), actor.org_id)
    row = await resource.get_to_change(tx, DesiredStateBinding, binding_id)
    [found] = await _read_all(SessionReader(tx), [row])
    check_match(if_match, found.etag() or "")
    artefact = await _artefact(tx, row.artefact_id)
    await rollouts.forget(tx, row.id)
    await tx.delete(row)
    await tx.flush()
    await _tell(tx, actor, row, artefact, is_bound=False)


async def _artefact(tx: AsyncSession, artefact_id: UUID) -> ConfigArtefact:
    """Locked, so that nobody deletes it meanwhile."""
    row = await resource.get_to_change(tx, ConfigArtefact, artefact_id)
    if row.status != ArtefactStatus.READY:
        raise Unprocessable("the configuration was not uploaded yet", code="CONFIG_NOT_FITTING")
    return row


async def _find(tx: AsyncSession, target: TargetReference, name: str) -> DesiredStateBinding | None:
    found = await tx.execute(
        select(DesiredStateBinding)
        .where(
            DesiredStateBinding.target_type == target.type,
            DesiredStateBinding.target_id.is_not_distinct_from(target.id),
            DesiredStateBinding.target_name.is_not_distinct_from(target.name),
            DesiredStateBinding.artefact_name == name,
        )
        .with_for_update()
    )
    return found.scalar_one_or_none()


async def _check_target(
    tx: AsyncSession, target: TargetReference, artefact: ConfigArtefact, *, is_held: bool
) -> None:
    if target.type not in _TARGETS:
        raise Unprocessable(f"a configuration is bound to one of {', '.join(_TARGETS)}")
    if is_held and target.type in _OF_ONE_DEVICE:
        raise Unprocessable("one device has no roll-out: bind it, or bind it not")
    await require(SessionReader(tx), read_target(target))
    if target.type in ("DEVICE_PROFILE", "SENSOR_PROFILE"):
        await _check_profile(tx, target, artefact)


async def _check_profile(
    tx: AsyncSession, target: TargetReference, artefact: ConfigArtefact
) -> None:
    """That something can be of the profile and take the configuration. Of single devices the
    database tells."""
    model: Any = DeviceProfile if target.type == "DEVICE_PROFILE" else SensorProfile
    is_meant = model.name == target.name if target.name else model.id == target.id
    versions = (await tx.scalars(select(model).where(is_meant))).all()
    if not versions:
        raise NotFound(f"no {target.type.lower().replace('_', ' ')} {target.name}")
    own_id = (
        artefact.device_profile_id
        if target.type == "DEVICE_PROFILE"
        else artefact.sensor_profile_id
    )
    if own_id is not None:
        own: Any = await tx.get(model, (artefact.org_id, own_id))
        if not any(
            (each.name, each.major) == (own.name, own.major) and each.minor >= own.minor
            for each in versions
        ):
            raise Unprocessable(
                f"the configuration is for {own.name} {own.major}.{own.minor} and later minors",
                code="CONFIG_NOT_FITTING",
            )
    elif target.type == "SENSOR_PROFILE" and artefact.device_profile_id is not None:
        raise Unprocessable(
            "the configuration is for devices, not for components", code="CONFIG_NOT_FITTING"
        )


async def _tell(
    tx: AsyncSession,
    actor: Actor,
    row: DesiredStateBinding,
    artefact: ConfigArtefact,
    *,
    is_bound: bool,
) -> None:
    """Whom it concerns, and the journal."""
    device_id = await _device_of(tx, row)
    if device_id is None:
        payload = {"bindingIds": [str(row.id)]}
        job_id = await start_job(tx, "refresh-config", payload)
        if is_bound:
            row.job_id = job_id
    else:
        await _tell_device(tx, actor, device_id, row, artefact, is_bound=is_bound)
    words = "is bound to" if is_bound else "is no longer bound to"
    kind = row.target_type.lower().replace("_", " ")
    record_event(
        tx,
        "CONFIG",
        f"{artefact.name} {artefact.version} {words} a {kind}",
        actor=actor.principal,
        details={
            "bindingId": str(row.id),
            "target": target_of_row(row),
            "artefactId": str(artefact.id),
            "version": artefact.version,
            "held": row.is_held,
        },
        device_id=device_id,
        component_id=row.target_id if row.target_type == "COMPONENT" else None,
    )
    await tx.flush()


async def _device_of(tx: AsyncSession, row: DesiredStateBinding) -> UUID | None:
    if row.target_type == "COMPONENT":
        found: UUID | None = await tx.scalar(
            select(Component.device_id).where(Component.id == row.target_id)
        )
        return found
    return row.target_id if row.target_type == "DEVICE" else None


async def _tell_device(
    tx: AsyncSession,
    actor: Actor,
    device_id: UUID,
    row: DesiredStateBinding,
    artefact: ConfigArtefact,
    *,
    is_bound: bool,
) -> None:
    """Its document, and a command that says what became new in it."""
    connection = await SessionReader(tx).connected()
    if is_bound and not await can_apply(connection, actor.org_id, device_id, row.id):
        raise Unprocessable(
            "nothing there has the profile that the configuration is for",
            code="CONFIG_NOT_FITTING",
        )
    await write_desired_config(connection, actor.org_id, [device_id])
    params = {"artefactId": str(artefact.id), "name": artefact.name, "version": artefact.version}
    if is_bound:
        params["hash"] = artefact.sha256
    await queue_commands(
        connection,
        [
            CommandOrder(
                org_id=actor.org_id,
                device_id=device_id,
                method="BIND_CONFIG" if is_bound else "UNBIND_CONFIG",
                params=params,
                requested_by=actor.principal,
            )
        ],
    )


def target_of_row(row: DesiredStateBinding) -> dict[str, str]:
    """As it travels."""
    place = {"name": row.target_name} if row.target_name else {"id": str(row.target_id)}
    return {"type": row.target_type, **place}


async def _read_all(reader: Reader, rows: Sequence[DesiredStateBinding]) -> list[BindingRead]:
    artefacts = {
        id_: (version, sha256)
        for id_, version, sha256 in await reader.records(
            select(ConfigArtefact.id, ConfigArtefact.version, ConfigArtefact.sha256).where(
                ConfigArtefact.id.in_({row.artefact_id for row in rows})
            )
        )
    }
    narrow = [row.id for row in rows if row.target_type in _OF_ONE_DEVICE]
    reported = await _reported(reader, narrow) if narrow else {}
    return [
        BindingRead(
            id=row.id,
            target=msgspec.convert(target_of_row(row), TargetReference),
            artefact_id=row.artefact_id,
            name=row.artefact_name,
            version=artefacts[row.artefact_id][0],
            sha256=artefacts[row.artefact_id][1],
            held=row.is_held,
            desired_by=row.desired_by,
            desired_at=row.desired_at,
            created_at=row.created_at,
            reported=reported.get(row.id),
        )
        for row in rows
    ]


async def _reported(reader: Reader, binding_ids: Sequence[UUID]) -> dict[UUID, ReportedConfig]:
    """By binding, what was said last of what it binds."""
    entry = DeviceConfigEntry
    found = await reader.rows(
        select(entry)
        .where(entry.binding_id.in_(binding_ids), entry.reported_at.is_not(None))
        .order_by(entry.reported_at)
    )
    return {row.binding_id: said_of(row) for row in found if row.binding_id is not None}


def said_of(row: DeviceConfigEntry) -> ReportedConfig:
    """Of an entry that was reported."""
    assert row.reported_at is not None  # noqa: S101 - it was
    return ReportedConfig(
        row.reported_version,
        row.reported_status,  # type: ignore[arg-type]
        row.reported_hash,
        row.reported_message,
        row.reported_at,
    )


async def _counts(reader: Reader, row: DesiredStateBinding) -> BindingCounts:
    entry = DeviceConfigEntry
    is_told = entry.reported_id == entry.artefact_id

    def of(status: str) -> Any:
        return func.count().filter(is_told, entry.reported_status == status)

    [counts] = await reader.records(
        select(
            func.count(),
            of("ACCEPTED"),
            of("IN_PROGRESS"),
            of("REJECTED"),
            of("FAILED"),
            func.count().filter(is_told.is_not(True)),
        ).where(entry.binding_id == row.id)
    )
    return BindingCounts(*counts)


async def _progress(reader: Reader, row: DesiredStateBinding) -> BindingProgress | None:
    """While its job isn't done."""
    if row.job_id is None:
        return None
    job = await reader.row(Job, row.job_id)
    if job is None or job.state in ("SUCCEEDED", "DISCARDED"):
        return None
    return BindingProgress(job.payload.get("done", 0), job.payload.get("total"))
