"""A device's certificates: listed, and ended before their time."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.certificates.issuing import end_all, hold_device
from app.control.certificates.schemas import CertificateRead, Certificates, CertificateStatus
from app.core import resource
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.events import record_event
from db.connections.readers import Reader
from db.models import Certificate, Device


async def certificates(reader: Reader, device_id: UUID) -> Certificates:
    await resource.get(reader, Device, device_id)
    rows = await reader.rows(
        select(Certificate)
        .where(Certificate.device_id == device_id)
        .order_by(Certificate.created_at.desc(), Certificate.serial),
    )
    now = datetime.now(UTC)
    return Certificates(
        [
            CertificateRead(
                serial=row.serial,
                fingerprint=row.fingerprint.hex(),
                not_before=row.not_before,
                not_after=row.not_after,
                revoked_at=row.revoked_at,
                superseded_at=row.superseded_at,
                status=_status(row, now),
            )
            for row in rows
        ]
    )


def _status(row: Certificate, now: datetime) -> CertificateStatus:
    if row.revoked_at is not None:
        return CertificateStatus.REVOKED
    if row.superseded_at is not None and row.superseded_at <= min(now, row.not_after):
        return CertificateStatus.SUPERSEDED
    if row.not_after <= now:
        return CertificateStatus.EXPIRED
    return CertificateStatus.ENDING if row.superseded_at else CertificateStatus.VALID


async def revoke_certificate(tx: AsyncSession, actor: Actor, device_id: UUID, serial: str) -> None:
    """End a certificate for good; a live session with it is cut within a second. Twice is once.

    Where it is still good, whatever else the device has ends with it: by renewal the one came from
    the other, whoever had the key.
    """
    device = await hold_device(tx, device_id)
    row = await tx.scalar(
        select(Certificate).where(Certificate.device_id == device_id, Certificate.serial == serial)
    )
    if device is None or row is None:
        raise NotFound(f"the device has no certificate {serial}")
    if row.revoked_at is not None:
        return
    is_good = _status(row, datetime.now(UTC)) in (CertificateStatus.VALID, CertificateStatus.ENDING)
    row.revoked_at = datetime.now(UTC)
    ended = [serial, *(await end_all(tx, device_id) if is_good else [])]
    for each in ended:
        record_event(
            tx,
            "CERTIFICATE",
            "A certificate of the device was revoked",
            actor=actor.principal,
            device_id=device_id,
            details={"serial": each},
        )
