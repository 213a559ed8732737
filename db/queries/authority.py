"""The installation's own certificates, as they are kept: keys as they were encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.connections.types import Connection
from db.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredAuthority:
    certificate_pem: str
    encrypted_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBrokerCertificate:
    """For the host that devices connect to. `authority_pem` is the CA of theirs."""

    host: str
    certificate_pem: str
    authority_pem: str
    encrypted_key: bytes
    not_after: datetime


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


async def replace_authority_key(connection: Connection, sealed: bytes, anew: bytes) -> None:
    await connection.execute(
        "UPDATE platform.certificate_authority SET encrypted_key = $2 WHERE encrypted_key = $1",
        sealed,
        anew,
    )


async def find_broker_certificate(connection: Connection) -> StoredBrokerCertificate | None:
    """The newest one."""
    row = await connection.fetchrow(
        "SELECT host, certificate_pem, authority_pem, encrypted_key, not_after "
        "FROM platform.broker_certificate ORDER BY created_at DESC LIMIT 1"
    )
    return StoredBrokerCertificate(**row) if row else None


async def insert_broker_certificate(
    connection: Connection, certificate: StoredBrokerCertificate
) -> None:
    """In place of those before: nobody shows them again."""
    await connection.execute("DELETE FROM platform.broker_certificate")
    await connection.execute(
        "INSERT INTO platform.broker_certificate "
        "(id, host, certificate_pem, authority_pem, encrypted_key, not_after) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(),
        certificate.host,
        certificate.certificate_pem,
        certificate.authority_pem,
        certificate.encrypted_key,
        certificate.not_after,
    )
