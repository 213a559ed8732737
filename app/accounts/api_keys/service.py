"""API keys: shown once, kept as a keyed hash, worth what their scopes say.

A key that makes others answers for them: they may no more than it does, from nowhere else, end no
later, and are revoked with it. Making and revoking take turns in an organization, so that no key is
made by one that is being revoked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import CTE, ColumnElement, Text, cast, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.api_keys import rotation
from app.accounts.api_keys.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyRead,
    ApiKeyRotation,
    ApiKeyUpdate,
    FormerKeyRead,
)
from app.accounts.auth.service import confirm_membership
from app.accounts.customers import service as customers
from app.core import resource
from app.core.actor import Actor
from app.core.addresses import AddressList
from app.core.credential_cache import KEY_PRINCIPAL, CredentialCache, principal_of_key
from app.core.errors import Forbidden, NotFound, Unauthenticated, Unprocessable
from app.core.events import record_event
from app.core.key_text import SHOWN_CHARACTERS, new_key
from app.core.keys import Keys
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.permissions import ALL_PERMISSIONS, CUSTOMERS_MAY, OF_SOME_CAMERAS
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import ApiKey, Camera

SORTS = {"createdAt": ApiKey.created_at, "name": ApiKey.name}


async def create(
    tx: AsyncSession, actor: Actor, keys: Keys, body: ApiKeyCreate, *, key: str | None = None
) -> ApiKeyCreated:
    """Raises NotFound for a customer, Forbidden for a scope that the creator doesn't have, a later
    end than a creating key's own, or addresses that it hasn't: a key never rises above its maker,
    nor outlives it. One that is bound to cameras makes none: it has one scope."""
    key = key or new_key()
    await _begin(tx, actor)
    await customers.hold(tx, body.customer_id)
    cameras = await _cameras(tx, body)
    may = actor.permissions if body.customer_id is None else actor.permissions & CUSTOMERS_MAY
    scopes = _scopes(may, body)
    if unknown := set(scopes) - ALL_PERMISSIONS:
        raise Unprocessable(f"no such scope: {', '.join(sorted(unknown))}")
    if above := set(scopes) - actor.permissions:
        raise Forbidden(f"you don't have: {', '.join(sorted(above))}")
    if above := set(scopes) - may:
        raise Unprocessable(f"no customer may: {', '.join(sorted(above))}")
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
            secret_id=keys.id,
            scopes=scopes,
            customer_id=body.customer_id,
            allowed_addresses=_addresses(actor, body.allowed_addresses),
            camera_ids=cameras,
            created_by=actor.principal,
            expires_at=expires_at,
        ),
    )
    _record(tx, actor, row, "An API key was made")
    return _created(row, key, [])


def _scopes(may: frozenset[str], body: ApiKeyCreate) -> list[str]:
    """Sorted, each once."""
    if body.camera_ids is not None:
        return sorted(OF_SOME_CAMERAS)
    return sorted(may if body.scopes is None else set(body.scopes))


async def _cameras(tx: AsyncSession, body: ApiKeyCreate) -> list[UUID] | None:
    """Those that it is bound to. Raises Unprocessable for other scopes beside them, or cameras that
    aren't there."""
    if body.camera_ids is None:
        return None
    if body.scopes is not None and set(body.scopes) != OF_SOME_CAMERAS:
        alone = ", ".join(OF_SOME_CAMERAS)
        raise Unprocessable(f"a key that is bound to cameras has the scope {alone} alone")
    wanted = set(body.camera_ids)
    there = select(Camera.id).where(Camera.id.in_(wanted), Camera.deleted_at.is_(None))
    if missing := wanted - set(await tx.scalars(there)):
        raise Unprocessable(f"cameraIds: no camera {min(missing)}")
    return sorted(wanted)


async def page(
    reader: Reader, page_request: PageRequest, created_by: str | None = None
) -> Page[ApiKeyRead]:
    keys = select(ApiKey).where(ApiKey.revoked_at.is_(None))
    if created_by is not None:
        keys = keys.where(ApiKey.id.in_(select(_descendants(created_by).c.id)))
    found = await resource.find(reader, keys, page_request, sorts=SORTS, id_=ApiKey.id)
    former = await rotation.former_of(reader, [row.id for row in found.rows])
    return found.page([_read(row, former.get(row.id, [])) for row in found.rows])


async def change(
    tx: AsyncSession, actor: Actor, cache: CredentialCache, key_id: UUID, body: ApiKeyUpdate
) -> ApiKeyRead:
    """Raises NotFound, or Forbidden where whoever asks may less than the key, or from fewer
    addresses."""
    await _begin(tx, actor)
    row = _living(await resource.get_to_change(tx, ApiKey, key_id))
    _check_may_have(actor, row)
    if body.allowed_addresses is not msgspec.UNSET:
        row.allowed_addresses = _addresses(actor, body.allowed_addresses)
        cache.bypass_until_committed([key_id])
    if body.name is not msgspec.UNSET:
        row.name = body.name
    await tx.flush()
    _record(tx, actor, row, "An API key was changed")
    return await get(SessionReader(tx), key_id)


async def rotate(
    tx: AsyncSession,
    actor: Actor,
    keys: Keys,
    cache: CredentialCache,
    key_id: UUID,
    body: ApiKeyRotation,
) -> ApiKeyCreated:
    """Raises NotFound, Conflict, or Forbidden where whoever asks may less than the key: they are
    about to have it."""
    await _begin(tx, actor)
    row = _living(await resource.get_to_change(tx, ApiKey, key_id))
    _check_may_have(actor, row)
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        raise NotFound(f"no api key {row.id}")
    key = await rotation.make_anew(tx, keys, row, body.overlap_seconds)
    cache.bypass_until_committed([key_id])
    _record(tx, actor, row, "An API key was made anew")
    former = await rotation.former_of(SessionReader(tx), [key_id])
    return _created(row, key, former.get(key_id, []))


async def revoke(tx: AsyncSession, actor: Actor, cache: CredentialCache, key_id: UUID) -> None:
    """End the key, all that it made, and what those made. Raises NotFound, or Forbidden where a key
    asks for one that is neither itself nor a descendant of its own, and may more than it does."""
    await confirm_membership(tx, actor)
    await _take_turn(tx, actor)
    row = _living(await resource.get_to_change(tx, ApiKey, key_id))
    await _check_may_end(tx, actor, row)
    descendants = select(_descendants(principal_of_key(key_id)).c.id)
    ended = await tx.scalars(
        update(ApiKey)
        .where((ApiKey.id == key_id) | ApiKey.id.in_(descendants), ApiKey.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
        .returning(ApiKey.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(ended)
    await rotation.end_former(tx, ids)
    cache.bypass_until_committed(ids)
    _record(tx, actor, row, "An API key was revoked")


def _record(tx: AsyncSession, actor: Actor, key: ApiKey, title: str) -> None:
    details = {"keyId": str(key.id), "name": key.name}
    record_event(tx, "API_KEY", title, actor=actor.principal, details=details)


async def get(reader: Reader, key_id: UUID) -> ApiKeyRead:
    row = _living(await resource.get(reader, ApiKey, key_id))
    former = await rotation.former_of(reader, [key_id])
    return _read(row, former.get(key_id, []))


async def _begin(tx: AsyncSession, actor: Actor) -> None:
    await confirm_membership(tx, actor)
    await _take_turn(tx, actor)
    await _confirm_key(tx, actor)


async def _take_turn(tx: AsyncSession, actor: Actor) -> None:
    """Until the transaction ends, nobody else makes or revokes keys of the organization."""
    turn = func.hashtextextended(f"api keys of {actor.org_id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(turn)))


async def _confirm_key(tx: AsyncSession, actor: Actor) -> None:
    """A key that was revoked since it was looked up makes none. Raises Unauthenticated."""
    if not actor.principal.startswith(KEY_PRINCIPAL):
        return
    own = UUID(actor.principal.removeprefix(KEY_PRINCIPAL))
    there = select(ApiKey.id).where(ApiKey.id == own, ApiKey.revoked_at.is_(None))
    if await tx.scalar(there) is None:
        raise Unauthenticated("the API key is unknown, revoked or expired")


def _check_may_have(actor: Actor, row: ApiKey) -> None:
    """Whoever is shown a key may all that it may: people by their role, a key by its scopes, its
    addresses and its end."""
    if above := set(row.scopes) - actor.permissions:
        raise Forbidden(f"that key may what you may not: {', '.join(sorted(above))}")
    _check_addresses(actor, row.allowed_addresses)
    if actor.expires_at is not None and (
        row.expires_at is None or row.expires_at > actor.expires_at
    ):
        raise Forbidden("that key ends later than the one that you use")


def _addresses(actor: Actor, written: list[str] | None) -> list[str] | None:
    """Those of a new list; without one, the actor's own."""
    if written is None:
        return None if actor.addresses is None else actor.addresses.written
    try:
        found = AddressList(written)
    except ValueError as error:
        raise Unprocessable(f"allowedAddresses: {error}") from None
    _check_addresses(actor, found.written)
    return found.written


def _check_addresses(actor: Actor, written: list[str] | None) -> None:
    if actor.addresses is None:
        return
    if written is None or not actor.addresses.covers(AddressList(written)):
        raise Forbidden(
            f"the key that you use may only be used from {', '.join(actor.addresses.written)}"
        )


async def _check_may_end(tx: AsyncSession, actor: Actor, row: ApiKey) -> None:
    """People may by their role; a key is what may have been stolen."""
    if actor.user_id is not None:
        return
    if set(row.scopes) <= actor.permissions or principal_of_key(row.id) == actor.principal:
        return
    own = select(_descendants(actor.principal).c.id)
    if await tx.scalar(select(ApiKey.id).where(ApiKey.id == row.id, ApiKey.id.in_(own))) is None:
        above = ", ".join(sorted(set(row.scopes) - actor.permissions))
        raise Forbidden(f"that key may what you may not ({above}), and you didn't make it")


def _descendants(principal: str) -> CTE:
    """The ids of the keys that this user or key made, and of those that they made in turn; revoked
    ones lead on to what they made."""
    made = (
        select(ApiKey.id).where(ApiKey.created_by == principal).cte("descendants", recursive=True)
    )
    return made.union(
        select(ApiKey.id).join_from(made, ApiKey, ApiKey.created_by == _principal_of(made.c.id))
    )


def _principal_of(id_: Any) -> ColumnElement[str]:
    """As `principal_of_key`, in SQL."""
    return literal(KEY_PRINCIPAL) + func.replace(cast(id_, Text), "-", "")


def _living(row: ApiKey) -> ApiKey:
    if row.revoked_at is not None:
        raise NotFound(f"no api key {row.id}")
    return row


def _read(row: ApiKey, former: list[FormerKeyRead]) -> ApiKeyRead:
    return ApiKeyRead(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        customer_id=row.customer_id,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        allowed_addresses=row.allowed_addresses,
        camera_ids=row.camera_ids,
        former_keys=former,
    )


def _created(row: ApiKey, key: str, former: list[FormerKeyRead]) -> ApiKeyCreated:
    return ApiKeyCreated(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        key=key,
        scopes=row.scopes,
        customer_id=row.customer_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        allowed_addresses=row.allowed_addresses,
        camera_ids=row.camera_ids,
        former_keys=former,
    )
