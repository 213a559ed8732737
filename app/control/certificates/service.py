"""A device's certificates: listed, and ended before their time."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.certificates.schemas import CertificateRead, Certificates
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
    return Certificates(
        [
            CertificateRead(
                serial=row.serial,
                fingerprint=row.fingerprint.hex(),
                not_before=row.not_before,
                not_after=row.not_after,
                revoked_at=row.revoked_at,
            )
            for row in rows
        ]
    )


async def revoke_certificate(tx: AsyncSession, actor: Actor, device_id: UUID, serial: str) -> None:
    """End a certificate for good; a live session with it is cut within a second. Twice is once."""
    row = await tx.scalar(
        select(Certificate).where(Certificate.device_id == device_id, Certificate.serial == serial)
    )
    if row is None:
        raise NotFound(f"the device has no certificate {serial}")
    if row.revoked_at is not None:
        return
    row.revoked_at = datetime.now(UTC)
    record_event(
        tx,
        "CERTIFICATE",
        "A certificate of the device was revoked",
        actor=actor.principal,
        device_id=device_id,
        details={"serial": serial},
    )
