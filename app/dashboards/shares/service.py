"""Share links: made by who may read what they show, ended by revocation and by their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.share_tokens import new_share_token, share_token_hash
from app.core.wire import Page, instant
from app.dashboards.dashboards.documents import DashboardContent
from app.dashboards.shares.schemas import (
    DashboardShareCreate,
    DashboardShareCreated,
    DashboardShareRead,
)
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Dashboard, DashboardShare

SORTS = {"createdAt": DashboardShare.created_at, "expiresAt": DashboardShare.expires_at}
SHARES_MAX = 100  # of a dashboard
DEFAULT_DAYS = 30
DAYS_MAX = 366


async def page(
    reader: Reader, dashboard_id: UUID, page_request: PageRequest
) -> Page[DashboardShareRead]:
    """Those of a dashboard, the ones that have expired too. Raises NotFound."""
    dashboard = await resource.get(reader, Dashboard, dashboard_id)
    found = await resource.find(
        reader,
        select(DashboardShare).where(DashboardShare.dashboard_id == dashboard_id),
        page_request,
        sorts=SORTS,
        id_=DashboardShare.id,
    )
    names = _names(dashboard)
    return found.page([_read(row, names) for row in found.rows])


async def create(
    tx: AsyncSession, actor: Actor, dashboard_id: UUID, body: DashboardShareCreate, public_url: str
) -> DashboardShareCreated:
    """Raises Forbidden for who may not read readings, NotFound, Unprocessable for a variable that
    the dashboard doesn't have or a time that can't be, Conflict where there are too many."""
    actor.require("readings:read")
    dashboard = await resource.get_to_change(tx, Dashboard, dashboard_id)
    await _make_room(tx, dashboard_id)
    names, token = _names(dashboard), new_share_token()
    if unknown := body.variables.keys() - names.values():
        raise Unprocessable(f"the dashboard has no variable {', '.join(sorted(unknown))}")
    kinds = {name: kind for kind, name in names.items()}
    row = DashboardShare(
        org_id=actor.org_id,
        id=new_id(),
        dashboard_id=dashboard_id,
        token_hash=share_token_hash(token),
        chosen={kinds[name]: list(map(str, ids)) for name, ids in body.variables.items()},
        shows_alerts="alerts:read" in actor.permissions,
        created_by=actor.principal,
        expires_at=_end(actor, body.expires_at),
    )
    await resource.add(tx, row)
    _record(tx, actor, row, dashboard.name, "A dashboard was shared by a link")
    return DashboardShareCreated(
        id=row.id,
        token=token,
        url=f"{public_url}/console/shared#{token}",
        variables=body.variables,
        expires_at=row.expires_at,
    )


async def revoke(tx: AsyncSession, actor: Actor, dashboard_id: UUID, share_id: UUID) -> None:
    """Raises NotFound."""
    dashboard = await resource.get_to_change(tx, Dashboard, dashboard_id)
    row = await tx.scalar(
        select(DashboardShare).where(
            DashboardShare.id == share_id, DashboardShare.dashboard_id == dashboard_id
        )
    )
    if row is None:
        raise NotFound(f"no dashboard share {share_id}")
    await tx.delete(row)
    _record(tx, actor, row, dashboard.name, "A share link of a dashboard was revoked")


def _end(actor: Actor, wanted: datetime | None) -> datetime:
    """A link outlives neither a year nor the key that makes it."""
    now = datetime.now(UTC)
    latest = now + timedelta(days=DAYS_MAX)
    if actor.expires_at is not None:
        latest = min(latest, actor.expires_at)
    if wanted is None:
        return min(now + timedelta(days=DEFAULT_DAYS), latest)
    wanted = instant(wanted, "expiresAt")
    if not now < wanted <= latest:
        raise Unprocessable(f"expiresAt must lie ahead, and not beyond {latest.isoformat()}")
    return wanted


async def _make_room(tx: AsyncSession, dashboard_id: UUID) -> None:
    """Those that have expired make room; the dashboard is locked."""
    of_dashboard = DashboardShare.dashboard_id == dashboard_id
    there = select(func.count()).select_from(DashboardShare).where(of_dashboard)
    if (await tx.scalar(there) or 0) < SHARES_MAX:
        return
    await tx.execute(
        delete(DashboardShare).where(of_dashboard, DashboardShare.expires_at <= func.now())
    )
    if (await tx.scalar(there) or 0) >= SHARES_MAX:
        raise Conflict(
            f"the dashboard has {SHARES_MAX} share links: revoke one", code="QUOTA_EXCEEDED"
        )


def _names(dashboard: Dashboard) -> dict[str, str]:
    """Of its variables, by kind."""
    content = msgspec.convert(dashboard.content, DashboardContent)
    return {variable.kind: variable.name for variable in content.variables}


def _read(row: DashboardShare, names: Mapping[str, str]) -> DashboardShareRead:
    """A variable that is gone meanwhile is called as its kind is."""
    chosen: Mapping[str, Sequence[str]] = row.chosen
    return DashboardShareRead(
        id=row.id,
        variables={names.get(kind, kind): list(map(UUID, ids)) for kind, ids in chosen.items()},
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _record(tx: AsyncSession, actor: Actor, row: DashboardShare, name: str, title: str) -> None:
    details = {"dashboardId": str(row.dashboard_id), "shareId": str(row.id), "name": name}
    record_event(tx, "ORGANIZATION", title, actor=actor.principal, details=details)
