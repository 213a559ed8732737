"""/live/streams/{token}/…: the playlist of what a camera sees now, and its parts."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get
from litestar.params import FromPath

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation
from app.core.http.parameters import parameter
from app.media.live import viewing
from app.media.live.viewing import LiveNews
from app.media.playlists import PLAYLIST_TYPE

# A player asks four times a second; each session has few places in which to wait.
_OPERATION = ApiOperation(may="anyone", is_unlimited=True, takes_any_query=True)


class LiveStreamController(Controller):
    path = "/live/streams/{token:str}"
    include_in_schema = False  # nobody builds these addresses; they come ready in answers

    @get("/index.m3u8", opt=_OPERATION.opt)
    async def playlist(
        self,
        request: deps.AnyRequest,
        platform: deps.Platform,
        token: FromPath[str],
        number: Annotated[
            int | None, parameter("The segment to wait for.", 7, query="_HLS_msn", ge=0)
        ] = None,
        part: Annotated[
            int | None, parameter("The part of it.", 1, query="_HLS_part", ge=0)
        ] = None,
    ) -> Response[str]:
        """The playlist; one that is asked for by what it must have waits until it has it."""
        viewer = viewing.viewer_of(platform, token)
        after = None if number is None else (number, part)
        text = await viewing.playlist(platform, _news(request), viewer, after)
        return Response(text, media_type=PLAYLIST_TYPE)

    @get("/{name:str}", opt=_OPERATION.opt)
    async def media(
        self,
        request: deps.AnyRequest,
        platform: deps.Platform,
        token: FromPath[str],
        name: FromPath[str],
    ) -> Response[bytes]:
        """A run's head, a segment, or a part of one."""
        viewer = viewing.viewer_of(platform, token)
        data = await viewing.media(platform, _news(request), viewer, name)
        return Response(data, media_type="video/mp4")


def _news(request: deps.AnyRequest) -> LiveNews:
    found = request.app.state["live_news"]
    assert isinstance(found, LiveNews)  # noqa: S101 - set before the first request
    return found
