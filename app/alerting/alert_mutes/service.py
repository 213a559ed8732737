"""Mutes: when alerts are recorded and nobody is told. Who tells asks for them: db/queries/
alert_news.py, workers/alerting."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_mutes.schemas import AlertMuteCreate, AlertMuteRead, MuteKind
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound, Unprocessable
from app.core.paging import PageRequest
from app.core.target_reference import TargetReference
from app.core.targets import read_target, require
from app.core.wire import Page, time_range
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import AlertMute, AlertRule, DeviceProfile, SensorProfile

SORTS = {"createdAt": AlertMute.created_at}
LONGEST = timedelta(days=366)


async def page(
    reader: Reader, page_request: PageRequest, *, active: bool | None, rule_id: UUID | None
) -> Page[AlertMuteRead]:
    """An organization has few of them, which a quota counts."""
    statement = select(AlertMute)
    if rule_id is not None:
        statement = statement.where(AlertMute.rule_id == rule_id)
    if active is not None:
        is_active = (AlertMute.from_at <= func.now()) & (AlertMute.to_at > func.now())
        statement = statement.where(is_active if active else ~is_active)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=AlertMute.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, mute_id: UUID) -> AlertMuteRead:
    return _read(await resource.get(reader, AlertMute, mute_id))


async def create(tx: AsyncSession, actor: Actor, body: AlertMuteCreate) -> AlertMuteRead:
    """Raises NotFound for a rule or target that isn't there, Unprocessable for one of neither, of
    both, or for too long."""
    start, end = time_range(body.from_, body.to)
    if end - start > LONGEST:
        raise Unprocessable("a mute lasts at most a year")
    if (body.rule_id is None) == (body.target is None):
        raise Unprocessable("a mute is of a rule or of a target: say one of them")
    reader = SessionReader(tx)
    if body.rule_id is not None:
        await resource.get(reader, AlertRule, body.rule_id)
    if body.target is not None:
        await _check_target(reader, actor, body.target)
    mute = AlertMute(
        org_id=actor.org_id,
        id=new_id(),
        kind=body.kind,
        rule_id=body.rule_id,
        from_at=start,
        to_at=end,
        reason=body.reason,
        created_by=actor.principal,
    )
    if body.target is not None:  # else NULL, and not JSON's null
        mute.target = msgspec.to_builtins(body.target)
    return _read(await resource.add(tx, mute))


async def _check_target(reader: Reader, actor: Actor, reference: TargetReference) -> None:
    target = read_target(reference)
    if reference.name is not None and not await _is_there(reader, reference):
        raise NotFound(f"no profile {reference.name}")
    if target.is_everything and reference.id != actor.org_id:
        raise NotFound(f"no organization {reference.id}")
    await require(reader, target)


async def _is_there(reader: Reader, reference: TargetReference) -> bool:
    """A profile of that name."""
    model = SensorProfile if reference.type == "SENSOR_PROFILE" else DeviceProfile
    named = select(model.id).where(model.name == reference.name).limit(1)
    return bool(await reader.records(named))


async def remove(tx: AsyncSession, mute_id: UUID) -> None:
    """From now on alerts are told again."""
    await tx.delete(await resource.get_to_change(tx, AlertMute, mute_id))
    await tx.flush()


def _read(row: AlertMute) -> AlertMuteRead:
    return AlertMuteRead(
        id=row.id,
        kind=MuteKind(row.kind),
        rule_id=row.rule_id,
        target=None if row.target is None else msgspec.convert(row.target, TargetReference),
        from_=row.from_at,
        to=row.to_at,
        reason=row.reason,
        created_by=row.created_by,
        created_at=row.created_at,
    )
