"""Live sessions: begun, kept alive, stopped. What players fetch is in viewing.py.

The camera's row is always locked before its sessions', so that a camera that is deleted takes all
of its sessions with it, and none is begun or kept alive behind its back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Gone, NotFound, Unavailable
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page
from app.media.live import edge
from app.media.live.edge import SESSION_SECONDS
from app.media.live.local import LocalView, local_url
from app.media.live.schemas import LiveSessionRead, LiveStatus
from app.media.tokens import MediaToken
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Camera, DvrSegment, LiveSession

SORTS = {"createdAt": LiveSession.created_at}
PURPOSE = "live"  # of its tokens
KEEP_ALIVE_SECONDS = 30
_WATCHED = (LiveStatus.REQUESTED, LiveStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class LiveFilters:
    """Which sessions are listed; None doesn't matter."""

    camera_id: UUID | None
    status: LiveStatus | None


async def start(
    tx: AsyncSession, actor: Actor, platform: Platform, camera_id: UUID
) -> LiveSessionRead:
    """Raises NotFound for a camera that isn't there, Conflict when too many watch, Unavailable
    while Valkey is away."""
    camera = await _watched(tx, camera_id)
    await _check_viewers(tx, camera_id, platform)
    row = LiveSession(
        org_id=actor.org_id,
        id=new_id(),
        camera_id=camera_id,
        requested_by=actor.principal,
        codecs=await _known_codecs(tx, camera_id),
        expires_at=_end_of(actor, platform),
    )
    await resource.add(tx, row)
    try:
        await edge.open_session(platform.redis, camera_id, row.id)
    except RedisError:
        raise Unavailable("nothing can be watched live now") from None
    return _read(row, camera, actor, platform)


async def page(
    reader: Reader,
    actor: Actor,
    platform: Platform,
    page_request: PageRequest,
    filters: LiveFilters,
) -> Page[LiveSessionRead]:
    statement = select(LiveSession)
    if filters.camera_id is not None:
        statement = statement.where(LiveSession.camera_id == filters.camera_id)
    if filters.status is not None:
        statement = statement.where(LiveSession.status == filters.status)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=LiveSession.id)
    ids = {row.camera_id for row in found.rows}
    cameras = {
        each.id: each for each in await reader.rows(select(Camera).where(Camera.id.in_(ids)))
    }
    return found.page([_read(row, cameras[row.camera_id], actor, platform) for row in found.rows])


async def get(
    reader: Reader, actor: Actor, platform: Platform, live_session_id: UUID
) -> LiveSessionRead:
    row = await resource.get(reader, LiveSession, live_session_id)
    camera = await reader.row(Camera, row.camera_id)
    if camera is None:
        raise NotFound(f"no live session {live_session_id}")
    return _read(row, camera, actor, platform)


async def keep_alive(
    tx: AsyncSession, actor: Actor, platform: Platform, live_session_id: UUID
) -> LiveSessionRead:
    """Raises NotFound, Forbidden for who hasn't asked for it, Gone for one that has ended."""
    found = await resource.get(SessionReader(tx), LiveSession, live_session_id)
    if found.requested_by != actor.principal:
        raise Forbidden("only who asked for a session keeps it alive")
    camera = await _watched(tx, found.camera_id)
    row = await resource.get_to_change(tx, LiveSession, live_session_id)
    if LiveStatus(row.status) not in _WATCHED or row.expires_at <= datetime.now(UTC):
        raise Gone("the session has ended; ask for another")
    row.last_seen_at = func.now()
    await tx.flush()
    await tx.refresh(row)
    try:
        await edge.keep_session(platform.redis, row.camera_id, row.id, row.status)
    except RedisError:
        raise Unavailable("nothing can be watched live now") from None
    return _read(row, camera, actor, platform)


async def stop(tx: AsyncSession, actor: Actor, platform: Platform, live_session_id: UUID) -> None:
    """Once stopped it stays so. Raises NotFound, Forbidden for another's without media:write."""
    row = await resource.get_to_change(tx, LiveSession, live_session_id)
    if row.requested_by != actor.principal:
        actor.require("media:write")
    await _stop(tx, platform, LiveSession.id == row.id, "stopped")


async def stop_all_of(tx: AsyncSession, platform: Platform, camera_id: UUID) -> None:
    """Those of a camera that is deleted, whose row is locked."""
    await _stop(tx, platform, LiveSession.camera_id == camera_id, "the camera was deleted")


async def activate(platform: Platform, org_id: UUID, live_session_id: UUID, codecs: str) -> None:
    """Its player has its first playlist."""
    async with platform.database.transaction(org_id) as tx:
        await tx.execute(
            update(LiveSession)
            .where(LiveSession.id == live_session_id, LiveSession.status == LiveStatus.REQUESTED)
            .values(status=LiveStatus.ACTIVE, active_at=func.now(), codecs=codecs)
        )


async def _stop(
    tx: AsyncSession, platform: Platform, which: ColumnElement[bool], reason: str
) -> None:
    """Their addresses are worth nothing at once; workers/media/live.py writes down how long each
    was watched."""
    stopped = await tx.scalars(
        update(LiveSession)
        .where(which, LiveSession.status.in_(_WATCHED))
        .values(status=LiveStatus.STOPPING, stop_reason=reason, last_seen_at=func.now())
        .returning(LiveSession.id)
    )
    if ids := stopped.all():
        try:
            await edge.end_sessions(platform.redis, ids)
        except RedisError:
            raise Unavailable("nothing that is watched can be stopped now") from None


async def _watched(tx: AsyncSession, camera_id: UUID) -> Camera:
    """The camera, locked, which somebody watches for a while longer. Raises NotFound."""
    camera = await resource.get_to_change(tx, Camera, camera_id)
    await tx.execute(
        update(Camera)
        .where(Camera.id == camera_id)
        .values(
            watched_until=func.now() + timedelta(seconds=SESSION_SECONDS),
            updated_at=Camera.updated_at,  # nobody has edited it
        )
    )
    return camera


async def _check_viewers(tx: AsyncSession, camera_id: UUID, platform: Platform) -> None:
    limits = platform.settings.footage
    seen_since = func.now() - timedelta(seconds=SESSION_SECONDS)
    found = await tx.execute(
        select(func.count(), func.count().filter(LiveSession.camera_id == camera_id)).where(
            LiveSession.status.in_(_WATCHED), LiveSession.last_seen_at > seen_since
        )
    )
    in_all, of_camera = found.one()
    if of_camera >= limits.viewers_per_camera or in_all >= limits.viewers_per_organization:
        raise Conflict("as many watch as may, this camera or all", code="TOO_MANY_VIEWERS")


async def _known_codecs(tx: AsyncSession, camera_id: UUID) -> str | None:
    """Those of its newest footage."""
    newest = (
        select(DvrSegment.codecs)
        .where(DvrSegment.camera_id == camera_id)
        .order_by(DvrSegment.starts_at.desc())
        .limit(1)
    )
    found: str | None = await tx.scalar(newest)
    return found


def _end_of(actor: Actor, platform: Platform) -> datetime:
    """After its time, or with the key that asks for it."""
    minutes = platform.settings.footage.live_session_minutes
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)
    return end if actor.expires_at is None else min(end, actor.expires_at)


def _read(row: LiveSession, camera: Camera, actor: Actor, platform: Platform) -> LiveSessionRead:
    is_told = row.requested_by == actor.principal and LiveStatus(row.status) in _WATCHED
    return LiveSessionRead(
        id=row.id,
        camera_id=row.camera_id,
        status=LiveStatus(row.status),
        local_url=_local_url(row, camera, platform) if is_told else None,
        remote_url=_remote_url(row, platform) if is_told else None,
        codecs=[row.codecs] if row.codecs else [],
        keep_alive_seconds=KEEP_ALIVE_SECONDS,
        requested_by=row.requested_by,
        created_at=row.created_at,
        active_at=row.active_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        stop_reason=row.stop_reason,
        watched_seconds=row.watched_seconds,
    )


def _local_url(row: LiveSession, camera: Camera, platform: Platform) -> str | None:
    if camera.local_url is None:
        return None
    view = LocalView(camera.device_id, camera.id, row.id)
    issuer = platform.settings.server.public_url
    key = platform.signing_keys.signing
    return local_url(camera.local_url, view, key, issuer=issuer)


def _remote_url(row: LiveSession, platform: Platform) -> str:
    words = (row.org_id.hex, row.camera_id.hex, row.id.hex)
    token = MediaToken(PURPOSE, words, row.expires_at).signed(platform.keys.media_signing)
    return f"{platform.settings.server.public_url}/api/v1/live/streams/{token}/index.m3u8"
