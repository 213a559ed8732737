"""Whether the audit log is as it was written, computed outside the database from what is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from app.settings import Settings, SettingsError
from app.settings.group import PREFIX
from db.connections.pools import open_owner_pool
from db.connections.types import Connection, Pool
from db.queries.audit import kept_since, verified_seals
from db.queries.secrets import act_in
from db.queries.tenants import organizations_after

_ORGANIZATIONS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A seal as somebody wrote it down elsewhere."""

    number: int
    hash: bytes


@dataclass
class AuditReport:
    organizations: int = 0
    seals: int = 0
    without_entries: int = 0
    """Seals of months that have served their time."""
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.wrong

    def lines(self) -> Iterator[str]:
        yield from self.wrong
        yield (
            f"{self.seals} seals of {self.organizations} organizations, {len(self.wrong)} wrong, "
            f"{self.without_entries} of months that are no longer kept"
        )


def parse_head(text: str) -> KeptHead:
    """Raises ValueError."""
    number, _, hash_ = text.partition(":")
    try:
        return KeptHead(int(number), bytes.fromhex(hash_))
    except ValueError:
        raise ValueError("--head must be NUMBER:HASH, as it was logged") from None


async def verify_audit_log(
    settings: Settings, only: UUID | None, head: KeptHead | None
) -> AuditReport:
    """Raises SettingsError without the owner's address."""
    if settings.database.owner_url is None:
        raise SettingsError(f"{PREFIX}OWNER_DATABASE_URL is missing")
    report = AuditReport()
    async with open_owner_pool(settings.database.owner_url) as pool:
        async for org_id in _organizations(pool, only):
            async with (
                pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                await act_in(connection, org_id)
                await _verify(connection, org_id, report)
                if head is not None:
                    await _compare(connection, org_id, head, report)
    return report


async def _organizations(pool: Pool, only: UUID | None) -> AsyncIterator[UUID]:
    if only is not None:
        yield only
        return
    after: UUID | None = None
    while found := await organizations_after(pool, after, at_most=_ORGANIZATIONS_AT_ONCE):
        for org_id in found:
            yield org_id
        after = found[-1]


async def _verify(connection: Connection, org_id: UUID, report: AuditReport) -> None:
    report.organizations += 1
    async for seal in verified_seals(connection, kept_since=await kept_since(connection)):
        report.seals += 1
        report.without_entries += seal.is_right is None
        if seal.is_right is False:
            report.wrong.append(
                f"organization {org_id}: what seal {seal.number} stands for was changed"
            )


async def _compare(
    connection: Connection, org_id: UUID, head: KeptHead, report: AuditReport
) -> None:
    there = await connection.fetchval(
        "SELECT hash FROM platform.audit_seal WHERE number = $1", head.number
    )
    if there != head.hash:
        report.wrong.append(
            f"organization {org_id}: seal {head.number} is not the one that was kept"
        )
