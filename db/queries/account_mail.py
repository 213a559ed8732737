"""Letters to people: posted in the transaction of their cause, sent by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.connections.types import AnyConnection, Pool


@dataclass(frozen=True, slots=True)
class WaitingMail:
    id: UUID
    sealed: bytes
    attempts: int
    created_at: datetime


async def post(connection: AnyConnection | Pool, id_: UUID, sealed: bytes) -> None:
    """As role `app`; raises ConfigurationLimitExceededError where too many wait."""
    await connection.execute("SELECT auth.post_account_mail($1, $2)", id_, sealed)


async def due(pool: Pool, *, at_most: int) -> Sequence[WaitingMail]:
    """The oldest of those that are to be sent."""
    rows = await pool.fetch(
        "SELECT id, sealed, attempts, created_at FROM platform.account_mail "
        "WHERE due_at <= now() ORDER BY due_at LIMIT $1",
        at_most,
    )
    return [WaitingMail(**row) for row in rows]


async def delete(pool: Pool, id_: UUID) -> None:
    await pool.execute("DELETE FROM platform.account_mail WHERE id = $1", id_)


async def postpone(pool: Pool, id_: UUID, *, seconds: float) -> None:
    """It was tried once more."""
    await pool.execute(
        "UPDATE platform.account_mail SET attempts = attempts + 1, "
        "due_at = now() + make_interval(secs => $2) WHERE id = $1",
        id_,
        seconds,
    )
