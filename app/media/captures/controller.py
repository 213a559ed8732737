"""/captures: what cameras saw when something happened."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get

from app.core.documentation import example_id
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Page
from app.media.captures import service
from app.media.captures.schemas import CaptureDownloadRead, CaptureRead
from app.media.ids import CAMERA, CAPTURE_RULE, CaptureId


class CaptureController(Controller):
    path = "/captures"
    tags = ("Media",)

    @get(**operation("listCaptures", may="media:read", sortable=service.SORTS))
    async def list_captures(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        platform: deps.Platform,
        camera_id: Annotated[
            UUID | None, parameter("Of this camera.", CAMERA, query="cameraId")
        ] = None,
        rule_id: Annotated[
            UUID | None, parameter("That this rule had made.", CAPTURE_RULE, query="ruleId")
        ] = None,
        event_id: Annotated[
            UUID | None, parameter("Of this event.", example_id("event"), query="eventId")
        ] = None,
        alert_id: Annotated[
            UUID | None, parameter("Of this alert.", example_id("alert"), query="alertId")
        ] = None,
        device_id: Annotated[
            UUID | None,
            parameter("Of what happened to this device.", example_id("device"), query="deviceId"),
        ] = None,
    ) -> Page[CaptureRead]:
        """Captures, newest first. All conditions given must hold."""
        filters = service.CaptureFilters(camera_id, rule_id, event_id, alert_id, device_id)
        return await service.page(reader, page_request, filters, platform.objects)

    @get("/{capture_id:uuid}", **operation("getCapture", may="media:read"))
    async def get_capture(
        self, reader: deps.Reader, platform: deps.Platform, capture_id: CaptureId
    ) -> CaptureRead:
        """One capture."""
        return await service.get(reader, capture_id, platform.objects)

    @get(
        "/{capture_id:uuid}/download",
        **operation("downloadCapture", may="media:read", problems=("NOT_READY",)),
    )
    async def download_capture(
        self, reader: deps.Reader, platform: deps.Platform, capture_id: CaptureId
    ) -> CaptureDownloadRead:
        """A fresh link to the file of a capture that is READY."""
        return await service.download(reader, capture_id, platform.objects)

    @delete("/{capture_id:uuid}", **operation("deleteCapture", may="media:write"))
    async def delete_capture(self, tx: deps.Tx, actor: deps.Actor, capture_id: CaptureId) -> None:
        """Delete a capture and its file. One that is being cut is stopped."""
        await service.remove(tx, actor, capture_id)
