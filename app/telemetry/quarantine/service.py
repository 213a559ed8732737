"""What the pipeline refused, for people to look at and delete."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.wire import Listing, Page
from app.telemetry.quarantine.schemas import QuarantineEntryRead
from db.models import QuarantineEntry
from db.snapshots import Snapshot
from ingest.messages import Reason

SORTS = {"receivedAt": QuarantineEntry.received_at, "lastReceivedAt": QuarantineEntry.last_received_at}


async def page(
    snapshot: Snapshot,
    listing: Listing,
    *,
    device_id: UUID | None,
    reason: Reason | None,
    start: datetime | None,
    end: datetime | None,
) -> Page[QuarantineEntryRead]:
    statement = select(QuarantineEntry)
    if device_id is not None:
        statement = statement.where(QuarantineEntry.device_id == device_id)
    if reason is not None:
        statement = statement.where(QuarantineEntry.reason == reason)
    if start is not None:
        statement = statement.where(QuarantineEntry.received_at >= start)
    if end is not None:
        statement = statement.where(QuarantineEntry.received_at < end)
    found = await resource.find(snapshot, statement, listing, sorts=SORTS, id_=QuarantineEntry.id)
    return found.page([_read(row) for row in found.rows])


async def get(snapshot: Snapshot, entry_id: UUID) -> QuarantineEntryRead:
    return _read(await resource.get(snapshot, QuarantineEntry, entry_id))


async def remove(tx: AsyncSession, entry_id: UUID) -> None:
    await tx.delete(await resource.get(tx, QuarantineEntry, entry_id))


def _read(row: QuarantineEntry) -> QuarantineEntryRead:
    try:
        payload, encoding = row.payload.decode(), "utf-8"
    except UnicodeDecodeError:
        payload, encoding = base64.b64encode(row.payload).decode(), "base64"
    return QuarantineEntryRead(
        id=row.id,
        device_id=row.device_id,
        reason=row.reason,
        message=row.message,
        payload=payload,
        payload_encoding=encoding,
        payload_index=row.payload_index,
        occurrences=row.occurrences,
        received_at=row.received_at,
        last_received_at=row.last_received_at,
    )
