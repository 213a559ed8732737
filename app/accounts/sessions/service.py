"""Sessions: begun by signing in, kept alive by refreshing, ended by people, time or thieves.

refresh token's counter    what it is                          answer
the session's              the one that is good                the next
one less                   its answer was lost                 the good one again
less, within 10 s          tabs that asked at once             the good one again
anything else              taken from where it was kept        the session ends
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import structs
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.letters import session_taken
from app.accounts.sessions.access_tokens import issue_access_token
from app.accounts.sessions.refresh_tokens import (
    RefreshClaim,
    issue_refresh_token,
    read_refresh_token,
)
from app.accounts.sessions.schemas import Session, SessionRead
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound, Unauthenticated
from app.core.events import record_event
from app.core.letters import post
from app.core.platform import Platform
from app.core.wire import Page
from app.permissions import ENROLMENT, Role, permissions_of
from db.connections.authors import sign
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Membership, Organization, UserAccount, UserSession
from db.queries.credentials import find_session

TABS_SECONDS = 10
_AGENT_MAX = 200
_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Client:
    """From where a person asks, and with which program."""

    address: str
    agent: str


async def begin(
    tx: AsyncSession,
    platform: Platform,
    client: Client,
    user_id: UUID,
    org_id: UUID,
    role: str,
    *,
    mfa_at: datetime | None = None,
) -> Session:
    """`mfa_at` is when the person gave a second factor; None of who has none."""
    row = await resource.add(
        tx,
        UserSession(
            org_id=org_id,
            id=new_id(),
            user_id=user_id,
            counter=0,
            secret_id=platform.keys.id,
            address=client.address,
            agent=client.agent[:_AGENT_MAX] or None,
            expires_at=_idle_end(platform),
            mfa_at=mfa_at,
        ),
    )
    return await _session(tx, platform, row, role)


async def refresh(platform: Platform, token: str, client: Client) -> Session:
    """The next pair, or the same again where the last answer was lost. Raises Unauthenticated; a
    token that is older than that ends the session: somebody else has it."""
    claim = read_refresh_token(platform.keys, token)
    org_id = claim and await find_session(platform.database.lookups, claim.session_id)
    if claim is None or org_id is None:
        raise Unauthenticated("the refresh token is not valid")
    session = None
    sign(f"session_{claim.session_id.hex}")
    async with platform.database.transaction(org_id) as tx:
        row = await tx.scalar(
            select(UserSession).where(UserSession.id == claim.session_id).with_for_update()
        )
        role = row and await _role(tx, row)
        if row is not None and role and _is_good(platform, row):
            if _is_taken(row, claim):
                await _end_for_theft(tx, platform, row, client)
            else:
                _refresh(platform, row, claim, client)
                session = await _session(tx, platform, row, role)
    # Raised outside: the end of a session must be committed, not rolled back.
    if session is None:
        raise Unauthenticated("the refresh token is not valid")
    return session


async def _role(tx: AsyncSession, row: UserSession) -> str | None:
    return await tx.scalar(select(Membership.role).where(Membership.user_id == row.user_id))


async def _customer(tx: AsyncSession, row: UserSession) -> UUID | None:
    """Of the organization, whose the person is."""
    return await tx.scalar(select(Membership.customer_id).where(Membership.user_id == row.user_id))


def _is_good(platform: Platform, row: UserSession) -> bool:
    now, days = datetime.now(UTC), platform.settings.security.session_days
    is_within = now < min(row.expires_at, row.created_at + timedelta(days=days))
    return row.ended_at is None and is_within


def _is_taken(row: UserSession, claim: RefreshClaim) -> bool:
    is_fresh = datetime.now(UTC) - row.refreshed_at <= timedelta(seconds=TABS_SECONDS)
    return claim.counter < row.counter - 1 and not is_fresh


def _refresh(platform: Platform, row: UserSession, claim: RefreshClaim, client: Client) -> None:
    """Only the token that is good makes a next one."""
    if claim.counter != row.counter:
        return
    row.counter += 1
    row.secret_id = platform.keys.id
    row.refreshed_at = datetime.now(UTC)
    row.expires_at = _idle_end(platform)
    row.address = client.address


def _idle_end(platform: Platform) -> datetime:
    return datetime.now(UTC) + timedelta(days=platform.settings.security.refresh_token_days)


async def _end_for_theft(
    tx: AsyncSession, platform: Platform, row: UserSession, client: Client
) -> None:
    row.ended_at = datetime.now(UTC)
    record_event(
        tx,
        "SESSION",
        "A session was ended: an old token of it was used, so somebody else has had it",
        severity="WARNING",
        actor=f"user_{row.user_id.hex}",
        details={"sessionId": str(row.id), "address": client.address},
    )
    email = await tx.scalar(select(UserAccount.email).where(UserAccount.id == row.user_id))
    if email is not None and platform.settings.mail.takes_letters:
        url = platform.settings.server.public_url
        await post(tx, platform.keys, session_taken(url, email, client.address))


async def _session(tx: AsyncSession, platform: Platform, row: UserSession, role: str) -> Session:
    must_enrol = row.mfa_at is None and await _requires_factor(tx, row.org_id)
    customer_id = await _customer(tx, row)
    seconds = platform.settings.security.access_token_seconds
    return Session(
        access_token=issue_access_token(
            platform.signing_keys.signing,
            issuer=platform.settings.server.public_url,
            user_id=row.user_id,
            org_id=row.org_id,
            role=role,
            session_id=row.id,
            seconds=seconds,
            mfa_at=row.mfa_at,
            must_enrol=must_enrol,
            customer_id=customer_id,
        ),
        refresh_token=issue_refresh_token(platform.keys, RefreshClaim(row.id, row.counter)),
        expires_in=seconds,
        organization_id=row.org_id,
        role=role,
        customer_id=customer_id,
        must_enrol=must_enrol,
    )


async def _requires_factor(tx: AsyncSession, org_id: UUID) -> bool:
    required = select(Organization.require_second_factor).where(Organization.id == org_id)
    return bool(await tx.scalar(required))


async def prove_factor(tx: AsyncSession, platform: Platform, actor: Actor) -> Session:
    """A second factor was given in it again. The refresh token stays as it is. Raises
    Unauthenticated where it has ended."""
    row = await tx.scalar(
        select(UserSession)
        .where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
        .with_for_update()
    )
    if row is None or (role := await _role(tx, row)) is None:
        raise Unauthenticated("the session has ended")
    row.mfa_at = datetime.now(UTC)
    session = await _session(tx, platform, row, role)
    return structs.replace(session, refresh_token=None)


async def sign_out(platform: Platform, token: str) -> None:
    """End the session that this refresh token is of. Says nothing of one that doesn't exist."""
    claim = read_refresh_token(platform.keys, token)
    org_id = claim and await find_session(platform.database.lookups, claim.session_id)
    if claim is None or org_id is None:
        return
    async with platform.database.transaction(org_id) as tx:
        await _end(tx, UserSession.id == claim.session_id)


async def page(reader: Reader, actor: Actor) -> Page[SessionRead]:
    """The person's own that are alive, the newest first."""
    rows = await reader.rows(
        select(UserSession)
        .where(
            UserSession.user_id == actor.user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > datetime.now(UTC),
        )
        .order_by(UserSession.created_at.desc(), UserSession.id)
        .limit(_SHOWN_MAX)
    )
    return Page([_read(row, actor) for row in rows], None)


def _read(row: UserSession, actor: Actor) -> SessionRead:
    return SessionRead(
        id=row.id,
        created_at=row.created_at,
        last_refreshed_at=row.refreshed_at,
        expires_at=row.expires_at,
        address=row.address,
        agent=row.agent,
        current=row.id == actor.session_id,
    )


async def end_one(tx: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """Raises NotFound for one that isn't the person's own."""
    found = await tx.scalar(
        select(UserSession.id).where(
            UserSession.id == session_id, UserSession.user_id == actor.user_id
        )
    )
    if found is None:
        raise NotFound(f"no session {session_id}")
    await _end(tx, UserSession.id == session_id)


async def move_away(tx: AsyncSession, actor: Actor) -> None:
    """End the one that asks. Raises Unauthenticated where it has ended already."""
    found = await tx.scalar(
        select(UserSession.id)
        .where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise Unauthenticated("the session has ended")
    await _end(tx, UserSession.id == actor.session_id)


async def end_all(tx: AsyncSession, actor: Actor) -> None:
    """The person's own, everywhere, with the one that asks."""
    await _end(tx, UserSession.user_id == actor.user_id)


async def _end(tx: AsyncSession, which: object) -> None:
    await tx.execute(
        update(UserSession)
        .where(which, UserSession.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=datetime.now(UTC))
    )


async def confirm_session(reader: Reader, actor: Actor) -> Actor:
    """A person as they are at this moment. Raises Unauthenticated where they have signed out since,
    or belong to the organization no longer."""
    ended = select(UserSession.ended_at).where(UserSession.id == actor.session_id)
    if await reader.value(ended) is not None:
        raise Unauthenticated("the session has ended")
    found = await reader.rows(select(Membership).where(Membership.user_id == actor.user_id))
    now = next(iter(found), None)
    if now is None or now.customer_id != actor.customer_id:
        raise Unauthenticated("you are no longer in this organization, or no longer as you were")
    may = permissions_of(Role(now.role), of_customer=now.customer_id is not None)
    permissions = ENROLMENT if actor.must_enrol else may
    return replace(actor, role=Role(now.role), permissions=permissions)
