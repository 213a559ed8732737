"""One certificate authority takes another's place, while devices go on.

    begin    the new one is trusted beside the old, and signs from now on; devices are told of both,
             and to renew. The broker still shows a certificate by the old one, which all know.
    retire   the old one, when no good certificate by it is left; or by force, which revokes those.
             The broker shows a certificate by the new one, which all have been told of.

All as iot_owner: whoever serves requests can't put another authority in place of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography import x509

from app.control.certificates.authority import ensure_broker_certificate, insert
from app.core.authorities import TrustedAuthorities, open_authorities
from app.core.authority import Authority
from app.core.keys import Keys
from app.settings import Settings
from db.connections.types import Connection, Pool
from db.queries import authority as queries
from db.queries.events import EventRow, record
from db.queries.secrets import act_in
from db.queries.tenants import organizations_after

_ORGANIZATIONS_AT_ONCE = 500


class CanNotRoll(Exception):
    """What stands against it, in words."""


@dataclass(frozen=True)
class AuthorityState:
    """An authority, what it is good for, and what depends on it."""

    id: UUID
    subject: str
    ends_at: datetime
    word: str
    """"signs", "trusted" or "retired"."""
    living: int
    last_ends_at: datetime | None


async def begin(pool: Pool, settings: Settings, authority: Authority) -> None:
    """Raises CanNotRoll while another roll isn't finished, or NoAuthority."""
    keys = Keys.of(settings.security)
    async with pool.acquire() as connection, connection.transaction():
        await queries.lock_authority(connection)
        before = await open_authorities(connection, keys)
        if len(before.all) > 1:
            raise CanNotRoll("an authority is being replaced already: retire the old one first")
        if authority.certificate.public_key() == before.newest.certificate.public_key():
            raise CanNotRoll("that is the authority that there is")
        await insert(connection, keys, authority)
        await _show(connection, settings, await open_authorities(connection, keys))


async def retire(pool: Pool, settings: Settings, *, by_force: bool) -> int:
    """The older of two; how many certificates were revoked for it. Raises CanNotRoll where there is
    one alone, or certificates depend on it that nobody said to revoke."""
    keys = Keys.of(settings.security)
    tenants = await _organizations(pool)
    async with pool.acquire() as connection, connection.transaction():
        await queries.lock_authority(connection)
        before = await open_authorities(connection, keys)
        if len(before.all) < 2:
            raise CanNotRoll("there is one authority alone: begin another first")
        old = before.oldest.id
        living = {each.id: each.living for each in await queries.authority_usage(connection)}[old]
        if living and not by_force:
            raise CanNotRoll(
                f"{living:,} certificates by it are good: their devices are told to renew each "
                "day. With --force they are revoked"
            )
        revoked = await _revoke(connection, old, tenants) if living else 0
        await queries.retire_authority(connection, old)
        await _show(connection, settings, await open_authorities(connection, keys))
    return revoked


async def states(pool: Pool) -> list[AuthorityState]:
    """Of all that there are and were, the oldest first."""
    async with pool.acquire() as connection:
        found = await queries.authority_usage(connection)
    newest = max((each.created_at for each in found if each.retired_at is None), default=None)
    return [_state(each, is_newest=each.created_at == newest) for each in found]


def _state(usage: queries.AuthorityUsage, *, is_newest: bool) -> AuthorityState:
    certificate = x509.load_pem_x509_certificate(usage.certificate_pem.encode())
    word = "retired" if usage.retired_at else ("signs" if is_newest else "trusted")
    return AuthorityState(
        id=usage.id,
        subject=certificate.subject.rfc4514_string(),
        ends_at=certificate.not_valid_after_utc,
        word=word,
        living=usage.living,
        last_ends_at=usage.last_ends_at,
    )


async def _show(connection: Connection, settings: Settings, trusted: TrustedAuthorities) -> None:
    """For the host that the broker has had: who rolls needn't know it."""
    shown = await queries.find_broker_certificate(connection)
    host = settings.server.mqtt_public_host if shown is None else shown.host
    await ensure_broker_certificate(connection, settings.security, trusted, host=host)


async def _organizations(pool: Pool) -> list[UUID]:
    found: list[UUID] = []
    while page := await organizations_after(
        pool, found[-1] if found else None, at_most=_ORGANIZATIONS_AT_ONCE
    ):
        found += page
    return found


async def _revoke(connection: Connection, authority_id: UUID, tenants: Sequence[UUID]) -> int:
    """Tenant by tenant: the owner is behind the policies, too."""
    revoked = 0
    for org_id in tenants:
        await act_in(connection, org_id)
        ended = await queries.revoke_certificates_of(connection, authority_id)
        await record(connection, [_event(each) for each in ended])
        revoked += len(ended)
    return revoked


def _event(ended: queries.EndedCertificate) -> EventRow:
    return EventRow(
        org_id=ended.org_id,
        type="CERTIFICATE",
        severity="WARNING",
        title="A certificate of the device ended with its authority",
        device_id=ended.device_id,
        details={"serial": ended.serial},
    )
