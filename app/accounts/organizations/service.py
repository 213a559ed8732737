"""The organization that the caller acts in, and the others that they belong to."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth.service import confirm_membership
from app.accounts.organizations.schemas import (
    OrganizationMembership,
    OrganizationRead,
    OrganizationUpdate,
)
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Unprocessable
from app.core.events import record_event
from app.core.platform import Platform
from app.core.wire import Page
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Organization
from db.queries.credentials import FoundMembership, find_person, memberships_of

_OWN = text("SELECT auth.own_organization(:org_id, :user_id, :password_hash)")


async def page(platform: Platform, actor: Actor) -> Page[OrganizationMembership]:
    """All of the person's."""
    if actor.user_id is None:
        async with platform.database.snapshot(actor.tenant) as reader:
            own = await resource.get(reader, Organization, actor.org_id)
        return Page([OrganizationMembership(own.id, own.name, own.slug, None, None, True)], None)
    found = await memberships_of(platform.database.lookups, actor.user_id)
    return Page([_membership(each, actor) for each in found], None)


async def create(platform: Platform, actor: Actor, name: str) -> OrganizationMembership:
    """Raises Forbidden where nobody may, Unprocessable where the person owns as many as may be."""
    user_id = actor.person()
    if not platform.settings.security.allow_registration:
        raise Forbidden("organizations are made by who runs this installation")
    person = await find_person(platform.database.lookups, id_=user_id)
    org_id, hash_ = new_id(), person.password_hash if person else None
    proof = {"org_id": org_id, "user_id": user_id, "password_hash": hash_}
    async with platform.database.transaction(org_id) as tx:
        await resource.add(tx, Organization(id=org_id, name=name))
        if not await tx.scalar(_OWN, proof):
            raise Unprocessable("you own as many organizations as anybody may")
        details = {"organizationId": str(org_id), "name": name}
        title = "The organization was made"
        record_event(tx, "ORGANIZATION", title, actor=actor.principal, details=details)
    memberships = await memberships_of(platform.database.lookups, user_id)
    return next(_membership(each, actor) for each in memberships if each.org_id == org_id)


def _membership(found: FoundMembership, actor: Actor) -> OrganizationMembership:
    return OrganizationMembership(
        id=found.org_id,
        name=found.name,
        slug=found.slug,
        role=found.role,
        joined_at=found.joined_at,
        current=found.org_id == actor.org_id,
    )


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
    """Raises Unprocessable for a retention that is longer than the platform's own, Conflict for a
    slug that is taken (the database's), and for a second factor that the actor hasn't."""
    if body.retention_days and body.retention_days > retention_days_max:
        raise Unprocessable(
            f"retentionDays may be at most {retention_days_max}, for as long as the platform keeps readings"
        )
    if body.require_second_factor is True and actor.user_id and actor.mfa_at is None:
        raise Conflict("enrol a second factor of your own first", code="NO_SECOND_FACTOR")
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
        require_second_factor=row.require_second_factor,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
