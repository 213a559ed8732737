"""Renewal: whoever has a certificate's key gets another certificate for the same device.

The proof is a signature over a nonce and the new request. It is checked before anything is said of
the certificate, and a serial number that nobody has is gone through the same steps: who has no key
learns nothing.

What always holds
- The same request again is answered with the same certificate, at any time: its nonce is kept with
  what it gave. So is another proof for the same new key. A lost answer costs nothing.
- A nonce gives one certificate.
- Old and new are both good until the new one was used; from then on the old one for the overlap.
  A device that never got its new certificate keeps what it has.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.certificates.challenges import KEPT, Challenges
from app.control.certificates.issuing import (
    KeyProof,
    hold_device,
    issue,
    provisioned,
    read_request,
    told_of,
)
from app.control.certificates.schemas import (
    Challenge,
    ChallengeRequest,
    Provisioned,
    RenewalRequest,
)
from app.core import pki
from app.core.authorities import TrustedAuthorities
from app.core.errors import Conflict, Malformed, TooManyRequests, Unauthenticated
from app.core.events import record_event
from app.core.platform import Platform
from db.models import Certificate, Device
from db.queries.credentials import FoundRenewal, find_renewal
from db.queries.events import device_actor

# What is gone through in place of a certificate that there isn't. Nobody has its key.
_DECOY = """\
-----BEGIN CERTIFICATE-----
MIHsMIGToAMCAQICAQEwCgYIKoZIzj0EAwIwADAeFw0yNjAxMDEwMDAwMDBaFw0y
NjAxMDIwMDAwMDBaMAAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQmcP7bfH7y
6CRypgFfuZAOvOFh2gieceWgqUsf/+ggifZ8uN7HRPJpzPoM3U1cjmGn2C9PgN1R
SnZkjB+trMH4MAoGCCqGSM49BAMCA0gAMEUCIGT/UskUQoILQmL3osD0wfeESfZ7
JnXwGVG8GiSPVbfMAiEAmbYKfCIGFTV4bydUqcGOi5PyYJhtaOXkGQ19b4QEaco=
-----END CERTIFICATE-----
"""
_NO_NONCE = ""  # is over nothing that anybody was given
# Of one device in a day: one that renews in a circle fills no table.
RENEWALS_PER_DAY = 20


async def challenge(platform: Platform, body: ChallengeRequest) -> Challenge:
    """A nonce for whatever serial number. Raises Unavailable."""
    serial = pki.serial_of(body.serial)
    found = await find_renewal(platform.database.lookups, serial, b"")
    nonce = await _challenges(platform, serial, found).add()
    return Challenge(nonce=nonce.text, expires_at=nonce.expires_at)


async def renew(platform: Platform, body: RenewalRequest) -> Provisioned:
    """Raises Malformed (the request), Unauthenticated (the proof), Conflict (the certificate has
    ended, the key is another device's), TooManyRequests or Unavailable."""
    proof, signature = await read_request(body.csr), _decoded(body.signature)
    serial = pki.serial_of(body.serial)
    found = await find_renewal(platform.database.lookups, serial, proof.key_hash)
    nonces = await _challenges(platform, serial, found).good()
    if found is not None and found.nonce is not None:
        nonces.append(found.nonce)
    # As many as there may be: how often somebody asked for a challenge isn't told by the time.
    nonces = [_NO_NONCE] * (KEPT + 1 - len(nonces)) + nonces
    certificate_pem = _DECOY if found is None else found.pem
    signed = await asyncio.to_thread(_signed_nonce, certificate_pem, nonces, body.csr, signature)
    if found is None or signed is None:
        raise Unauthenticated("the signature is not by this certificate's key over a valid nonce")
    authorities = await platform.authorities.trusted()
    async with platform.database.transaction(found.org_id) as tx:
        device = await hold_device(tx, found.device_id)
        if device is None:
            raise _revoked()
        proved = _Proof(serial, signed, proof)
        renewed = await _renewed(tx, platform, authorities, device=device, proof=proved)
        return provisioned(platform, authorities, renewed)


def _challenges(platform: Platform, serial: str, found: FoundRenewal | None) -> Challenges:
    return Challenges(platform.redis, platform.keys, serial, is_known=found is not None)


def _decoded(signature: str) -> bytes:
    """Base64, in lines or not. Raises Malformed."""
    try:
        return base64.b64decode("".join(signature.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("the signature is not base64") from None


def _signed_nonce(
    certificate_pem: str, nonces: Sequence[str], csr: str, signature: bytes
) -> str | None:
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    for nonce in reversed(nonces):
        if pki.is_signed(certificate, f"{nonce}\n{csr}".encode(), signature) and nonce != _NO_NONCE:
            return nonce
    return None


@dataclass(frozen=True)
class _Proof:
    """That the certificate's key has signed a request, over a nonce of ours."""

    serial: str
    nonce: str
    of_new_key: KeyProof


async def _renewed(
    tx: AsyncSession,
    platform: Platform,
    authorities: TrustedAuthorities,
    device: Device,
    proof: _Proof,
) -> Certificate:
    serial = proof.serial
    old = await tx.scalar(select(Certificate).where(Certificate.serial == serial))
    if old is None or old.revoked_at is not None:
        raise _revoked()
    if (again := await _same_again(tx, serial, proof.of_new_key)) is not None:
        return again
    if old.not_after <= (now := datetime.now(UTC)):
        raise _ended("expired")
    if old.superseded_at is not None and old.superseded_at <= now:
        raise _ended("superseded")
    await _check_nonce(tx, proof.nonce)
    await _check_rate(tx, device)
    new = await issue(
        tx,
        platform,
        authorities,
        device=device,
        proof=proof.of_new_key,
        renewed_from=serial,
        renewal_nonce=proof.nonce,
    )
    record_event(
        tx,
        "CERTIFICATE",
        "The device renewed its certificate",
        actor=device_actor(device.id),
        device_id=device.id,
        details=told_of(new) | {"renewedFrom": serial},
    )
    return new


async def _same_again(tx: AsyncSession, serial: str, proof: KeyProof) -> Certificate | None:
    """What the certificate was renewed with for this key before. Raises Conflict where that has
    ended."""
    again = await tx.scalar(
        select(Certificate)
        .where(Certificate.renewed_from == serial, Certificate.public_key_hash == proof.key_hash)
        .order_by(Certificate.created_at.desc())
        .limit(1)
    )
    if again is None:
        return None
    if again.revoked_at is not None:
        raise _revoked()
    ends_at = min(again.not_after, again.superseded_at or again.not_after)
    if ends_at <= datetime.now(UTC):
        raise _ended("superseded" if again.superseded_at else "expired")
    return again


async def _check_nonce(tx: AsyncSession, nonce: str) -> None:
    used = select(Certificate.serial).where(Certificate.renewal_nonce == nonce)
    if await tx.scalar(used) is not None:
        raise Unauthenticated("the nonce was used: ask for another")


async def _check_rate(tx: AsyncSession, device: Device) -> None:
    day = timedelta(days=1)
    lately = select(func.count()).where(
        Certificate.device_id == device.id,
        Certificate.renewed_from.is_not(None),
        Certificate.created_at > datetime.now(UTC) - day,
    )
    if (await tx.scalar(lately) or 0) >= RENEWALS_PER_DAY:
        raise TooManyRequests(
            day.total_seconds() / RENEWALS_PER_DAY,
            detail=f"a device may renew {RENEWALS_PER_DAY} times a day",
        )


def _revoked() -> Conflict:
    return Conflict("the certificate is revoked", code="CERTIFICATE_REVOKED")


def _ended(how: str) -> Conflict:
    return Conflict(f"the certificate is {how}", code="CERTIFICATE_ENDED")
