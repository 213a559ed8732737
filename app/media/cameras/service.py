"""Cameras: whose pictures are recorded, and how they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unprocessable
from app.core.events import record_event
from app.core.outside import Refused
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page
from app.media.cameras.schemas import (
    CameraCreate,
    CameraRead,
    CameraStatus,
    CameraUpdate,
    Recording,
)
from app.media.live import service as live_sessions
from app.media.streams import StreamRules, read_stream, seal_stream
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Camera, CameraLease, Device

SORTS = {"createdAt": Camera.created_at, "name": Camera.name}


async def page(
    reader: Reader, page_request: PageRequest, *, device_id: UUID | None
) -> Page[CameraRead]:
    statement = select(Camera).where(Camera.deleted_at.is_(None))
    if device_id is not None:
        statement = statement.where(Camera.device_id == device_id)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Camera.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, camera_id: UUID) -> CameraRead:
    return _read(await resource.get(reader, Camera, camera_id))


async def create(
    tx: AsyncSession, actor: Actor, platform: Platform, body: CameraCreate
) -> CameraRead:
    """Raises NotFound for an unknown device, Conflict (the database's) where the name is taken or
    there are too many, Unprocessable for an address that isn't connected to."""
    await resource.get(SessionReader(tx), Device, body.device_id)
    row = Camera(
        org_id=actor.org_id,
        id=new_id(),
        device_id=body.device_id,
        name=body.name,
        local_url=body.local_url,
        recording=body.recording,
        segment_seconds=body.segment_seconds,
        retention_hours=body.retention_hours,
        retention_bytes=body.retention_bytes,
    )
    _set_stream(row, platform, body.stream_url)
    created = _read(await resource.add(tx, row))
    tx.add(CameraLease(org_id=actor.org_id, camera_id=row.id))
    return created


async def change(
    tx: AsyncSession,
    platform: Platform,
    camera_id: UUID,
    body: CameraUpdate,
    if_match: str | None,
) -> CameraRead:
    row = await resource.get_to_change(tx, Camera, camera_id, if_match)
    fields = resource.patched_fields(body)
    fields.pop("stream_url", None)
    if body.stream_url is not msgspec.UNSET:
        _set_stream(row, platform, body.stream_url)
    await resource.change(tx, row, fields)
    return _read(row)


async def remove(
    tx: AsyncSession,
    actor: Actor,
    platform: Platform,
    camera_id: UUID,
    if_match: str | None,
) -> None:
    """It is recorded no longer, its address is forgotten, and its footage goes for good: the clock
    of workers/media/purge.py takes all of it away, and then the row."""
    row = await resource.get_to_change(tx, Camera, camera_id, if_match)
    row.deleted_at, row.sealed_stream = datetime.now(UTC), b""
    await live_sessions.stop_all_of(tx, platform, row.id)
    record_event(
        tx,
        "MEDIA",
        f"Camera {row.name} deleted, with its footage",
        actor=actor.principal,
        details={"cameraId": str(row.id), "storedBytes": row.stored_bytes},
        device_id=row.device_id,
    )


def _set_stream(row: Camera, platform: Platform, url: str) -> None:
    try:
        address = read_stream(url, StreamRules.of(platform.settings.cameras))
    except Refused as refusal:
        raise Unprocessable(f"streamUrl can't be used: {refusal}", code="STREAM_REFUSED") from None
    row.stream = address.shown
    row.sealed_stream = seal_stream(url, platform.keys)


def _read(row: Camera) -> CameraRead:
    return CameraRead(
        id=row.id,
        device_id=row.device_id,
        name=row.name,
        stream=row.stream,
        local_url=row.local_url,
        recording=cast(Recording, row.recording),
        segment_seconds=row.segment_seconds,
        retention_hours=row.retention_hours,
        retention_bytes=row.retention_bytes,
        status=cast(CameraStatus, row.status),
        status_reason=row.status_reason,
        status_since=row.status_since,
        last_picture_at=row.last_picture_at,
        stored_bytes=row.stored_bytes,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
