"""What is found before a tenant is known: one exact hash in, at most one row out (definer functions in schema `auth`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.connections.types import Connection, Pool


@dataclass(frozen=True, slots=True)
class FoundApiKey:
    org_id: UUID
    id: UUID
    scopes: frozenset[str]
    expires_at: datetime | None  # of what was shown: a former key ends before the key does
    last_used_is_old: bool  # by more than a minute: time to write it down again
    secret_id: str | None  # of the secret under which it is hashed; None where nobody wrote it down
    allowed_addresses: list[str] | None
    camera_ids: list[UUID] | None
    customer_id: UUID | None


@dataclass(frozen=True, slots=True)
class FoundShare:
    org_id: UUID
    id: UUID
    dashboard_id: UUID
    chosen: str  # JSON: ids by kind of variable
    shows_alerts: bool
    expires_at: datetime
    last_used_is_old: bool  # by more than a minute
    customer_id: UUID | None


@dataclass(frozen=True, slots=True)
class FoundUser:
    id: UUID
    password_hash: str
    org_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """An account, of whichever organizations its person is a member, or of none."""

    id: UUID
    email: str
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class FoundMembership:
    """One of a person's organizations."""

    org_id: UUID
    name: str
    slug: str
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class FoundInvitation:
    """Open, or what became of it."""

    token_hash: bytes
    org_id: UUID
    organization_name: str
    email: str
    role: str
    expires_at: datetime
    ended_at: datetime | None
    accepted_by: UUID | None
    customer_id: UUID | None
    customer_name: str | None


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
    is_used: bool
    """Whether it was used before: a renewed one ends those before it."""


@dataclass(frozen=True, slots=True)
class FoundRenewal:
    """The certificate to be renewed, and the nonce by which it was renewed with that key before."""

    org_id: UUID
    device_id: UUID
    pem: str
    nonce: str | None


@dataclass(frozen=True, slots=True)
class DueCertificate:
    """One to be renewed."""

    org_id: UUID
    device_id: UUID
    serial: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """The first one: what it puts an end to, and when."""

    org_id: UUID
    device_id: UUID
    serial: str
    superseded: Sequence[str]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FoundHolder:
    """Whose a certificate is that opens nothing, and why: CERTIFICATE_REVOKED, CERTIFICATE_EXPIRED
    or DEVICE_DELETED."""

    org_id: UUID
    device_id: UUID
    reason: str


async def find_api_key(pool: Pool, key_hash: bytes) -> FoundApiKey | None:
    """The key with this hash, unless it is revoked or expired."""
    row = await pool.fetchrow(
        "SELECT org_id, id, scopes, expires_at, last_used_is_old, secret_id, allowed_addresses, "
        "camera_ids, customer_id FROM auth.find_api_key($1)",
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
        row["allowed_addresses"],
        row["camera_ids"],
        row["customer_id"],
    )


async def find_dashboard_share(pool: Pool, token_hash: bytes) -> FoundShare | None:
    """The share link with this hash, unless it is revoked or expired."""
    row = await pool.fetchrow(
        "SELECT org_id, id, dashboard_id, chosen, shows_alerts, expires_at, last_used_is_old, "
        "customer_id FROM auth.find_dashboard_share($1)",
        token_hash,
    )
    return None if row is None else FoundShare(*row)


async def touch_dashboard_share(pool: Pool, token_hash: bytes) -> None:
    await pool.execute("SELECT auth.touch_dashboard_share($1)", token_hash)


async def touch_api_key(pool: Pool, key_hash: bytes) -> None:
    await pool.execute("SELECT auth.touch_api_key($1)", key_hash)


async def rehash_api_key(pool: Pool, key_hash: bytes, new_hash: bytes, secret_id: str) -> None:
    """The same key under another secret; it must have been shown to be hashed so."""
    await pool.execute("SELECT auth.rehash_api_key($1, $2, $3)", key_hash, new_hash, secret_id)


async def find_user(pool: Pool, email: str, org_id: UUID | None = None) -> FoundUser | None:
    """The person with this address, as a member of that organization, or else of the one that they
    used last."""
    row = await pool.fetchrow(
        "SELECT id, password_hash, org_id, role FROM auth.find_user($1, $2)", email, org_id
    )
    return FoundUser(**row) if row else None


async def memberships_of(pool: Pool, user_id: UUID) -> list[FoundMembership]:
    """By the organizations' names."""
    rows = await pool.fetch(
        "SELECT org_id, name, slug, role, joined_at FROM auth.memberships_of($1)", user_id
    )
    return [FoundMembership(**row) for row in rows]


async def find_invitation(pool: Pool, token_hash: bytes) -> FoundInvitation | None:
    """Whatever became of it."""
    row = await pool.fetchrow(
        "SELECT org_id, organization_name, email, role, expires_at, ended_at, accepted_by, "
        "customer_id, customer_name FROM auth.find_invitation($1)",
        token_hash,
    )
    return FoundInvitation(token_hash=token_hash, **row) if row else None


async def is_installation_empty(pool: Pool) -> bool:
    """Whether nobody has an account yet."""
    is_empty: bool = await pool.fetchval("SELECT auth.is_installation_empty()")
    return is_empty


async def find_person(
    pool: Pool, *, id_: UUID | None = None, email: str | None = None
) -> FoundPerson | None:
    """By either."""
    row = await pool.fetchrow(
        "SELECT id, email, name, password_hash FROM auth.find_person($1, $2)", id_, email
    )
    return FoundPerson(**row) if row else None


async def set_password(
    pool: Pool, person: FoundPerson, new_hash: str, *, is_proven: bool, kept: UUID | None = None
) -> bool:
    """Where it is still the password that was found. Ends the person's sessions but one."""
    changed: bool = await pool.fetchval(
        "SELECT auth.set_password($1, $2, $3, $4, $5)",
        person.id,
        person.password_hash,
        new_hash,
        is_proven,
        kept,
    )
    return changed


async def verify_email(pool: Pool, person: FoundPerson) -> None:
    await pool.execute("SELECT auth.verify_email($1, $2)", person.id, person.email)


async def find_session(pool: Pool, session_id: UUID) -> UUID | None:
    """The organization that the session is of."""
    org_id: UUID | None = await pool.fetchval("SELECT auth.find_session($1)", session_id)
    return org_id


async def find_registration_token(pool: Pool, token_hash: bytes) -> FoundToken | None:
    row = await pool.fetchrow("SELECT org_id, id FROM auth.find_registration_token($1)", token_hash)
    return FoundToken(**row) if row else None


async def revoked_certificates(pool: Pool, authority_id: UUID) -> list[tuple[str, datetime]]:
    """By this authority, of all tenants: the serial number of each that hasn't expired, and when it
    was revoked."""
    rows = await pool.fetch(
        "SELECT serial, revoked_at FROM auth.revoked_certificates($1)", authority_id
    )
    return [(row["serial"], row["revoked_at"]) for row in rows]


async def find_certificate(pool: Pool, fingerprint: bytes) -> FoundCertificate | None:
    """The device that holds this certificate (SHA-256 of its DER), unless revoked, expired or deleted."""
    row = await pool.fetchrow(
        "SELECT org_id, device_id, not_after, is_used FROM auth.find_certificate($1)", fingerprint
    )
    return FoundCertificate(**row) if row else None


async def find_certificate_holder(pool: Pool, fingerprint: bytes) -> FoundHolder | None:
    """Of a certificate that `find_certificate` doesn't find; None where it never was of ours."""
    row = await pool.fetchrow(
        "SELECT org_id, device_id, reason FROM auth.find_certificate_holder($1)", fingerprint
    )
    return FoundHolder(**row) if row else None


async def find_renewal(pool: Pool, serial: str, key_hash: bytes) -> FoundRenewal | None:
    """By the serial number of the certificate and the hash of the key to renew it with."""
    row = await pool.fetchrow(
        "SELECT org_id, device_id, pem, nonce FROM auth.find_renewal($1, $2)", serial, key_hash
    )
    return FoundRenewal(**row) if row else None


async def ask_for_renewals(
    connection: Connection, *, share: float, at_most: int
) -> list[DueCertificate]:
    """Certificates of which so much of the lifetime has passed, and that nobody was asked to renew
    for a day. Whoever calls asks, in this transaction."""
    rows = await connection.fetch(
        "SELECT org_id, device_id, serial, not_after FROM auth.ask_for_renewals($1, $2)",
        share,
        at_most,
    )
    return [DueCertificate(**row) for row in rows]


async def use_certificate(
    connection: Connection, fingerprint: bytes, overlap: timedelta
) -> CertificateUse | None:
    """None where it was used before."""
    row = await connection.fetchrow(
        "SELECT org_id, device_id, serial, superseded, ends_at FROM auth.use_certificate($1, $2)",
        fingerprint,
        overlap,
    )
    return CertificateUse(**row) if row else None
