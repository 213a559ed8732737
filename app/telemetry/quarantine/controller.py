"""/admin/quarantine: elements that were received, acknowledged, and not stored as readings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get
from litestar.params import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import may
from app.core.wire import Instant, Listing, Page, instant
from app.telemetry.quarantine import service
from app.telemetry.quarantine.schemas import QuarantineEntryRead
from ingest.messages import Reason


class QuarantineController(Controller):
    path = "/admin/quarantine"
    tags = ("Data",)

    @get(opt=may("quarantine:read"), operation_id="listQuarantine")
    async def list_entries(
        self,
        tx: AsyncSession,
        listing: Listing,
        device_id: Annotated[UUID | None, Parameter(query="deviceId")] = None,
        reason: Reason | None = None,
        start: Annotated[Instant | None, Parameter(query="from")] = None,
        end: Annotated[Instant | None, Parameter(query="to")] = None,
    ) -> Page[QuarantineEntryRead]:
        """Refused elements, newest first, by device, reason and the time of their first arrival."""
        return await service.page(
            tx,
            listing,
            device_id=device_id,
            reason=reason,
            start=None if start is None else instant(start, "from"),
            end=None if end is None else instant(end, "to"),
        )

    @get("/{entry_id:uuid}", opt=may("quarantine:read"), operation_id="getQuarantineEntry")
    async def get_entry(self, tx: AsyncSession, entry_id: UUID) -> QuarantineEntryRead:
        """One refused element with its source text."""
        return await service.get(tx, entry_id)

    @delete("/{entry_id:uuid}", opt=may("quarantine:write"), operation_id="deleteQuarantineEntry")
    async def delete_entry(self, tx: AsyncSession, entry_id: UUID) -> None:
        """Delete a refused element for good."""
        await service.remove(tx, entry_id)
