"""Registering, signing in, and keeping a session alive with rotating refresh tokens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth import passwords
from app.accounts.auth.schemas import Me, Registration, Session, SignIn
from app.accounts.auth.sign_in_attempts import SignInAttempts
from app.accounts.auth.tokens import issue_access_token
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, Unauthenticated
from app.core.platform import Platform
from app.permissions import PERMISSIONS_OF_ROLE, Role
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Membership, Organization, RefreshToken, UserAccount
from db.queries.credentials import FoundToken, FoundUser, find_refresh_token, find_user


async def register(platform: Platform, body: Registration, network: str) -> Session:
    """Create a person and their organization. Raises Conflict when the address is taken, Malformed
    for a password that is guessed soon, TooManyRequests where too many passwords are hashed."""
    if not platform.settings.security.allow_registration:
        raise Forbidden("registration is switched off on this installation")
    who = [body.email, body.email.partition("@")[0], body.name, body.organization_name]
    await passwords.refuse_common(body.password, of=who, asker=network)
    password_hash = await passwords.hashed(body.password, asker=network)
    org_id = new_id()
    async with platform.database.transaction(org_id) as tx:
        user_id = await create_organization(tx, org_id, body, password_hash)
        return await _open_session(tx, platform, user_id, org_id, Role.OWNER, family_id=new_id())


async def create_organization(
    tx: AsyncSession, org_id: UUID, body: Registration, password_hash: str
) -> UUID:
    """Create an organization and the person who owns it, inside that organization's transaction."""
    user_id = new_id()
    await resource.add(tx, Organization(id=org_id, name=body.organization_name))
    # No ORM insert: reading the row back is refused until the membership below makes it visible.
    await tx.execute(
        insert(UserAccount).values(
            id=user_id, email=body.email, name=body.name, password_hash=password_hash
        )
    )
    await resource.add(tx, Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    return user_id


async def sign_in(platform: Platform, body: SignIn, network: str) -> Session:
    """Raises Unauthenticated, with the same words and after the same time for an unknown address;
    TooManyRequests where it has been tried too often, whether there is such an account or not."""
    passwords.admit(network)
    attempts = SignInAttempts(platform.redis, platform.keys)
    await attempts.begin(body.email, network)
    found = await _find_user(platform, body.email)
    verdict = await passwords.verify(
        None if found is None else found.password_hash, body.password, asker=network
    )
    if found is None or not verdict.is_right:
        raise Unauthenticated("the email or the password is wrong")
    await attempts.succeeded(body.email, network)
    async with platform.database.transaction(found.org_id) as tx:
        if verdict.new_hash is not None:
            await tx.execute(
                update(UserAccount)
                .where(UserAccount.id == found.id)
                .values(password_hash=verdict.new_hash)
            )
        return await _open_session(
            tx, platform, found.id, found.org_id, found.role, family_id=new_id()
        )


async def _find_user(platform: Platform, email: str) -> FoundUser | None:
    return await find_user(platform.database.lookups, email) if "\0" not in email else None


async def refresh(platform: Platform, token: str) -> Session:
    """Exchange a refresh token for a new pair. One that was used before ends its whole family: it was stolen."""
    found = await _find_refresh_token(platform, token)
    if found is None:
        raise Unauthenticated("the refresh token is not valid")
    session = None
    async with platform.database.transaction(found.org_id) as tx:
        row = await tx.scalar(
            select(RefreshToken).where(RefreshToken.id == found.id).with_for_update()
        )
        if row is not None and row.used_at is not None:
            await _end_family(tx, row.family_id)
        elif row is not None and row.revoked_at is None and row.expires_at > datetime.now(UTC):
            role = await tx.scalar(select(Membership.role).where(Membership.user_id == row.user_id))
            row.used_at = datetime.now(UTC)
            session = role and await _open_session(
                tx, platform, row.user_id, found.org_id, role, family_id=row.family_id
            )
    # Raised outside: the end of a stolen family must be committed, not rolled back.
    if not session:
        raise Unauthenticated("the refresh token is not valid")
    return session


async def sign_out(platform: Platform, token: str) -> None:
    """End the session's family of refresh tokens. Says nothing of a token that doesn't exist."""
    found = await _find_refresh_token(platform, token)
    if found is None:
        return
    async with platform.database.transaction(found.org_id) as tx:
        family_id = await tx.scalar(
            select(RefreshToken.family_id).where(RefreshToken.id == found.id)
        )
        if family_id is not None:
            await _end_family(tx, family_id)


async def describe(reader: Reader, actor: Actor) -> Me:
    user = await reader.row(UserAccount, actor.user_id) if actor.user_id else None
    return Me(
        principal=actor.principal,
        organization_id=actor.org_id,
        permissions=sorted(actor.permissions),
        user_id=actor.user_id,
        role=actor.role,
        email=user.email if user else None,
        name=user.name if user else None,
    )


async def confirm_session(reader: Reader, actor: Actor) -> Actor:
    """A person as they are at this moment. Raises Unauthenticated where they have signed out since,
    or belong to the organization no longer."""
    ended = select(RefreshToken.revoked_at).where(RefreshToken.id == actor.token_id)
    if await reader.value(ended) is not None:
        raise Unauthenticated("the session has ended")
    membership = select(Membership.role).where(Membership.user_id == actor.user_id)
    role = await reader.value(membership)
    if role is None:
        raise Unauthenticated("you are no longer in this organization")
    return replace(actor, role=Role(role), permissions=PERMISSIONS_OF_ROLE[Role(role)])


async def confirm_membership(tx: AsyncSession, actor: Actor) -> None:
    """For privileged writes: the role in the token may be up to 15 minutes old. Raises Forbidden."""
    if actor.user_id is None:
        return
    role = await tx.scalar(select(Membership.role).where(Membership.user_id == actor.user_id))
    if role != actor.role:
        raise Forbidden("your role has changed; sign in again")


async def _open_session(
    tx: AsyncSession,
    platform: Platform,
    user_id: UUID,
    org_id: UUID,
    role: str,
    *,
    family_id: UUID,
) -> Session:
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + timedelta(days=platform.settings.security.refresh_token_days)
    row = await resource.add(
        tx,
        RefreshToken(
            org_id=org_id,
            user_id=user_id,
            family_id=family_id,
            token_hash=platform.keys.hash(token),
            secret_id=platform.keys.id,
            expires_at=expires_at,
        ),
    )
    return Session(
        access_token=issue_access_token(
            platform.keys,
            issuer=platform.settings.server.public_url,
            user_id=user_id,
            org_id=org_id,
            role=role,
            token_id=row.id,
            seconds=platform.settings.security.access_token_seconds,
        ),
        refresh_token=token,
        expires_in=platform.settings.security.access_token_seconds,
        organization_id=org_id,
        role=role,
    )


async def _find_refresh_token(platform: Platform, token: str) -> FoundToken | None:
    for token_hash in platform.keys.hashes(token):
        if (found := await find_refresh_token(platform.database.lookups, token_hash)) is not None:
            return found
    return None


async def _end_family(tx: AsyncSession, family_id: UUID) -> None:
    await tx.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )
