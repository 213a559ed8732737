"""The audit log is sealed as it grows, and keeps the months that it has to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from db.queries.audit import drop_audit_months, ensure_audit_months, seal
from workers.context import WorkerContext

log = structlog.get_logger()

SEALED_AT_ONCE = 5_000


async def seal_audit_log(context: WorkerContext) -> None:
    """The heads of all chains that grew are logged: kept elsewhere, they show what was changed."""
    is_more = True
    while is_more:
        async with context.pool.acquire() as connection, connection.transaction():
            heads = await seal(connection, at_most=SEALED_AT_ONCE)
        for head in heads:
            log.info(
                "audit log sealed",
                org_id=str(head.org_id),
                number=head.number,
                entries=head.entries,
                hash=head.hash.hex(),
            )
        is_more = sum(head.entries for head in heads) >= SEALED_AT_ONCE


async def keep_audit_months(context: WorkerContext) -> None:
    """Safe to run at any time and by any number of workers."""
    days = context.settings.retention.audit_days
    await ensure_audit_months(context.pool)
    await drop_audit_months(context.pool, before=datetime.now(UTC) - timedelta(days=days))
