"""What is found before a tenant is known: one exact hash in, at most one row out (definer functions in schema `auth`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.connections.types import Pool


@dataclass(frozen=True, slots=True)
class FoundApiKey:
    org_id: UUID
    id: UUID
    scopes: frozenset[str]
    expires_at: datetime | None
    last_used_is_old: bool  # by more than a minute: time to write it down again
    secret_id: str | None  # of the secret under which it is hashed; None where nobody wrote it down


@dataclass(frozen=True, slots=True)
class FoundUser:
    id: UUID
    password_hash: str
    org_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A refresh or registration token, by its hash; whether it is still good is decided inside its tenant."""

    org_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class FoundCertificate:
    org_id: UUID
    device_id: UUID
    not_after: datetime


async def find_api_key(pool: Pool, key_hash: bytes) -> FoundApiKey | None:
    """The key with this hash, unless it is revoked or expired."""
    row = await pool.fetchrow(
        "SELECT org_id, id, scopes, expires_at, last_used_is_old, secret_id "
        "FROM auth.find_api_key($1)",
        key_hash,
    )
    if row is None:
        return None
    return FoundApiKey(
        row["org_id"],
        row["id"],
        frozenset(row["scopes"]),
        row["expires_at"],
        row["last_used_is_old"],
        row["secret_id"],
    )


async def touch_api_key(pool: Pool, key_hash: bytes) -> None:
    await pool.execute("SELECT auth.touch_api_key($1)", key_hash)


async def rehash_api_key(pool: Pool, key_hash: bytes, new_hash: bytes, secret_id: str) -> None:
    """The same key under another secret; it must have been shown to be hashed so."""
    await pool.execute("SELECT auth.rehash_api_key($1, $2, $3)", key_hash, new_hash, secret_id)


async def find_user(pool: Pool, email: str) -> FoundUser | None:
    """The person with this address and the first organization they joined."""
    row = await pool.fetchrow(
        "SELECT id, password_hash, org_id, role FROM auth.find_user($1)", email
    )
    return FoundUser(**row) if row else None


async def find_session(pool: Pool, session_id: UUID) -> UUID | None:
    """The organization that the session is of."""
    org_id: UUID | None = await pool.fetchval("SELECT auth.find_session($1)", session_id)
    return org_id


async def find_registration_token(pool: Pool, token_hash: bytes) -> FoundToken | None:
    row = await pool.fetchrow("SELECT org_id, id FROM auth.find_registration_token($1)", token_hash)
    return FoundToken(**row) if row else None


async def revoked_certificates(pool: Pool) -> list[tuple[str, datetime]]:
    """Of all tenants: the serial number of each that hasn't expired, and its revocation's time."""
    rows = await pool.fetch("SELECT serial, revoked_at FROM auth.revoked_certificates()")
    return [(row["serial"], row["revoked_at"]) for row in rows]


async def find_certificate(pool: Pool, fingerprint: bytes) -> FoundCertificate | None:
    """The device that holds this certificate (SHA-256 of its DER), unless revoked, expired or deleted."""
    row = await pool.fetchrow(
        "SELECT org_id, device_id, not_after FROM auth.find_certificate($1)", fingerprint
    )
    return FoundCertificate(**row) if row else None
