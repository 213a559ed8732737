"""Registering and signing in: what a session begins with."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import letters
from app.accounts.auth import passwords
from app.accounts.auth.schemas import InstallationRead, Me, Registration, SignIn
from app.accounts.factor_proof import ask_for_code
from app.accounts.letter_tokens import issue_proof
from app.accounts.sessions import service as sessions
from app.accounts.sessions.schemas import Session
from app.accounts.sessions.service import Client
from app.accounts.sign_in_attempts import Asker, SignInAttempts
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.letters import post
from app.core.platform import Platform
from app.permissions import Role
from db.connections.authors import sign
from db.connections.readers import Reader
from db.ids import new_id
from db.models import Membership, Organization, UserAccount
from db.queries.credentials import (
    FoundUser,
    find_user,
    is_installation_empty,
    memberships_of,
)

VERIFICATION_SECONDS = 7 * 86_400


async def register(platform: Platform, body: Registration, client: Client, network: str) -> Session:
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
        await _ask_for_proof(tx, platform, user_id, body.email)
        return await sessions.begin(tx, platform, client, user_id, org_id, Role.OWNER)


async def _ask_for_proof(tx: AsyncSession, platform: Platform, user_id: UUID, email: str) -> None:
    """That the address is the person's own, where letters are written."""
    if platform.settings.mail.takes_letters:
        token = issue_proof(
            platform.keys, "verify", user_id, about=email, seconds=VERIFICATION_SECONDS
        )
        url = platform.settings.server.public_url
        await post(tx, platform.keys, letters.verification(url, email, token))


async def create_organization(
    tx: AsyncSession, org_id: UUID, body: Registration, password_hash: str
) -> UUID:
    """Create an organization and the person who owns it, inside that organization's transaction."""
    user_id = new_id()
    sign(f"user_{user_id.hex}")
    await resource.add(tx, Organization(id=org_id, name=body.organization_name))
    # No ORM insert: reading the row back is refused until the membership below makes it visible.
    await tx.execute(
        insert(UserAccount).values(
            id=user_id, email=body.email, name=body.name, password_hash=password_hash
        )
    )
    await resource.add(tx, Membership(org_id=org_id, user_id=user_id, role=Role.OWNER))
    return user_id


async def sign_in(platform: Platform, body: SignIn, client: Client, asker: Asker) -> Session:
    """Raises Unauthenticated, with the same words and after the same time for an unknown address,
    and where a code is missing or wrong; TooManyRequests where it has been
    tried too often, whether there is such an account or not."""
    passwords.admit(asker.name)
    attempts = SignInAttempts(platform.redis, platform.keys)
    await attempts.begin(body.email, asker)
    found = await _find_user(platform, body)
    verdict = await passwords.verify(
        None if found is None else found.password_hash, body.password, asker=asker.name
    )
    if found is None or not verdict.is_right:
        raise Unauthenticated("the email or the password is wrong")
    code = None if body.code is msgspec.UNSET else body.code
    mfa_at = await ask_for_code(platform, found.id, code, asker)
    await attempts.succeeded(body.email, asker)
    sign(f"user_{found.id.hex}")
    async with platform.database.transaction(found.org_id) as tx:
        if verdict.new_hash is not None:
            await tx.execute(
                update(UserAccount)
                .where(UserAccount.id == found.id)
                .values(password_hash=verdict.new_hash)
            )
        return await sessions.begin(
            tx, platform, client, found.id, found.org_id, found.role, mfa_at=mfa_at
        )


async def _find_user(platform: Platform, body: SignIn) -> FoundUser | None:
    """In the organization that they named; who isn't a member there isn't found."""
    if "\0" in body.email:
        return None
    org_id = None if body.organization_id is msgspec.UNSET else body.organization_id
    return await find_user(platform.database.lookups, body.email, org_id)


async def switch(platform: Platform, actor: Actor, org_id: UUID, client: Client) -> Session:
    """The session moves to another organization of the person's. Raises NotFound where they are no
    member, Unauthenticated where the session has ended."""
    user_id = actor.person()
    memberships = await memberships_of(platform.database.lookups, user_id)
    chosen = next((each for each in memberships if each.org_id == org_id), None)
    if chosen is None:
        raise NotFound(f"no organization {org_id}")
    async with platform.database.transaction(actor.tenant) as tx:
        await sessions.move_away(tx, actor)
    async with platform.database.transaction(org_id) as tx:
        return await sessions.begin(
            tx, platform, client, user_id, org_id, chosen.role, mfa_at=actor.mfa_at
        )


async def describe_installation(platform: Platform) -> InstallationRead:
    return InstallationRead(
        allows_registration=platform.settings.security.allow_registration,
        is_empty=await is_installation_empty(platform.database.lookups),
        writes_letters=platform.settings.mail.takes_letters,
    )


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
