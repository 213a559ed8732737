"""API keys: shown once, kept as a keyed hash, worth what their scopes say."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from app.accounts.auth.service import confirm_membership
from app.core import resource
from app.core.actor import Actor
from app.core.credential_cache import CredentialCache
from app.core.errors import Forbidden, NotFound, Unprocessable
from app.core.keys import Keys
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.permissions import ALL_PERMISSIONS
from db.connections.readers import Reader
from db.models import ApiKey

SORTS = {"createdAt": ApiKey.created_at, "name": ApiKey.name}

KEY_PREFIX = "sk_live_"
SHOWN_CHARACTERS = len(KEY_PREFIX) + 6


def new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)


async def create(
    tx: AsyncSession, actor: Actor, keys: Keys, body: ApiKeyCreate, *, key: str | None = None
) -> ApiKeyCreated:
    """Raises Forbidden for a scope that the creator doesn't have, or a later end than a creating key's own: a key
    never rises above its maker, nor outlives it."""
    key = key or new_key()
    await confirm_membership(tx, actor)
    scopes = sorted(actor.permissions if body.scopes is None else set(body.scopes))
    if unknown := set(scopes) - ALL_PERMISSIONS:
        raise Unprocessable(f"no such scope: {', '.join(sorted(unknown))}")
    if above := set(scopes) - actor.permissions:
        raise Forbidden(f"you don't have: {', '.join(sorted(above))}")
    expires_at = (
        actor.expires_at if body.expires_at is None else instant(body.expires_at, "expiresAt")
    )
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Unprocessable("expiresAt is past")
    if expires_at is not None and actor.expires_at is not None and expires_at > actor.expires_at:
        raise Forbidden(
            f"this key ends at {actor.expires_at.isoformat()}, and none that it makes ends later"
        )
    row = await resource.add(
        tx,
        ApiKey(
            org_id=actor.org_id,
            name=body.name,
            prefix=key[:SHOWN_CHARACTERS],
            key_hash=keys.hash(key),
            scopes=scopes,
            created_by=actor.principal,
            expires_at=expires_at,
        ),
    )
    return ApiKeyCreated(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        key=key,
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


async def page(reader: Reader, page_request: PageRequest) -> Page[ApiKeyRead]:
    keys = select(ApiKey).where(ApiKey.revoked_at.is_(None))
    found = await resource.find(reader, keys, page_request, sorts=SORTS, id_=ApiKey.id)
    return found.page([_read(row) for row in found.rows])


async def revoke(tx: AsyncSession, actor: Actor, cache: CredentialCache, key_id: UUID) -> None:
    await confirm_membership(tx, actor)
    row = _living(await resource.get_to_change(tx, ApiKey, key_id))
    row.revoked_at = datetime.now(UTC)
    cache.bypass_until_committed(key_id)


async def get(reader: Reader, key_id: UUID) -> ApiKeyRead:
    return _read(_living(await resource.get(reader, ApiKey, key_id)))


def _living(row: ApiKey) -> ApiKey:
    if row.revoked_at is not None:
        raise NotFound(f"no api key {row.id}")
    return row


def _read(row: ApiKey) -> ApiKeyRead:
    return ApiKeyRead(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
