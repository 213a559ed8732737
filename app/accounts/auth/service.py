"""Registering, signing in, and keeping a session alive with rotating refresh tokens."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.auth.schemas import Me, Registration, Session, SignIn
from app.accounts.auth.tokens import issue_access_token
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, Unauthenticated
from app.core.platform import Platform
from app.permissions import Role
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Membership, Organization, RefreshToken, UserAccount
from db.queries.credentials import FoundToken, find_refresh_token, find_user

_hasher = PasswordHasher()  # argon2id with the library's defaults (RFC 9106, low memory)
# Verified when nobody has that address, so that the answer takes as long as for a wrong password.
_NOBODYS_HASH = _hasher.hash(secrets.token_urlsafe())


async def register(platform: Platform, body: Registration) -> Session:
    """Create a person and their organization. Raises Conflict when the address is taken."""
    if not platform.settings.security.allow_registration:
        raise Forbidden("registration is switched off on this installation")
    password_hash = await hash_password(body.password)
    org_id = new_id()
    async with platform.database.transaction(org_id) as tx:
        user_id = await create_organization(tx, org_id, body, password_hash)
        return await _open_session(tx, platform, user_id, org_id, Role.OWNER, family_id=new_id())


async def hash_password(password: str) -> str:
    """argon2id; takes tens of milliseconds on purpose, so not in the event loop."""
    return await asyncio.to_thread(_hasher.hash, password)


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


async def sign_in(platform: Platform, body: SignIn) -> Session:
    """Raises Unauthenticated, with the same words and after the same time for an unknown address."""
    found = await find_user(platform.database.pool, body.email) if "\0" not in body.email else None
    matches = await asyncio.to_thread(
        _verify, found.password_hash if found else _NOBODYS_HASH, body.password
    )
    if found is None or not matches:
        raise Unauthenticated("the email or the password is wrong")
    async with platform.database.transaction(found.org_id) as tx:
        return await _open_session(
            tx, platform, found.id, found.org_id, found.role, family_id=new_id()
        )


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
    await resource.add(
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
            seconds=platform.settings.security.access_token_seconds,
        ),
        refresh_token=token,
        expires_in=platform.settings.security.access_token_seconds,
        organization_id=org_id,
        role=role,
    )


async def _find_refresh_token(platform: Platform, token: str) -> FoundToken | None:
    for token_hash in platform.keys.hashes(token):
        if (found := await find_refresh_token(platform.database.pool, token_hash)) is not None:
            return found
    return None


async def _end_family(tx: AsyncSession, family_id: UUID) -> None:
    await tx.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
