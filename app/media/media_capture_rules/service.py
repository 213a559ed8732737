"""Rules of captures. What one means is decided where events are written down:
db/functions/platform/event_captured.sql."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.targets import read_target, require
from app.core.wire import Page
from app.media.media_capture_rules.schemas import (
    CaptureMatch,
    MediaCaptureRuleCreate,
    MediaCaptureRuleRead,
    MediaCaptureRuleUpdate,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Camera, MediaCaptureRule
from db.queries.targets import Target

SORTS = {"createdAt": MediaCaptureRule.created_at, "name": MediaCaptureRule.name}
MOST_RULES = 100  # of an organization: each event is held against all of them
# Whose events say so themselves; a group's and a profile's would have to be looked up for each.
_TARGETS = ("ORGANIZATION", "SITE", "DEVICE", "COMPONENT", "SENSOR")


async def page(reader: Reader, page_request: PageRequest) -> Page[MediaCaptureRuleRead]:
    statement = select(MediaCaptureRule).where(MediaCaptureRule.deleted_at.is_(None))
    found = await resource.find(
        reader, statement, page_request, sorts=SORTS, id_=MediaCaptureRule.id
    )
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, rule_id: UUID) -> MediaCaptureRuleRead:
    return _read(await resource.get(reader, MediaCaptureRule, rule_id))


async def create(
    tx: AsyncSession, actor: Actor, body: MediaCaptureRuleCreate
) -> MediaCaptureRuleRead:
    """Raises NotFound for what isn't there, Unprocessable for a target that no event names,
    Conflict where the name is taken (the database's) or there are too many."""
    await _check(tx, body.match, body.camera_ids)
    count = await tx.scalar(
        select(func.count())
        .select_from(MediaCaptureRule)
        .where(MediaCaptureRule.deleted_at.is_(None))
    )
    if (count or 0) >= MOST_RULES:
        raise Conflict(
            f"an organization has {MOST_RULES} capture rules at most", code="TOO_MANY_CAPTURE_RULES"
        )
    row = MediaCaptureRule(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        match=msgspec.to_builtins(body.match),
        camera_ids=body.camera_ids,
        pre_roll_seconds=body.pre_roll_seconds,
        post_roll_seconds=_checked_roll(body.pre_roll_seconds, body.post_roll_seconds),
        cooldown_seconds=body.cooldown_seconds,
        max_per_hour=body.max_per_hour,
        enabled=body.enabled,
        created_by=actor.principal,
    )
    return _read(await resource.add(tx, row))


async def change(
    tx: AsyncSession, rule_id: UUID, body: MediaCaptureRuleUpdate, if_match: str | None
) -> MediaCaptureRuleRead:
    row = await resource.get_to_change(tx, MediaCaptureRule, rule_id, if_match)
    match = None if body.match is msgspec.UNSET else body.match
    await _check(tx, match, None if body.camera_ids is msgspec.UNSET else body.camera_ids)
    fields = resource.patched_fields(body)
    if match is not None:
        row.match = fields.pop("match")
    if body.camera_ids is not msgspec.UNSET:
        fields.pop("camera_ids")
        row.camera_ids = body.camera_ids
    await resource.change(tx, row, fields)
    _checked_roll(row.pre_roll_seconds, row.post_roll_seconds)
    return _read(row)


async def remove(tx: AsyncSession, rule_id: UUID, if_match: str | None) -> None:
    row = await resource.get_to_change(tx, MediaCaptureRule, rule_id, if_match)
    row.deleted_at = datetime.now(UTC)


def _checked_roll(before: int, after: int) -> int:
    if before + after < 1:
        raise Unprocessable("preRollSeconds and postRollSeconds can't both be 0")
    return after


async def _check(
    tx: AsyncSession, match: CaptureMatch | None, camera_ids: Sequence[UUID] | None
) -> None:
    reader = SessionReader(tx)
    if camera_ids is not None:
        there = await tx.scalars(
            select(Camera.id).where(Camera.id.in_(camera_ids), Camera.deleted_at.is_(None))
        )
        if unknown := set(camera_ids) - set(there):
            raise NotFound(f"no camera {', '.join(sorted(map(str, unknown)))}")
    if match is None:
        return
    named = Target(
        device_ids=frozenset(match.device_ids or ()), sensor_ids=frozenset(match.sensor_ids or ())
    )
    await require(reader, named)
    if match.target is not None:
        if match.target.type not in _TARGETS:
            raise Unprocessable(f"a capture rule's target is one of {', '.join(_TARGETS)}")
        if match.target.type != "ORGANIZATION":
            await require(reader, read_target(match.target))


def _read(row: MediaCaptureRule) -> MediaCaptureRuleRead:
    return MediaCaptureRuleRead(
        id=row.id,
        name=row.name,
        match=msgspec.convert(row.match, CaptureMatch),
        camera_ids=row.camera_ids,
        pre_roll_seconds=row.pre_roll_seconds,
        post_roll_seconds=row.post_roll_seconds,
        cooldown_seconds=row.cooldown_seconds,
        max_per_hour=row.max_per_hour,
        enabled=row.enabled,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
