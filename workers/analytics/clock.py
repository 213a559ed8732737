"""The clock of job definitions: each that is due gets a run, in a transaction of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.job_runs.service import start_run
from db.models import JobDefinition, JobRun
from db.queries.events import PLATFORM
from db.queries.job_definitions import due_definitions
from workers.context import WorkerContext

log = structlog.get_logger()

DEFINITIONS = "job definitions"
"""The name of the scheduled task."""
AT_ONCE = 100


async def begin_due_runs(context: WorkerContext) -> None:
    """One that fails keeps no other from its run: it is tried again at the next tick."""
    for org_id, definition_id in await due_definitions(context.pool, at_most=AT_ONCE):
        try:
            async with context.database.transaction(org_id) as tx:
                await _begin(tx, definition_id)
        except Exception as error:  # of whatever kind: it is this one's alone
            log.error("a job waits", definition=str(definition_id), exc_info=error)


async def _begin(tx: AsyncSession, definition_id: UUID) -> None:
    """One that still runs is let be."""
    now = datetime.now(UTC)
    still_due = (
        JobDefinition.id == definition_id,
        JobDefinition.enabled,
        JobDefinition.deleted_at.is_(None),
        JobDefinition.due_at <= now,
    )
    row = await tx.scalar(select(JobDefinition).where(*still_due).with_for_update())
    if row is None:
        return
    await tx.execute(
        update(JobDefinition)
        .where(JobDefinition.id == definition_id)
        .values(
            due_at=now + timedelta(seconds=row.every_seconds),
            updated_at=JobDefinition.updated_at,
        )
    )
    running = select(JobRun.id).where(
        JobRun.definition_id == definition_id, JobRun.status == "RUNNING"
    )
    if await tx.scalar(running) is None:
        await start_run(tx, definition_id, PLATFORM)
