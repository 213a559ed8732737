"""A key is made anew while what it was before goes on for a while: programs are told of the new one
one after another, and who still uses the old one is seen by its last use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.api_keys.schemas import FormerKeyRead
from app.core import resource
from app.core.errors import Conflict
from app.core.key_text import SHOWN_CHARACTERS, new_key
from app.core.keys import Keys
from db.connections.readers import Reader
from db.ids import new_id
from db.models import ApiKey, FormerApiKey

FORMER_MAX = 5
"""Of a key, at the same time."""


async def make_anew(tx: AsyncSession, keys: Keys, row: ApiKey, overlap_seconds: int) -> str:
    """The new key; the row is locked. Raises Conflict where too many former ones are still good."""
    now = datetime.now(UTC)
    of_key = FormerApiKey.key_id == row.id
    await tx.execute(delete(FormerApiKey).where(of_key, FormerApiKey.expires_at <= now))
    if overlap_seconds == 0:
        await tx.execute(delete(FormerApiKey).where(of_key))
    else:
        await _keep(tx, row, now + timedelta(seconds=overlap_seconds))
    key = new_key()
    row.prefix, row.key_hash, row.secret_id = key[:SHOWN_CHARACTERS], keys.hash(key), keys.id
    row.last_used_at = None
    await tx.flush()
    return key


async def _keep(tx: AsyncSession, row: ApiKey, until: datetime) -> None:
    there = select(func.count()).select_from(FormerApiKey).where(FormerApiKey.key_id == row.id)
    if (await tx.scalar(there) or 0) >= FORMER_MAX:
        raise Conflict(
            f"{FORMER_MAX} former keys of it are still good: wait for one to end, or end them all "
            "with overlapSeconds 0",
            code="QUOTA_EXCEEDED",
        )
    await resource.add(
        tx,
        FormerApiKey(
            org_id=row.org_id,
            id=new_id(),
            key_id=row.id,
            prefix=row.prefix,
            key_hash=row.key_hash,
            secret_id=row.secret_id,
            expires_at=until if row.expires_at is None else min(until, row.expires_at),
            last_used_at=row.last_used_at,
        ),
    )


async def end_former(tx: AsyncSession, key_ids: Sequence[UUID]) -> None:
    """Of keys that are revoked."""
    await tx.execute(delete(FormerApiKey).where(FormerApiKey.key_id.in_(key_ids)))


async def former_of(reader: Reader, key_ids: Sequence[UUID]) -> dict[UUID, list[FormerKeyRead]]:
    """Those that are still good, by key, the newest first."""
    rows = await reader.rows(
        select(FormerApiKey)
        .where(FormerApiKey.key_id.in_(key_ids), FormerApiKey.expires_at > func.now())
        .order_by(FormerApiKey.id.desc())
    )
    found: dict[UUID, list[FormerKeyRead]] = defaultdict(list)
    for row in rows:
        found[row.key_id].append(
            FormerKeyRead(
                prefix=row.prefix, expires_at=row.expires_at, last_used_at=row.last_used_at
            )
        )
    return found
