"""Who asked for an export is told that it has ended, where they said where."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.jobs import start_job
from app.telemetry.exports.service import WEBHOOK_PURPOSE, event_of
from db.models import Export
from workers.queue.job import JobAttempt
from workers.webhooks import tell, telling


async def start_telling(tx: AsyncSession, export_id: UUID) -> None:
    """In the transaction in which the export ends."""
    told = await tx.scalar(
        update(Export)
        .where(Export.id == export_id, Export.webhook_url.is_not(None))
        .values(webhook_status="PENDING")
        .returning(Export.id)
    )
    if told is not None:
        await start_job(tx, "tell-of-export", {"exportId": str(export_id)})


async def tell_of_export(job: JobAttempt) -> None:
    """Raises RetryLater until the receiver answers 2xx. An export that is gone is nothing to tell
    of."""
    async with job.transaction() as tx:
        export = await tx.scalar(select(Export).where(Export.id == UUID(job.payload["exportId"])))
    if export is None or export.webhook_url is None:
        return
    keys = job.context.keys
    url = keys.decrypt(export.webhook_url, purpose=WEBHOOK_PURPOSE).decode()
    body = msgspec.json.encode(event_of(export))
    secrets = keys.webhook_secrets(export.id)
    await tell(job.context, url, body, id_=str(job.claimed.id), secrets=secrets)
    async with job.last_transaction() as tx:
        await tx.execute(
            update(Export).where(Export.id == export.id).values(webhook_status="DELIVERED")
        )


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    await tx.execute(
        update(Export)
        .where(Export.id == UUID(job.payload["exportId"]), Export.webhook_url.is_not(None))
        .values(webhook_status="FAILED")
    )


TELL_OF_EXPORT = telling("tell-of-export", tell_of_export, give_up)
