"""Invitations: bound to an address, good for a week, answered once.

The letter proves that whoever answers reads the address's mail, the password that the account is
theirs. So nobody is made a member by a letter that went astray, nor by an account that a stranger
made with the address.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth import passwords
from app.accounts.auth.service import confirm_membership
from app.accounts.customers import service as customers
from app.accounts.factor_proof import ask_for_code
from app.accounts.invitations import letters
from app.accounts.invitations.schemas import (
    InvitationAnswer,
    InvitationCreate,
    InvitationOffer,
    InvitationRead,
)
from app.accounts.members.service import check_customer_may_have, check_may_give
from app.accounts.recovery.service import confirm_password
from app.accounts.sessions import service as sessions
from app.accounts.sessions.schemas import Session
from app.accounts.sessions.service import Client
from app.accounts.sign_in_attempts import Asker
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Malformed, NotFound, TooManyRequests, Unprocessable
from app.core.events import record_event
from app.core.letters import post
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page
from app.permissions import Role
from db.connections.authors import sign
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Invitation, Membership, Organization, UserAccount
from db.queries.credentials import (
    FoundInvitation,
    FoundPerson,
    find_invitation,
    find_person,
    find_user,
)

SORTS = {"createdAt": Invitation.created_at}
DAYS = 7
PER_HOUR = 100  # letters that one organization can have written
KEPT_DAYS = 30  # after their end, so that answering again is told from guessing
TOKEN_PREFIX = "inv_"  # noqa: S105 - app/core/http/middleware.py keeps it out of the log
_ACCEPT = text("SELECT auth.accept_invitation(:hash, :user_id, :password_hash)")


async def create(
    tx: AsyncSession, actor: Actor, platform: Platform, body: InvitationCreate
) -> InvitationRead:
    """Invite; another invitation of the same address is replaced. Raises Forbidden for a role above
    the actor's, NotFound for a customer, Conflict for a member, Unprocessable where no letter can
    be sent or for an owner who would be a customer's."""
    if not platform.settings.mail.takes_letters:
        raise Unprocessable("this installation writes no letters", code="NO_MAIL_SERVER")
    await confirm_membership(tx, actor)
    check_may_give(actor, body.role)
    check_customer_may_have(body.role, body.customer_id)
    await customers.hold(tx, body.customer_id)
    organization = await resource.get_to_change(tx, Organization, actor.org_id)
    await _check_room(tx)
    await _check_is_new(tx, body.email)
    await _end(tx, func.lower(Invitation.email) == body.email.lower())
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = Invitation(
        org_id=actor.org_id,
        id=new_id(),
        email=body.email,
        role=body.role,
        customer_id=body.customer_id,
        token_hash=platform.keys.hash(token),
        secret_id=platform.keys.id,
        created_by=actor.principal,
        expires_at=datetime.now(UTC) + timedelta(days=DAYS),
    )
    await resource.add(tx, row)
    letter = letters.invitation(
        platform.settings.server.public_url,
        row.email,
        token,
        organization=organization.name,
        by=await _name(tx, actor),
        expires_at=row.expires_at,
    )
    await post(tx, platform.keys, letter)
    _record(tx, actor.principal, row.email, row.role, "Somebody was invited")
    return _read(row)


async def page(reader: Reader, page_request: PageRequest) -> Page[InvitationRead]:
    """Those that can still be answered."""
    open_ = select(Invitation).where(
        Invitation.ended_at.is_(None), Invitation.expires_at > datetime.now(UTC)
    )
    found = await resource.find(reader, open_, page_request, sorts=SORTS, id_=Invitation.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, invitation_id: UUID) -> InvitationRead:
    """Raises NotFound for one that has ended."""
    return _read(_open(await resource.get(reader, Invitation, invitation_id)))


async def withdraw(tx: AsyncSession, actor: Actor, invitation_id: UUID) -> None:
    """Raises NotFound for one that isn't open."""
    await confirm_membership(tx, actor)
    row = _open(await resource.get_to_change(tx, Invitation, invitation_id))
    row.ended_at = datetime.now(UTC)
    _record(tx, actor.principal, row.email, row.role, "An invitation was withdrawn")


async def offer(platform: Platform, token: str) -> InvitationOffer:
    """What it says. Raises NotFound, Conflict for one that has ended."""
    found = await _find(platform, token)
    _check_open(found)
    person = await find_person(platform.database.lookups, email=found.email)
    return InvitationOffer(
        organization_name=found.organization_name,
        email=found.email,
        role=found.role,
        customer_name=found.customer_name,
        expires_at=found.expires_at,
        has_account=person is not None,
    )


async def accept(
    platform: Platform, token: str, body: InvitationAnswer, client: Client, network: str
) -> Session:
    """Become a member and be signed in; once more, where that is so already. Raises NotFound,
    Conflict, Unauthenticated for a wrong password, Malformed where a new account lacks a name."""
    found = await _find(platform, token)
    person = await find_person(platform.database.lookups, email=found.email)
    if person is None:
        return await _accept_as_new(platform, found, body, client, network)
    await confirm_password(platform, person, body.password, network)
    code = None if body.code is msgspec.UNSET else body.code
    mfa_at = await ask_for_code(platform, person.id, code, Asker(network))
    if found.accepted_by == person.id:
        return await _sign_in(platform, found, person, client, mfa_at)
    _check_open(found)
    sign(f"user_{person.id.hex}")
    async with platform.database.transaction(found.org_id) as tx:
        await _join(tx, found, person)
        return await sessions.begin(
            tx, platform, client, person.id, found.org_id, found.role, mfa_at=mfa_at
        )


async def _accept_as_new(
    platform: Platform, found: FoundInvitation, body: InvitationAnswer, client: Client, network: str
) -> Session:
    _check_open(found)
    if not body.name:
        raise Malformed("there is no account yet: `name` says whose it will be")
    who = [found.email, found.email.partition("@")[0], body.name]
    await passwords.refuse_common(body.password, of=who, asker=network)
    password_hash = await passwords.hashed(body.password, asker=network)
    person = FoundPerson(new_id(), found.email, body.name, password_hash)
    sign(f"user_{person.id.hex}")
    async with platform.database.transaction(found.org_id) as tx:
        await tx.execute(
            insert(UserAccount).values(
                id=person.id, email=person.email, name=person.name, password_hash=password_hash
            )
        )
        await _join(tx, found, person)
        return await sessions.begin(tx, platform, client, person.id, found.org_id, found.role)


async def _join(tx: AsyncSession, found: FoundInvitation, person: FoundPerson) -> None:
    proof = {"hash": found.token_hash, "user_id": person.id, "password_hash": person.password_hash}
    if not await tx.scalar(_ACCEPT, proof):
        raise Conflict("the invitation has ended meanwhile", code="INVITATION_ENDED")
    _record(tx, f"user_{person.id.hex}", found.email, found.role, "Somebody became a member")


async def _sign_in(
    platform: Platform,
    found: FoundInvitation,
    person: FoundPerson,
    client: Client,
    mfa_at: datetime | None,
) -> Session:
    """Who accepted before, and is still a member."""
    user = await find_user(platform.database.lookups, person.email, found.org_id)
    if user is None:
        raise Conflict("the invitation was answered already", code="INVITATION_ENDED")
    sign(f"user_{person.id.hex}")
    async with platform.database.transaction(found.org_id) as tx:
        return await sessions.begin(
            tx, platform, client, person.id, found.org_id, user.role, mfa_at=mfa_at
        )


async def _find(platform: Platform, token: str) -> FoundInvitation:
    for token_hash in platform.keys.hashes(token):
        found = await find_invitation(platform.database.lookups, token_hash)
        if found is not None:
            return found
    raise NotFound("there is no such invitation")


def _check_open(found: FoundInvitation) -> None:
    if found.ended_at is not None or found.expires_at <= datetime.now(UTC):
        raise Conflict("the invitation has ended", code="INVITATION_ENDED")


async def _check_room(tx: AsyncSession) -> None:
    """With the organization locked. What ended long ago is forgotten on the way."""
    kept_since = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
    await tx.execute(delete(Invitation).where(Invitation.expires_at < kept_since))
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    lately = select(func.count()).where(Invitation.created_at > an_hour_ago)
    if (await tx.scalar(lately) or 0) >= PER_HOUR:
        raise TooManyRequests(3600, detail=f"{PER_HOUR} people were invited within an hour")


async def _check_is_new(tx: AsyncSession, email: str) -> None:
    member = (
        select(Membership.user_id)
        .join(UserAccount, UserAccount.id == Membership.user_id)
        .where(func.lower(UserAccount.email) == email.lower())
    )
    if await tx.scalar(member) is not None:
        raise Conflict("whoever has this address is a member", code="ALREADY_EXISTS")


async def _end(tx: AsyncSession, which: object) -> None:
    await tx.execute(
        update(Invitation)
        .where(which, Invitation.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def _name(tx: AsyncSession, actor: Actor) -> str:
    name = await tx.scalar(select(UserAccount.name).where(UserAccount.id == actor.user_id))
    return name or "A program"


def _record(tx: AsyncSession, actor: str, email: str, role: Role | str, title: str) -> None:
    details = {"email": email, "role": str(role)}
    record_event(tx, "ORGANIZATION", title, actor=actor, details=details)


def _open(row: Invitation) -> Invitation:
    if row.ended_at is not None:
        raise NotFound(f"no invitation {row.id}")
    return row


def _read(row: Invitation) -> InvitationRead:
    return InvitationRead(
        id=row.id,
        email=row.email,
        role=row.role,
        customer_id=row.customer_id,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
