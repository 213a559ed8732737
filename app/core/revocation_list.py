"""The list of revoked certificates, for brokers that aren't ours: ours asks the database.

Each process makes the list when it is asked for one and has none that is recent enough; it is
signed by whoever makes it. So it costs nothing where nobody asks, and is never past its time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import CertificateRevocationList

from app.core.authorities import Authorities
from app.core.authority import Authority
from app.core.pki import issue_revocation_list
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
    """Those that are served, one of each authority that is trusted, and how the next are made."""

    def __init__(self, pool: Pool, authorities: Authorities, security: SecuritySettings) -> None:
        self._pool = pool
        self._authorities = authorities
        self._fresh = timedelta(seconds=security.revocation_list_seconds)
        self._good = timedelta(hours=security.revocation_list_hours)
        self._newest: dict[UUID, RevocationList] = {}
        self._made_at = datetime.min.replace(tzinfo=UTC)
        self._making = asyncio.Lock()

    async def newest(self) -> dict[UUID, RevocationList]:
        """By authority, the oldest first; at most as old as the setting says. All who ask while
        they are made are given those."""
        async with self._making:
            now = datetime.now(UTC)
            if now - self._made_at >= self._fresh:
                trusted = await self._authorities.trusted()
                made_at = now.replace(microsecond=0)
                self._newest = {each.id: await self._made(each, made_at) for each in trusted.all}
                self._made_at = now
            return self._newest

    async def _made(self, authority: Authority, now: datetime) -> RevocationList:
        revoked = await revoked_certificates(self._pool, authority.id)
        signed = await asyncio.to_thread(
            issue_revocation_list,
            authority,
            revoked,
            made_at=now,
            next_at=authority.until(now + self._good),
        )
        return await asyncio.to_thread(RevocationList.of, signed, now)


def together(lists: Iterable[RevocationList]) -> RevocationList:
    """All of them, for who takes several: in PEM one behind the other. DER has room for one, which
    is the first."""
    first, *others = lists
    tags = "".join(each.etag for each in (first, *others)).encode()
    return RevocationList(
        der=first.der,
        pem=b"".join(each.pem for each in (first, *others)),
        etag=hashlib.sha256(tags).hexdigest()[:32],
        made_at=first.made_at,
    )
