"""/cameras: where pictures come from."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.fleet.ids import DEVICE
from app.media.cameras import service
from app.media.cameras.schemas import CameraCreate, CameraRead, CameraUpdate
from app.media.ids import CameraId
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = ("ALREADY_EXISTS", "STREAM_REFUSED")


class CameraController(Controller):
    path = "/cameras"
    tags = ("Media",)

    @get(**operation("listCameras", may="media:read", sortable=service.SORTS))
    async def list_cameras(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        device_id: Annotated[
            UUID | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
    ) -> Page[CameraRead]:
        """Cameras, newest first."""
        return await service.page(reader, page_request, device_id=device_id)

    @post(
        **operation(
            "createCamera",
            may="media:write",
            problems=(*_OWN_RULES, "NOT_FOUND", "QUOTA_EXCEEDED"),
        )
    )
    async def create_camera(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[CameraCreate],
    ) -> CameraRead:
        """Add a camera. A recorder connects to it within seconds; `status` says how it is."""
        return await idempotent_request.run_once(
            CameraRead, lambda: service.create(tx, actor, platform, data)
        )

    @get("/{camera_id:uuid}", **operation("getCamera", may="media:read"))
    async def get_camera(self, reader: deps.Reader, camera_id: CameraId) -> CameraRead:
        """One camera."""
        return await service.get(reader, camera_id)

    @patch(
        "/{camera_id:uuid}",
        **operation("updateCamera", may="media:write", problems=_OWN_RULES),
    )
    async def update_camera(
        self,
        tx: deps.Tx,
        platform: deps.Platform,
        camera_id: CameraId,
        data: JSONBody[CameraUpdate],
        if_match: IfMatch = None,
    ) -> CameraRead:
        """Change a camera (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, platform, camera_id, data, if_match)

    @delete("/{camera_id:uuid}", **operation("deleteCamera", may="media:write"))
    async def delete_camera(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        camera_id: CameraId,
        if_match: IfMatch = None,
    ) -> None:
        """Delete a camera and all its footage, clips and captures, too. It can't be undone. Who
        watches it live sees no more."""
        await service.remove(tx, actor, platform, camera_id, if_match)
