"""What was refused, given to the pipeline once more: after its cause was mended, or with a fix of
its own; or only looked at, to see what would become of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, update

from app.core.actor import Actor
from app.core.platform import Platform
from app.telemetry.quarantine import service
from app.telemetry.quarantine.fixes import Unfixable, fixed
from app.telemetry.quarantine.schemas import (
    QuarantineFix,
    QuarantineReplay,
    ReplayedEntries,
    ReplayedEntry,
)
from app.telemetry.readings.ingestion import committed
from db.models import QuarantineEntry
from ingest.pipeline.decode import NotReadings, decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Rejection


@dataclass(frozen=True, slots=True)
class Attempt:
    """An entry and what is given to the pipeline of it; no message where it can't be read by
    itself: a line of CSV without its header, or no JSON at all."""

    entry: QuarantineEntry
    payload: bytes
    message: Message | None = None
    fault: str | None = None
    """Why the fix can't be applied."""


async def replay_page(
    platform: Platform, actor: Actor, body: QuarantineReplay, *, dry_run: bool
) -> ReplayedEntries:
    """Replay the entries that are meant, oldest first, up to the limit."""
    async with platform.database.snapshot(actor.tenant) as snapshot:
        rows, cursor = await service.oldest(snapshot, body)
    items = await replay(platform, actor, rows, fix=body.fix, dry_run=dry_run)
    return ReplayedEntries(
        dry_run=dry_run,
        items=items,
        resolved=sum(item.is_resolved for item in items),
        accepted=sum(item.accepted for item in items),
        duplicates=sum(item.duplicates for item in items),
        next_cursor=cursor,
    )


async def replay(
    platform: Platform,
    actor: Actor,
    rows: Sequence[QuarantineEntry],
    *,
    fix: QuarantineFix | None,
    dry_run: bool,
) -> list[ReplayedEntry]:
    """What is stored now leaves quarantine; what is refused again stays as it came.

    The readings are committed first: who is interrupted in between replays again, and finds
    duplicates. A dry run stores nothing, and takes nothing away.
    """
    attempts = [_attempt(row, fix) for row in rows]
    receipts = await (_foreseen if dry_run else _committed)(platform, attempts)
    outcomes = [_outcome(*each) for each in zip(attempts, receipts, strict=True)]
    if not dry_run:
        await _conclude(platform, actor, rows, outcomes, is_fixed=fix is not None)
    return outcomes


def _attempt(row: QuarantineEntry, fix: QuarantineFix | None) -> Attempt:
    try:
        payload = row.payload if fix is None else fixed(row.payload, fix)
        elements = decode(payload)
    except Unfixable as error:
        return Attempt(row, row.payload, fault=f"the fix is not for this: {error}")
    except NotReadings:
        return Attempt(row, row.payload)
    if all(isinstance(element, Rejection) for element in elements):
        told = "; ".join(each.message for each in elements if isinstance(each, Rejection))
        return Attempt(row, payload, fault=None if fix is None else told)
    message = Message(
        row.org_id,
        row.device_id,
        Via.HTTP,
        payload,
        time.perf_counter(),
        elements,
        is_replayed=True,
    )
    return Attempt(row, payload, message)


async def _committed(platform: Platform, attempts: Sequence[Attempt]) -> Sequence[Receipt | None]:
    return await asyncio.gather(*(_stored(platform, each) for each in attempts))


async def _stored(platform: Platform, attempt: Attempt) -> Receipt | None:
    message = attempt.message
    return None if message is None else await committed(platform, message)


async def _foreseen(platform: Platform, attempts: Sequence[Attempt]) -> Sequence[Receipt | None]:
    found = iter(await platform.preview([each.message for each in attempts if each.message]))
    return [next(found) if each.message else None for each in attempts]


async def _conclude(
    platform: Platform,
    actor: Actor,
    rows: Sequence[QuarantineEntry],
    outcomes: Sequence[ReplayedEntry],
    *,
    is_fixed: bool,
) -> None:
    """Why an entry was refused last is said of what it is, not of what a fix made of it."""
    resolved = [outcome.id for outcome in outcomes if outcome.is_resolved]
    async with platform.database.transaction(actor.tenant) as tx:
        if resolved:
            await tx.execute(delete(QuarantineEntry).where(QuarantineEntry.id.in_(resolved)))
        for row, outcome in zip(rows, outcomes, strict=True):
            told = {"reason": outcome.reason, "message": outcome.message}
            is_news = told != {"reason": row.reason, "message": row.message}
            if not outcome.is_resolved and is_news and not is_fixed:
                await tx.execute(
                    update(QuarantineEntry).where(QuarantineEntry.id == row.id).values(**told)
                )


def _outcome(attempt: Attempt, receipt: Receipt | None) -> ReplayedEntry:
    row = attempt.entry
    if receipt is None:
        told = attempt.fault or row.message
        outcome = ReplayedEntry(row.id, False, 0, 0, row.reason, told)
    elif not receipt.errors:
        outcome = ReplayedEntry(row.id, True, receipt.accepted, receipt.duplicates)
    else:
        told = "; ".join(dict.fromkeys(error.message for error in receipt.errors))
        counts = receipt.accepted, receipt.duplicates
        outcome = ReplayedEntry(row.id, False, *counts, receipt.errors[0].code, told)
    if attempt.payload is not row.payload:
        outcome.payload = attempt.payload.decode()
    return outcome
