"""The keys that access tokens are signed with, as they are kept: encrypted. Those that have ended
are never found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.connections.types import Connection


@dataclass(frozen=True, slots=True)
class StoredSigningKey:
    """Seconds are from the database's now; negative in the past. `ends_in` is None of the one that
    signs, and of those that will."""

    id: str
    encrypted_key: bytes
    created_at: datetime
    age: float
    signs_in: float
    ends_in: float | None


async def lock_signing_keys(connection: Connection) -> None:
    """Until the end of the transaction, nobody else changes them."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('signing keys'))")


async def find_signing_keys(connection: Connection) -> list[StoredSigningKey]:
    """The newest first."""
    rows = await connection.fetch(
        "SELECT id, encrypted_key, created_at, "
        "extract(epoch FROM now() - created_at)::float8 AS age, "
        "extract(epoch FROM signs_from - now())::float8 AS signs_in, "
        "extract(epoch FROM ends_at - now())::float8 AS ends_in "
        "FROM platform.signing_key WHERE coalesce(ends_at > now(), true) "
        "ORDER BY signs_from DESC, created_at DESC, id"
    )
    return [StoredSigningKey(**row) for row in rows]


async def insert_signing_key(
    connection: Connection, id_: str, encrypted_key: bytes, *, signs_in_seconds: float
) -> None:
    await connection.execute(
        "INSERT INTO platform.signing_key (id, encrypted_key, signs_from) "
        "VALUES ($1, $2, now() + make_interval(secs => $3))",
        id_,
        encrypted_key,
        signs_in_seconds,
    )


async def end_signing_keys(connection: Connection, *, but: str, after_seconds: float) -> None:
    """All but one, in so many seconds, or sooner where that was said before."""
    await connection.execute(
        "UPDATE platform.signing_key "
        "SET ends_at = least(ends_at, now() + make_interval(secs => $2)) WHERE id <> $1",
        but,
        after_seconds,
    )


async def delete_ended_signing_keys(connection: Connection) -> None:
    await connection.execute("DELETE FROM platform.signing_key WHERE ends_at <= now()")
