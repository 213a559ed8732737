"""The organization that the caller acts in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth.service import confirm_membership
from app.accounts.organizations.schemas import OrganizationRead, OrganizationUpdate
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Unprocessable
from db.connections.readers import Reader
from db.models import Organization


async def current(reader: Reader, actor: Actor) -> OrganizationRead:
    return _read(await resource.get(reader, Organization, actor.org_id))


async def update(
    tx: AsyncSession,
    actor: Actor,
    body: OrganizationUpdate,
    if_match: str | None,
    *,
    retention_days_max: int,
) -> OrganizationRead:
    """Raises Unprocessable for a retention that is longer than the platform's own, Conflict (the
    database's) for a slug that is taken."""
    if body.retention_days and body.retention_days > retention_days_max:
        raise Unprocessable(
            f"retentionDays may be at most {retention_days_max}, for as long as the platform keeps readings"
        )
    await confirm_membership(tx, actor)
    organization = await resource.get_to_change(tx, Organization, actor.org_id, if_match)
    await resource.change(tx, organization, resource.patched_fields(body))
    return _read(organization)


def _read(row: Organization) -> OrganizationRead:
    return OrganizationRead(
        id=row.id,
        name=row.name,
        slug=row.slug,
        retention_days=row.retention_days,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
