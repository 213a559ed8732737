"""The list of revoked certificates, for brokers that aren't ours: ours asks the database.

Each process makes the list when it is asked for one and has none that is recent enough; it is
signed by whoever makes it. So it costs nothing where nobody asks, and is never past its time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import CertificateRevocationList

from app.core.pki import Authority, issue_revocation_list
from app.settings import SecuritySettings
from db.connections.types import Pool
from db.queries.credentials import revoked_certificates


@dataclass(frozen=True)
class RevocationList:
    """As it travels."""

    der: bytes
    pem: bytes
    etag: str
    made_at: datetime

    @classmethod
    def of(cls, signed: CertificateRevocationList, made_at: datetime) -> RevocationList:
        return cls(
            der=signed.public_bytes(serialization.Encoding.DER),
            pem=signed.public_bytes(serialization.Encoding.PEM),
            etag=signed.fingerprint(hashes.SHA256()).hex()[:32],
            made_at=made_at,
        )


class RevocationLists:
    """The one that is served, and how the next is made."""

    def __init__(self, pool: Pool, authority: Authority, security: SecuritySettings) -> None:
        self._pool = pool
        self._authority = authority
        self._fresh = timedelta(seconds=security.revocation_list_seconds)
        self._good = timedelta(hours=security.revocation_list_hours)
        self._newest: RevocationList | None = None
        self._making = asyncio.Lock()

    async def newest(self) -> RevocationList:
        """At most as old as the setting says; all who ask while one is made are given that one."""
        async with self._making:
            now = datetime.now(UTC)
            if self._newest is None or now - self._newest.made_at >= self._fresh:
                self._newest = await self._made(now.replace(microsecond=0))
            return self._newest

    async def _made(self, now: datetime) -> RevocationList:
        revoked = await revoked_certificates(self._pool)
        signed = await asyncio.to_thread(
            issue_revocation_list,
            self._authority,
            revoked,
            made_at=now,
            next_at=now + self._good,
        )
        return await asyncio.to_thread(RevocationList.of, signed, now)
