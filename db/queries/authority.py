"""The installation's own certificates, as they are kept: keys as they were encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.connections.types import Connection
from db.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredAuthority:
    """`issuers_pem`: what is above it, up to a root; empty of a root."""

    id: UUID
    certificate_pem: str
    issuers_pem: str
    encrypted_key: bytes


@dataclass(frozen=True, slots=True)
class AuthorityUsage:
    """How many certificates of devices that it has signed are good, and when the last one ends."""

    id: UUID
    certificate_pem: str
    created_at: datetime
    retired_at: datetime | None
    living: int
    last_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndedCertificate:
    """A certificate that ended with its authority."""

    org_id: UUID
    device_id: UUID
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBrokerCertificate:
    """For the host that devices connect to. `authority_pem` holds the CAs of theirs."""

    host: str
    certificate_pem: str
    authority_pem: str
    encrypted_key: bytes
    not_after: datetime


async def lock_authority(connection: Connection) -> None:
    """Until the end of the transaction, nobody else makes one."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext('certificate authority'))")


async def find_authorities(connection: Connection) -> list[StoredAuthority]:
    """Those that are trusted, the oldest first."""
    rows = await connection.fetch(
        "SELECT id, certificate_pem, issuers_pem, encrypted_key "
        "FROM platform.certificate_authority WHERE retired_at IS NULL ORDER BY created_at, id"
    )
    return [StoredAuthority(**row) for row in rows]


async def insert_authority(connection: Connection, authority: StoredAuthority) -> None:
    await connection.execute(
        "INSERT INTO platform.certificate_authority "
        "(id, certificate_pem, issuers_pem, encrypted_key, created_at) "
        "VALUES ($1, $2, $3, $4, clock_timestamp())",
        authority.id,
        authority.certificate_pem,
        authority.issuers_pem,
        authority.encrypted_key,
    )


async def retire_authority(connection: Connection, id_: UUID) -> None:
    """Trusted by nobody from now on; its key is forgotten."""
    await connection.execute(
        "UPDATE platform.certificate_authority SET retired_at = now(), encrypted_key = '' "
        "WHERE id = $1",
        id_,
    )


async def authority_usage(connection: Connection) -> list[AuthorityUsage]:
    """Of all that there are and were, the oldest first."""
    rows = await connection.fetch(
        "SELECT a.id, a.certificate_pem, a.created_at, a.retired_at, "
        "coalesce(u.living, 0) AS living, u.last_ends_at "
        "FROM platform.certificate_authority a LEFT JOIN auth.authority_usage() u USING (id) "
        "ORDER BY a.created_at, a.id"
    )
    return [AuthorityUsage(**row) for row in rows]


async def revoke_certificates_of(
    connection: Connection, authority_id: UUID
) -> list[EndedCertificate]:
    """Those that are good, of the tenant of this transaction."""
    rows = await connection.fetch(
        "UPDATE platform.certificate SET revoked_at = now() "
        "WHERE authority_id = $1 AND revoked_at IS NULL "
        "AND least(not_after, superseded_at) > now() RETURNING org_id, device_id, serial",
        authority_id,
    )
    return [EndedCertificate(**row) for row in rows]


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
