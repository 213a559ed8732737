"""/exports: readings and annotations as a file to take away."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page
from app.telemetry.exports import service
from app.telemetry.exports.schemas import ExportCreate, ExportId, ExportRead


class ExportController(Controller):
    path = "/exports"
    tags = ("Data",)

    @post(
        **operation(
            "createExport",
            may="exports:write",
            problems=("NOT_FOUND", "UNPROCESSABLE", "TOO_MANY_EXPORTS", "WEBHOOK_REFUSED"),
        )
    )
    async def create_export(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[ExportCreate],
    ) -> ExportRead:
        """Ask for an export. It is made later: get it until its status is READY.

        The file is a ZIP of readings.parquet, annotations.parquet and manifest.json, of what was committed when the
        work on it began.
        """
        return await idempotent_request.run_once(
            ExportRead, lambda: service.create(tx, actor, platform, data)
        )

    @get(**operation("listExports", may="exports:read", sortable=service.SORTS))
    async def list_exports(
        self, reader: deps.Reader, page_request: deps.PageRequest, platform: deps.Platform
    ) -> Page[ExportRead]:
        """Exports, newest first."""
        return await service.page(reader, page_request, platform.objects)

    @get("/{export_id:uuid}", **operation("getExport", may="exports:read"))
    async def get_export(
        self, reader: deps.Reader, platform: deps.Platform, export_id: ExportId
    ) -> ExportRead:
        """One export, with a fresh link to the file when it is READY."""
        return await service.get(reader, export_id, platform.objects)

    @delete("/{export_id:uuid}", **operation("deleteExport", may="exports:write"))
    async def delete_export(self, tx: deps.Tx, actor: deps.Actor, export_id: ExportId) -> None:
        """Delete an export and its file. One that is being made is stopped."""
        await service.remove(tx, actor, export_id)
