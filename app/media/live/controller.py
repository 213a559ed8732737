"""/cameras/{id}/live and /live: who watches which camera now."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Page
from app.media.ids import CAMERA, CameraId
from app.media.live import service
from app.media.live.schemas import LiveSessionId, LiveSessionRead, LiveStatus


class CameraLiveController(Controller):
    path = "/cameras/{camera_id:uuid}/live"
    tags = ("Media",)

    @post(
        **operation(
            "startLiveSession",
            may="media:read",
            problems=("NOT_FOUND", "TOO_MANY_VIEWERS", "UNAVAILABLE"),
        )
    )
    async def start_live_session(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        camera_id: CameraId,
    ) -> LiveSessionRead:
        """Watch a camera. A camera that is recorded shows its first picture at once; one that isn't
        is connected to, which takes some seconds, and its pictures are recorded only where its
        `recording` is ON_DEMAND.

        Say every `keepAliveSeconds` that somebody still watches, or the session ends.
        """
        return await idempotent_request.run_once(
            LiveSessionRead, lambda: service.start(tx, actor, platform, camera_id)
        )


class LiveSessionController(Controller):
    path = "/live"
    tags = ("Media",)

    @get(**operation("listLiveSessions", may="media:read", sortable=service.SORTS))
    async def list_live_sessions(
        self,
        reader: deps.Reader,
        actor: deps.Actor,
        platform: deps.Platform,
        page_request: deps.PageRequest,
        camera_id: Annotated[
            UUID | None, parameter("Of this camera.", CAMERA, query="cameraId")
        ] = None,
        status: Annotated[LiveStatus | None, parameter("That are so far.", "ACTIVE")] = None,
    ) -> Page[LiveSessionRead]:
        """Who watches, and watched, newest first."""
        filters = service.LiveFilters(camera_id, status)
        return await service.page(reader, actor, platform, page_request, filters)

    @get("/{live_session_id:uuid}", **operation("getLiveSession", may="media:read"))
    async def get_live_session(
        self,
        reader: deps.Reader,
        actor: deps.Actor,
        platform: deps.Platform,
        live_session_id: LiveSessionId,
    ) -> LiveSessionRead:
        """One session."""
        return await service.get(reader, actor, platform, live_session_id)

    @post(
        "/{live_session_id:uuid}/keep-alive",
        **operation(
            "keepLiveSessionAlive",
            may="media:read",
            is_repeatable=True,
            problems=("NOT_FOUND", "LIVE_ENDED", "UNAVAILABLE"),
        ),
        status_code=200,
    )
    async def keep_live_session_alive(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        live_session_id: LiveSessionId,
    ) -> LiveSessionRead:
        """Say that somebody still watches. Only who asked for a session can; who has lost the right
        to, or whose key has ended, watches for 45 s more at most."""
        return await service.keep_alive(tx, actor, platform, live_session_id)

    @delete("/{live_session_id:uuid}", **operation("stopLiveSession", may="media:read"))
    async def stop_live_session(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        live_session_id: LiveSessionId,
    ) -> None:
        """Stop watching: the address is worth nothing from now on. Others' sessions are stopped by
        who has `media:write`."""
        await service.stop(tx, actor, platform, live_session_id)
