"""Configurations: each version is added once, never changed, and deleted where nothing needs it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.usage import check_match, lock_name
from app.control.config_artefacts.content import canonical, check_against_profile, sha256_of
from app.control.config_artefacts.schemas import (
    INLINE_MAX_BYTES,
    ArtefactStatus,
    ConfigArtefactCreate,
    ConfigArtefactRead,
)
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, TooLarge, Unprocessable
from app.core.events import record_event
from app.core.jobs import start_job
from app.core.objects import prefix_of
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.ids import new_id
from db.models import ConfigArtefact, DesiredStateBinding, Rollout

SORTS = {"createdAt": ConfigArtefact.created_at}
AREA = "config"  # of its objects' keys


async def page(
    reader: Reader, page_request: PageRequest, *, name: str | None
) -> Page[ConfigArtefactRead]:
    statement = select(ConfigArtefact).where(ConfigArtefact.deleted_at.is_(None))
    if name is not None:
        statement = statement.where(ConfigArtefact.name == name)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=ConfigArtefact.id)
    return found.page([read(row) for row in found.rows])


async def get(reader: Reader, artefact_id: UUID) -> ConfigArtefactRead:
    """With its content, where it is inline."""
    row = await resource.get(reader, ConfigArtefact, artefact_id)
    found = read(row)
    if row.content is not None:
        found.content = msgspec.json.decode(row.content)
    return found


async def create(tx: AsyncSession, actor: Actor, body: ConfigArtefactCreate) -> ConfigArtefactRead:
    """Add a version. Raises Unprocessable with every fault, TooLarge for what must be uploaded."""
    if body.sensor_profile_id is None and body.device_profile_id is None:
        raise Unprocessable("sensorProfileId or deviceProfileId must say what it is for")
    data = canonical(body.content)
    if len(data) > INLINE_MAX_BYTES:
        raise TooLarge(f"more than {INLINE_MAX_BYTES} bytes: ask for an upload-url instead")
    await check_against_profile(
        tx,
        body.content,
        sensor_profile_id=body.sensor_profile_id,
        device_profile_id=body.device_profile_id,
    )
    row = await add(
        tx,
        actor,
        id=new_id(),
        name=body.name,
        sensor_profile_id=body.sensor_profile_id,
        device_profile_id=body.device_profile_id,
        status=ArtefactStatus.READY,
        content=data.decode(),
        content_type="application/json",
        size_bytes=len(data),
        sha256=sha256_of(data),
    )
    record_created(tx, actor, row)
    return read(row)


async def add(tx: AsyncSession, actor: Actor, *, name: str, **columns: Any) -> ConfigArtefact:
    """The next version of that name."""
    await lock_name(tx, ConfigArtefact, name)
    newest = await tx.scalar(
        select(func.max(ConfigArtefact.version)).where(ConfigArtefact.name == name)
    )
    await tx.execute(
        delete(ConfigArtefact).where(
            ConfigArtefact.name == name, ConfigArtefact.deleted_at.is_not(None)
        )
    )
    row = ConfigArtefact(
        org_id=actor.org_id,
        name=name,
        version=(newest or 0) + 1,
        created_by=actor.principal,
        **columns,
    )
    return await resource.add(tx, row)


def record_created(tx: AsyncSession, actor: Actor, row: ConfigArtefact) -> None:
    record_event(
        tx,
        "CONFIG",
        f"Configuration {row.name} has version {row.version}",
        actor=actor.principal,
        details={"artefactId": str(row.id), "name": row.name, "version": row.version},
    )


async def remove(tx: AsyncSession, actor: Actor, artefact_id: UUID, if_match: str | None) -> None:
    """Delete a version. Raises Conflict while something is bound to it."""
    row = await resource.get_to_change(tx, ConfigArtefact, artefact_id)
    check_match(if_match, read(row).etag() or "")
    if await _is_in_use(tx, artefact_id):
        raise Conflict(f"{row.name} {row.version} is bound", code="CONFIG_IN_USE")
    if row.object_key is not None:
        prefix = prefix_of(actor.org_id, AREA, artefact_id)
        await start_job(tx, "delete-objects", {"prefix": prefix})
    await forget(tx, row)


async def _is_in_use(tx: AsyncSession, artefact_id: UUID) -> bool:
    """By a binding, or a roll-out that can still give it."""
    is_rolled_out = select(Rollout.id).where(
        Rollout.artefact_id == artefact_id,
        Rollout.ended_at.is_(None) | Rollout.reach.is_not(None),
    )
    is_bound = select(DesiredStateBinding.id).where(DesiredStateBinding.artefact_id == artefact_id)
    return bool(await tx.scalar(select(is_bound.exists() | is_rolled_out.exists())))


async def forget(tx: AsyncSession, row: ConfigArtefact) -> None:
    """Of the newest version of a name the number stays, so that it means nothing else later."""
    newest = await tx.scalar(
        select(func.max(ConfigArtefact.version)).where(ConfigArtefact.name == row.name)
    )
    if newest != row.version:
        await tx.delete(row)
        return
    row.deleted_at = func.now()
    row.content = row.object_key = row.download_url = row.download_until = None
    row.sensor_profile_id = row.device_profile_id = None
    await tx.flush()


def read(row: ConfigArtefact) -> ConfigArtefactRead:
    return ConfigArtefactRead(
        id=row.id,
        name=row.name,
        version=row.version,
        status=ArtefactStatus(row.status),
        sensor_profile_id=row.sensor_profile_id,
        device_profile_id=row.device_profile_id,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        content_type=row.content_type,
        inline=row.content is not None,
        created_by=row.created_by,
        created_at=row.created_at,
    )
