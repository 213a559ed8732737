"""The platform's certificate authority, as it is kept: the certificate, and its key as it was encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from db.connections.types import Connection
from db.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredAuthority:
    certificate_pem: str
    encrypted_key: bytes


async def lock_authority(connection: Connection) -> None:
    """Until the end of the transaction, nobody else makes one."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('certificate authority'))")


async def find_authority(connection: Connection) -> StoredAuthority | None:
    """The newest one."""
    row = await connection.fetchrow(
        "SELECT certificate_pem, encrypted_key FROM platform.certificate_authority "
        "ORDER BY created_at DESC LIMIT 1"
    )
    return StoredAuthority(**row) if row else None


async def insert_authority(connection: Connection, authority: StoredAuthority) -> None:
    await connection.execute(
        "INSERT INTO platform.certificate_authority (id, certificate_pem, encrypted_key) "
        "VALUES ($1, $2, $3)",
        new_id(),
        authority.certificate_pem,
        authority.encrypted_key,
    )
