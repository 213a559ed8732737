"""The platform's certificate authority: made at the first start, its key encrypted at rest."""

from __future__ import annotations

from sqlalchemy import select, text

from app.core.keys import Keys
from app.core.pki import Authority, new_authority
from db.connections.sessions import Database
from db.models import CertificateAuthority

_PURPOSE = "certificate authority"


async def load_authority(database: Database, keys: Keys) -> Authority:
    """The installation's CA; the first process to ask makes it."""
    async with database.sessions() as session, session.begin():
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('certificate authority'))")
        )
        row = await session.scalar(
            select(CertificateAuthority).order_by(CertificateAuthority.created_at.desc()).limit(1)
        )
        if row is not None:
            return Authority.load(
                row.certificate_pem, keys.decrypt(row.encrypted_key, purpose=_PURPOSE)
            )
        authority = new_authority()
        session.add(
            CertificateAuthority(
                certificate_pem=authority.certificate_pem,
                encrypted_key=keys.encrypt(authority.key_der, purpose=_PURPOSE),
            )
        )
        return authority
