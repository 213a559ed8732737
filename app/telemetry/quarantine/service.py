"""What the pipeline refused, for people to look at, replay and delete."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.telemetry.quarantine.schemas import QuarantineEntryRead, QuarantineReplay
from db.connections.readers import Reader
from db.models import QuarantineEntry
from ingest.pipeline.rejection import Reason

SORTS = {
    "receivedAt": QuarantineEntry.received_at,
    "lastReceivedAt": QuarantineEntry.last_received_at,
}


async def page(
    reader: Reader,
    page_request: PageRequest,
    *,
    device_id: UUID | None,
    reason: Reason | None,
    start: datetime | None,
    end: datetime | None,
) -> Page[QuarantineEntryRead]:
    statement = wanted_entries(device_id, reason, start, end)
    found = await resource.find(
        reader, statement, page_request, sorts=SORTS, id_=QuarantineEntry.id
    )
    return found.page([_read(row) for row in found.rows])


async def oldest(
    reader: Reader, wanted: QuarantineReplay
) -> tuple[list[QuarantineEntry], str | None]:
    """The entries to replay, and the cursor of those after them."""
    start = None if wanted.from_ is None else instant(wanted.from_, "from")
    end = None if wanted.to is None else instant(wanted.to, "to")
    page_request = PageRequest(wanted.limit, wanted.cursor, "receivedAt", include_total=False)
    statement = wanted_entries(wanted.device_id, wanted.reason, start, end)
    found = await resource.find(
        reader, statement, page_request, sorts=SORTS, id_=QuarantineEntry.id
    )
    return found.rows, found.next_cursor


def wanted_entries(
    device_id: UUID | None, reason: Reason | None, start: datetime | None, end: datetime | None
) -> Select[QuarantineEntry]:
    """Those that first came within [start, end)."""
    statement = select(QuarantineEntry)
    if device_id is not None:
        statement = statement.where(QuarantineEntry.device_id == device_id)
    if reason is not None:
        statement = statement.where(QuarantineEntry.reason == reason)
    if start is not None:
        statement = statement.where(QuarantineEntry.received_at >= start)
    if end is not None:
        statement = statement.where(QuarantineEntry.received_at < end)
    return statement


async def entry(reader: Reader, entry_id: UUID) -> QuarantineEntry:
    """Raises NotFound."""
    return await resource.get(reader, QuarantineEntry, entry_id)


async def get(reader: Reader, entry_id: UUID) -> QuarantineEntryRead:
    return _read(await entry(reader, entry_id))


async def remove(tx: AsyncSession, entry_id: UUID) -> None:
    await tx.delete(await resource.get_to_change(tx, QuarantineEntry, entry_id))


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
