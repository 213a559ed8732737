"""A certificate for the key of a request, in the transaction of what it is given for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography.x509 import CertificateSigningRequest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.certificates.schemas import MqttAccess, Provisioned
from app.core import pki, resource
from app.core.authorities import TrustedAuthorities
from app.core.errors import Conflict, Malformed
from app.core.platform import Platform
from db.models import Certificate, Device, DeviceKey
from ingest.mqtt.topics import device_topics


@dataclass(frozen=True)
class KeyProof:
    """A signing request that its own key has signed."""

    request: CertificateSigningRequest
    key_hash: bytes


async def read_request(csr: str) -> KeyProof:
    """Raises Malformed."""
    try:
        request = await asyncio.to_thread(pki.read_request, csr)
    except pki.BadRequest as error:
        raise Malformed(str(error), code="BAD_CSR") from None
    return KeyProof(request, pki.public_key_hash(request))


async def issue(
    tx: AsyncSession,
    platform: Platform,
    authorities: TrustedAuthorities,
    *,
    device: Device,
    proof: KeyProof,
    renewed_from: str | None = None,
    renewal_nonce: str | None = None,
) -> Certificate:
    """Sign the key for this device, beside what it has. Raises Conflict for the key of another."""
    org_id, device_id = device.org_id, device.id
    signer, public_url = authorities.newest, platform.settings.server.public_url
    await _claim_key(tx, org_id, device_id, proof.key_hash)
    issued = pki.issue_device_certificate(
        signer,
        proof.request,
        org_id=org_id,
        device_id=device_id,
        public_url=public_url,
        revocation_list_url=public_url + authorities.revocation_list_path(signer),
        days=platform.settings.security.certificate_days,
    )
    return await resource.add(
        tx,
        Certificate(
            org_id=org_id,
            serial=issued.serial,
            device_id=device_id,
            fingerprint=issued.fingerprint,
            pem=issued.pem,
            not_before=issued.not_before,
            not_after=issued.not_after,
            authority_id=signer.id,
            public_key_hash=proof.key_hash,
            renewed_from=renewed_from,
            renewal_nonce=renewal_nonce,
        ),
    )


async def hold_device(tx: AsyncSession, device_id: UUID) -> Device | None:
    """Locked, before any certificate of it, as who deletes it does. None where it is deleted."""
    return await tx.scalar(
        select(Device)
        .where(Device.id == device_id, Device.deleted_at.is_(None))
        .with_for_update(key_share=True)
    )


async def end_all(tx: AsyncSession, device_id: UUID) -> list[str]:
    """Revoke every certificate that the device has at this moment; the serials of those that were
    good. What has ended by itself is left as it is."""
    await tx.flush()
    now = datetime.now(UTC)
    ended = await tx.scalars(
        update(Certificate)
        .where(
            Certificate.device_id == device_id,
            Certificate.revoked_at.is_(None),
            Certificate.not_after > now,
            func.coalesce(Certificate.superseded_at, Certificate.not_after) > now,
        )
        .values(revoked_at=now)
        .returning(Certificate.serial)
        .execution_options(synchronize_session=False)
    )
    return list(ended)


def told_of(certificate: Certificate) -> dict[str, str]:
    """In an event's details."""
    return {"serial": certificate.serial, "notAfter": certificate.not_after.isoformat()}


def provisioned(
    platform: Platform, authorities: TrustedAuthorities, certificate: Certificate
) -> Provisioned:
    """What a device needs to connect."""
    return Provisioned(
        device_id=certificate.device_id,
        organization_id=certificate.org_id,
        certificate=certificate.pem,
        ca_certificates=authorities.anchors_pem,
        expires_at=certificate.not_after,
        mqtt=MqttAccess(
            host=platform.settings.server.mqtt_public_host,
            port=platform.settings.server.mqtt_public_port,
            client_id=str(certificate.device_id),
            topics=device_topics(certificate.org_id, certificate.device_id),
        ),
    )


async def _claim_key(tx: AsyncSession, org_id: UUID, device_id: UUID, key_hash: bytes) -> None:
    """Make the key this device's: whoever has it would be each of those that share it. Raises
    Conflict for another device's, of whatever organization."""
    claim = insert(DeviceKey).values(org_id=org_id, public_key_hash=key_hash, device_id=device_id)
    await tx.execute(claim.on_conflict_do_nothing())
    of_key = select(DeviceKey.device_id).where(DeviceKey.public_key_hash == key_hash)
    if await tx.scalar(of_key) != device_id:
        raise Conflict(
            "this key is in use by another device: each needs a key pair of its own. Images of a "
            "device must be made before its key is",
            code="KEY_IN_USE",
        )
