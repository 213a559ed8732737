"""Who belongs to the organization, and as what.

Nobody gives or takes away what they may not do themselves, and an organization keeps an owner: that
is the database's to say (db/functions/platform/keep_an_owner.sql).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth.service import confirm_membership
from app.accounts.members.schemas import MemberRead, MemberRemoval
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound, Unprocessable
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.wire import Page
from app.permissions import PERMISSIONS_OF_ROLE, Role
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import ApiKey, Membership, UserAccount, UserSession

Found = TypeVar("Found")

SORTS = {"joinedAt": Membership.created_at}
_KEYS_SHOWN = 100


async def page(reader: Reader, page_request: PageRequest) -> Page[MemberRead]:
    found = await resource.find(
        reader, select(Membership), page_request, sorts=SORTS, id_=Membership.user_id
    )
    return found.page(await _read(reader, found.rows))


async def get(reader: Reader, user_id: UUID) -> MemberRead:
    """Raises NotFound."""
    rows = await reader.rows(select(Membership).where(Membership.user_id == user_id))
    return _there(next(iter(await _read(reader, rows)), None), user_id)


async def change(tx: AsyncSession, actor: Actor, user_id: UUID, role: Role) -> MemberRead:
    """Give somebody another role. Raises NotFound, Forbidden where it, or the one that they have,
    is above the actor; Unprocessable for a customer's owner; Conflict (the database's) for the last
    owner."""
    member = await _to_change(tx, actor, user_id)
    check_may_give(actor, role)
    check_customer_may_have(role, member.customer_id)
    if member.role != role:
        _record(tx, actor, user_id, f"A member became {role.value}", {"before": member.role})
        member.role = role
        await tx.flush()
    return await get(SessionReader(tx), user_id)


async def remove(tx: AsyncSession, actor: Actor, user_id: UUID) -> MemberRemoval:
    """Their sessions here end. Raises as `change` does."""
    await _to_change(tx, actor, user_id)
    return await _remove(tx, actor, user_id, "A member was removed")


async def leave(tx: AsyncSession, actor: Actor, org_id: UUID) -> MemberRemoval:
    """The actor's own membership. Raises Forbidden for a key and for another organization than the
    token's, Conflict (the database's) for the last owner."""
    user_id = actor.person()
    if org_id != actor.org_id:
        raise Unprocessable("leave an organization with a token of it: switch to it first")
    return await _remove(tx, actor, user_id, "A member has left")


def check_may_give(actor: Actor, role: Role) -> None:
    """Raises Forbidden for a role that may more than the actor."""
    if above := PERMISSIONS_OF_ROLE[role] - actor.permissions:
        raise Forbidden(f"{role.value} may what you may not: {', '.join(sorted(above))}")


def check_customer_may_have(role: Role, customer_id: UUID | None) -> None:
    """Raises Unprocessable for an owner who would be a customer's."""
    if customer_id is not None and role is Role.OWNER:
        raise Unprocessable("an organization is owned by people of its own, not by a customer's")


async def _to_change(tx: AsyncSession, actor: Actor, user_id: UUID) -> Membership:
    await confirm_membership(tx, actor)
    member = await tx.scalar(
        select(Membership).where(Membership.user_id == user_id).with_for_update()
    )
    member = _there(member, user_id)
    check_may_give(actor, Role(member.role))
    return member


async def _remove(tx: AsyncSession, actor: Actor, user_id: UUID, title: str) -> MemberRemoval:
    removed = await tx.execute(
        delete(Membership).where(Membership.user_id == user_id).returning(Membership.user_id)
    )
    _there(removed.first(), user_id)
    keys = await tx.scalars(
        select(ApiKey.name)
        .where(ApiKey.created_by == f"user_{user_id.hex}", ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.name)
        .limit(_KEYS_SHOWN)
    )
    names = list(keys)
    _record(tx, actor, user_id, title, {"apiKeys": names})
    return MemberRemoval(user_id, names)


def _record(
    tx: AsyncSession, actor: Actor, user_id: UUID, title: str, details: dict[str, Any]
) -> None:
    told = {"userId": str(user_id), **details}
    record_event(tx, "ORGANIZATION", title, actor=actor.principal, details=told)


def _there(found: Found | None, user_id: UUID) -> Found:
    if found is None:
        raise NotFound(f"no member {user_id}")
    return found


async def _read(reader: Reader, rows: Sequence[Membership]) -> list[MemberRead]:
    ids = [row.user_id for row in rows]
    accounts = await reader.records(
        select(
            UserAccount.id,
            UserAccount.name,
            UserAccount.email,
            func.max(UserSession.refreshed_at).label("seen_at"),
        )
        .join(UserSession, UserSession.user_id == UserAccount.id, isouter=True)
        .where(UserAccount.id.in_(ids))
        .group_by(UserAccount.id)
    )
    found = {account["id"]: account for account in accounts}
    return [
        MemberRead(
            user_id=row.user_id,
            name=found[row.user_id]["name"],
            email=found[row.user_id]["email"],
            role=row.role,
            customer_id=row.customer_id,
            joined_at=row.created_at,
            last_seen_at=found[row.user_id]["seen_at"],
        )
        for row in rows
    ]
