"""/admin/quarantine: elements that were received, acknowledged, and not stored as readings."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Instant, Page, instant
from app.fleet.ids import DEVICE, DeviceId
from app.telemetry.quarantine import replay, service
from app.telemetry.quarantine.counts import CountedSpan, counts
from app.telemetry.quarantine.schemas import (
    CountBy,
    QuarantineCounts,
    QuarantineEntryId,
    QuarantineEntryRead,
    QuarantineEntryReplay,
    QuarantineReplay,
    ReplayedEntries,
    ReplayedEntry,
)
from ingest.pipeline.rejection import Reason

DryRun = Annotated[
    bool, parameter("Say what would become of them, and change nothing.", True, query="dryRun")
]


class QuarantineController(Controller):
    path = "/admin/quarantine"
    tags = ("Data",)

    @get(**operation("listQuarantine", may="quarantine:read", sortable=service.SORTS))
    async def list_entries(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
        reason: Annotated[
            Reason | None, parameter("Only refused for this reason.", Reason.BAD_TIMESTAMP)
        ] = None,
        start: Annotated[
            Instant | None,
            parameter("First arrival not before. RFC 3339.", "2026-11-23T00:00:00Z", query="from"),
        ] = None,
        end: Annotated[
            Instant | None,
            parameter("First arrival before. RFC 3339.", "2026-11-24T00:00:00Z", query="to"),
        ] = None,
    ) -> Page[QuarantineEntryRead]:
        """Refused elements, newest first, by device, reason and the time of their first arrival."""
        return await service.page(
            reader,
            page_request,
            device_id=device_id,
            reason=reason,
            start=None if start is None else instant(start, "from"),
            end=None if end is None else instant(end, "to"),
        )

    @get("/counts", **operation("countQuarantine", may="quarantine:read"))
    async def count_entries(
        self,
        reader: deps.Reader,
        start: Annotated[
            Instant,
            parameter("The beginning of the first bucket.", "2026-11-23T00:00:00Z", query="from"),
        ],
        end: Annotated[
            Instant, parameter("The end, not included.", "2026-11-24T00:00:00Z", query="to")
        ],
        interval: Annotated[
            str, parameter("The width of a bucket: ISO 8601, of a fixed length.", "PT1H")
        ] = "PT1H",
        by: Annotated[CountBy, parameter("What has a series of its own.", "reason")] = "reason",
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
        reason: Annotated[
            Reason | None, parameter("Only refused for this reason.", Reason.BAD_TIMESTAMP)
        ] = None,
    ) -> QuarantineCounts:
        """How much of what is in quarantine first came when, by reason or by device: a chart."""
        buckets = CountedSpan.of(instant(start, "from"), instant(end, "to"), interval)
        return await counts(reader, buckets, by=by, device_id=device_id, reason=reason)

    @get("/{entry_id:uuid}", **operation("getQuarantineEntry", may="quarantine:read"))
    async def get_entry(
        self, reader: deps.Reader, entry_id: QuarantineEntryId
    ) -> QuarantineEntryRead:
        """One refused element with its source text."""
        return await service.get(reader, entry_id)

    @post(
        "/replay",
        **operation("replayQuarantine", may="quarantine:write", is_repeatable=True),
        status_code=HTTP_200_OK,
    )
    async def replay_entries(
        self,
        platform: deps.Platform,
        actor: deps.Actor,
        data: JSONBody[QuarantineReplay],
        dry_run: DryRun = False,
    ) -> ReplayedEntries:
        """Give refused elements to the pipeline once more, oldest first: after their cause was
        mended, or with a fix.

        What is stored now leaves quarantine; what is refused again stays as it came. Where there
        are more entries than the limit, call again with nextCursor.
        """
        return await replay.replay_page(platform, actor, data, dry_run=dry_run)

    @post(
        "/{entry_id:uuid}/replay",
        **operation("replayQuarantineEntry", may="quarantine:write", is_repeatable=True),
        status_code=HTTP_200_OK,
    )
    async def replay_entry(
        self,
        platform: deps.Platform,
        actor: deps.Actor,
        entry_id: QuarantineEntryId,
        data: JSONBody[QuarantineEntryReplay | None] = None,
        dry_run: DryRun = False,
    ) -> ReplayedEntry:
        """Give one refused element to the pipeline once more: after its cause was mended, or with a
        fix."""
        async with platform.database.snapshot(actor.tenant) as reader:
            row = await service.entry(reader, entry_id)
        fix = None if data is None else data.fix
        [outcome] = await replay.replay(platform, actor, [row], fix=fix, dry_run=dry_run)
        return outcome

    @delete("/{entry_id:uuid}", **operation("deleteQuarantineEntry", may="quarantine:write"))
    async def delete_entry(self, tx: deps.Tx, entry_id: QuarantineEntryId) -> None:
        """Delete a refused element for good."""
        await service.remove(tx, entry_id)
