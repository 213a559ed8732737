"""Configurations that are too large for a request: asked for, sent to the object store, checked.

upload-url ──▶ UPLOADING ── PUT to the store ── complete ──▶ READY
                   └── UPLOAD_LIFETIME ──▶ gone, with what was sent
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.binding import fields_of_profile
from app.control.config_artefacts import service
from app.control.config_artefacts.content import check_against_profile
from app.control.config_artefacts.schemas import (
    ArtefactStatus,
    ConfigArtefactRead,
    ConfigUpload,
    ConfigUploadCreate,
)
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Fault, Unprocessable
from app.core.jobs import start_job
from app.core.objects import Missing, ObjectStore, WrongContent, new_key
from app.core.platform import Platform
from db.ids import new_id
from db.models import ConfigArtefact

UPLOAD_LIFETIME = timedelta(hours=1)
# Of the address in a device's document: as long as S3 signs one. It is made anew in good time.
LINK_LIFETIME = timedelta(days=7)
_JSON = "application/json"


async def begin(
    tx: AsyncSession, actor: Actor, objects: ObjectStore, body: ConfigUploadCreate
) -> ConfigUpload:
    """Raises Unprocessable where there is no such profile, or it can't be checked against one."""
    fields = await fields_of_profile(
        tx, sensor_profile_id=body.sensor_profile_id, device_profile_id=body.device_profile_id
    )
    if fields is not None and body.content_type != _JSON:
        raise Unprocessable("only application/json can be checked against a profile")
    id_ = new_id()
    key = new_key(actor.org_id, service.AREA, id_)
    row = await service.add(
        tx,
        actor,
        id=id_,
        name=body.name,
        sensor_profile_id=body.sensor_profile_id,
        device_profile_id=body.device_profile_id,
        status=ArtefactStatus.UPLOADING,
        object_key=key,
        content_type=body.content_type,
        size_bytes=body.size_bytes,
        sha256=body.sha256,
    )
    wait = UPLOAD_LIFETIME.total_seconds()
    await start_job(tx, "end-config-upload", {"artefactId": str(row.id)}, wait_seconds=wait)
    link = await objects.upload_link(
        key,
        lifetime=UPLOAD_LIFETIME,
        size=body.size_bytes,
        sha256=body.sha256,
        content_type=body.content_type,
    )
    return ConfigUpload(row.id, link.url, "PUT", link.headers, link.expires_at)


async def complete(platform: Platform, actor: Actor, artefact_id: UUID) -> ConfigArtefactRead:
    """Look at what the store has, and make it READY. The store is asked outside of a transaction.

    Raises Conflict while nothing was sent, Unprocessable where it is something else.
    """
    async with platform.database.snapshot(actor.tenant) as reader:
        row = await resource.get(reader, ConfigArtefact, artefact_id)
    if row.status == ArtefactStatus.READY or row.object_key is None:
        return service.read(row)
    content = await _uploaded(platform.objects, row)
    until = datetime.now(UTC) + LINK_LIFETIME
    url = await link_to(platform.objects, row)
    async with platform.database.transaction(actor.tenant) as tx:
        held = await resource.get_to_change(tx, ConfigArtefact, artefact_id)
        if held.status == ArtefactStatus.UPLOADING:
            await check_against_profile(
                tx,
                content,
                sensor_profile_id=row.sensor_profile_id,
                device_profile_id=row.device_profile_id,
            )
            held.status, held.download_url, held.download_until = "READY", url, until
            service.record_created(tx, actor, held)
            await tx.flush()
        return service.read(held)


async def _uploaded(objects: ObjectStore, row: ConfigArtefact) -> dict[str, Any]:
    """What is there, where it is to be checked against a profile; {} otherwise."""
    assert row.object_key is not None  # noqa: S101 - it isn't inline
    try:
        await objects.verify(row.object_key, size=row.size_bytes, sha256=row.sha256)
    except Missing:
        raise Conflict(
            "nothing was sent to the upload's address yet", code="NOT_UPLOADED"
        ) from None
    except WrongContent as error:
        raise Unprocessable(str(error), code="WRONG_CONTENT") from None
    if row.sensor_profile_id is None and row.device_profile_id is None:
        return {}
    data = b"".join([piece async for piece in objects.read(row.object_key)])
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        fault = Fault("$.content", "MALFORMED", f"is no JSON object: {error}"[:300])
        raise Unprocessable(
            "what was uploaded is no JSON object", code="CONFIG_INVALID", errors=[fault]
        ) from None


async def link_to(objects: ObjectStore, row: ConfigArtefact) -> str:
    """Where devices fetch it, for LINK_LIFETIME."""
    assert row.object_key is not None  # noqa: S101 - it isn't inline
    file_name = f"{row.name}-{row.version}"
    return await objects.download_link(row.object_key, lifetime=LINK_LIFETIME, file_name=file_name)
