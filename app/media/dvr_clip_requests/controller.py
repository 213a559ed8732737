"""/dvr-clip-requests: a range of a camera's footage as one file."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Page
from app.media.dvr_clip_requests import service
from app.media.dvr_clip_requests.schemas import (
    ClipRequestId,
    DvrClipRequestCreate,
    DvrClipRequestRead,
)
from app.media.footage import CutStatus
from app.media.ids import CAMERA


class DvrClipRequestController(Controller):
    path = "/dvr-clip-requests"
    tags = ("Media",)

    @post(
        **operation(
            "createDvrClipRequest",
            may="media:write",
            problems=("NOT_FOUND", "UNPROCESSABLE", "TOO_MANY_CLIPS"),
        )
    )
    async def create_dvr_clip_request(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[DvrClipRequestCreate],
    ) -> DvrClipRequestRead:
        """Ask for a clip. It is cut later: get it until its status is READY.

        Footage is copied as it was recorded, but for the group of pictures in which the range
        begins: that is encoded anew. Gaps are closed up; `spans` and `missing` tell of them.
        """
        return await idempotent_request.run_once(
            DvrClipRequestRead, lambda: service.create(tx, actor, platform, data)
        )

    @get(**operation("listDvrClipRequests", may="media:read", sortable=service.SORTS))
    async def list_dvr_clip_requests(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        platform: deps.Platform,
        camera_id: Annotated[
            UUID | None, parameter("Of this camera.", CAMERA, query="cameraId")
        ] = None,
        status: Annotated[CutStatus | None, parameter("That are so far.", "READY")] = None,
    ) -> Page[DvrClipRequestRead]:
        """Clips, newest first."""
        filters = service.ClipFilters(camera_id, status)
        return await service.page(reader, page_request, filters, platform.objects)

    @get("/{clip_request_id:uuid}", **operation("getDvrClipRequest", may="media:read"))
    async def get_dvr_clip_request(
        self, reader: deps.Reader, platform: deps.Platform, clip_request_id: ClipRequestId
    ) -> DvrClipRequestRead:
        """One clip, with fresh links to the file and to a picture of its begin when it is READY."""
        return await service.get(reader, clip_request_id, platform.objects)

    @delete("/{clip_request_id:uuid}", **operation("deleteDvrClipRequest", may="media:write"))
    async def delete_dvr_clip_request(
        self, tx: deps.Tx, actor: deps.Actor, clip_request_id: ClipRequestId
    ) -> None:
        """Delete a clip and its file. One that is being cut is stopped."""
        await service.remove(tx, actor, clip_request_id)
