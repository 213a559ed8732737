"""What was refused, given to the pipeline once more, after its cause was mended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from sqlalchemy import delete, update

from app.core.actor import Actor
from app.core.platform import Platform
from app.telemetry.quarantine import service
from app.telemetry.quarantine.schemas import QuarantineReplay, ReplayedEntries, ReplayedEntry
from app.telemetry.readings.ingestion import committed
from db.models import QuarantineEntry
from ingest.pipeline.decode import NotReadings, decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Rejection


async def replay_page(platform: Platform, actor: Actor, body: QuarantineReplay) -> ReplayedEntries:
    """Replay the entries that are meant, oldest first, up to the limit."""
    async with platform.database.snapshot(actor.org_id) as snapshot:
        rows, cursor = await service.oldest(snapshot, body)
    items = await replay(platform, actor, rows)
    return ReplayedEntries(
        items=items,
        resolved=sum(item.is_resolved for item in items),
        accepted=sum(item.accepted for item in items),
        duplicates=sum(item.duplicates for item in items),
        next_cursor=cursor,
    )


async def replay(
    platform: Platform, actor: Actor, rows: Sequence[QuarantineEntry]
) -> list[ReplayedEntry]:
    """What is stored now leaves quarantine; what is refused again stays, and says why it was refused last.

    The readings are committed first: who is interrupted in between replays again, and finds duplicates.
    """
    receipts = await asyncio.gather(*(_replayed(platform, row) for row in rows))
    outcomes = [_outcome(row, receipt) for row, receipt in zip(rows, receipts, strict=True)]
    resolved = [outcome.id for outcome in outcomes if outcome.is_resolved]
    async with platform.database.transaction(actor.org_id) as tx:
        if resolved:
            await tx.execute(delete(QuarantineEntry).where(QuarantineEntry.id.in_(resolved)))
        for row, outcome in zip(rows, outcomes, strict=True):
            told = {"reason": outcome.reason, "message": outcome.message}
            if not outcome.is_resolved and told != {"reason": row.reason, "message": row.message}:
                await tx.execute(
                    update(QuarantineEntry).where(QuarantineEntry.id == row.id).values(**told)
                )
    return outcomes


async def _replayed(platform: Platform, row: QuarantineEntry) -> Receipt | None:
    """None for what can't be read by itself: a line of CSV without its header, or no JSON at all."""
    try:
        elements = decode(row.payload)
    except NotReadings:
        return None
    if all(isinstance(element, Rejection) for element in elements):
        return None
    message = Message(
        row.org_id,
        row.device_id,
        Via.HTTP,
        row.payload,
        time.perf_counter(),
        elements,
        is_replayed=True,
    )
    return await committed(platform, message)


def _outcome(row: QuarantineEntry, receipt: Receipt | None) -> ReplayedEntry:
    if receipt is None:
        return ReplayedEntry(row.id, False, 0, 0, row.reason, row.message)
    if not receipt.errors:
        return ReplayedEntry(row.id, True, receipt.accepted, receipt.duplicates)
    told = dict.fromkeys(error.message for error in receipt.errors)
    return ReplayedEntry(
        row.id, False, receipt.accepted, receipt.duplicates, receipt.errors[0].code, "; ".join(told)
    )
