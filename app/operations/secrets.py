"""What still depends on an older secret of the installation, and bringing it to the newest.

What is encrypted is encrypted anew here. What is hashed can't be: an API key is hashed anew when it
is next used, sessions and registration tokens end by themselves. When nothing is left, older
secrets can be dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from app.alerting.notification_channels.service import SEALED_PURPOSE
from app.control.certificates.authority import ensure_certificates
from app.core.idempotency import ANSWER_PURPOSE
from app.core.keys import CanNotDecrypt, Keys
from app.media.streams import SEALED_PURPOSE as CAMERA_PURPOSE
from app.settings import Settings
from app.telemetry.exports.service import WEBHOOK_PURPOSE
from db.connections.types import Connection, Pool
from db.queries import secrets as queries
from db.queries.tenants import organizations_after

_ORGANIZATIONS_AT_ONCE = 500
_SEALED = (
    (queries.WEBHOOKS, WEBHOOK_PURPOSE),
    *((sealed, SEALED_PURPOSE) for sealed in queries.CHANNELS),
    (queries.CAMERAS, CAMERA_PURPOSE),
    (queries.ANSWERS, ANSWER_PURPOSE),
)


class Dependents(msgspec.Struct, rename="camel"):
    """Things of one kind that are of no use without an older secret. `last_ends_at` is null where
    one of them has no end of its own: then it is used, or revoked."""

    kind: str
    count: int = 0
    last_ends_at: datetime | None = None
    has_endless: bool = False

    def add(self, found: queries.Dependent) -> None:
        self.count += found.number
        self.has_endless |= found.has_endless
        if found.last_ends_at is not None:
            self.last_ends_at = max(found.last_ends_at, self.last_ends_at or found.last_ends_at)


class SecretReport(msgspec.Struct, rename="camel"):
    """What depends on older secrets, and what was encrypted anew on the way."""

    dependents: list[Dependents]
    encrypted_anew: int
    unreadable: int
    """What no secret that is given can decrypt: one was dropped too early."""

    @property
    def is_done(self) -> bool:
        return not any(each.count for each in self.dependents)


async def rotate(pool: Pool, settings: Settings) -> SecretReport:
    """Encrypt anew what is at rest, organization by organization; may be run at any time, and
    again. The pool is of role `iot_owner`. Raises NoAuthority."""
    await ensure_certificates(pool, settings)
    keys = Keys.of(settings.security)
    dependents = {kind: Dependents(kind) for kind in queries.HASHED}
    report = SecretReport([*dependents.values()], 0, 0)
    after: UUID | None = None
    while page := await organizations_after(pool, after, at_most=_ORGANIZATIONS_AT_ONCE):
        for org_id in page:
            async with _of_tenant(pool, org_id) as connection:
                await _encrypt_anew(connection, keys, report)
                for kind in queries.HASHED:
                    dependents[kind].add(await queries.dependent(connection, kind, keys.id))
        after = page[-1]
    return report


async def _encrypt_anew(connection: Connection, keys: Keys, report: SecretReport) -> None:
    for sealed, purpose in _SEALED:
        for row in await queries.sealed_rows(connection, sealed):
            try:
                anew = keys.encrypted_anew(row, purpose=purpose)
            except CanNotDecrypt:
                report.unreadable += 1
                continue
            if anew is not None:
                await queries.replace_sealed(connection, sealed, row, anew)
                report.encrypted_anew += 1


@asynccontextmanager
async def _of_tenant(pool: Pool, org_id: UUID) -> AsyncIterator[Connection]:
    """A transaction that sees one organization's rows: the owner is behind the policies, too."""
    async with pool.acquire() as connection, connection.transaction():
        await queries.act_in(connection, org_id)
        yield connection
