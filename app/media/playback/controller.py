"""/cameras/{id}/playback: a range of a camera's footage, to be played."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.params import FromPath

from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation, operation
from app.core.http.parameters import From, To
from app.media.ids import CameraId
from app.media.playback import service
from app.media.playback.schemas import PlaybackRead
from app.media.playlists import PLAYLIST_TYPE


class PlaybackController(Controller):
    path = "/cameras/{camera_id:uuid}/playback"
    tags = ("Media",)

    @get(**operation("getPlayback", may="media:read", problems=("UNPROCESSABLE",)))
    async def get_playback(
        self,
        reader: deps.Reader,
        actor: deps.Actor,
        platform: deps.Platform,
        camera_id: CameraId,
        start: From,
        end: To,
    ) -> PlaybackRead:
        """What there is of a range of six hours at most, and a playlist of it.

        Footage is played as it was recorded, from the key frame before the range's begin on. Every
        segment says when it was taken (`EXT-X-PROGRAM-DATE-TIME`), so that a player's place is a
        place in the readings' time.
        """
        return await service.find(reader, actor, platform, camera_id, (start, end))


class PlaylistController(Controller):
    path = "/playback"
    include_in_schema = False  # nobody builds these addresses; they come ready in answers

    @get("/{token:str}/index.m3u8", opt=ApiOperation(may="anyone").opt)
    async def playlist(self, platform: deps.Platform, token: FromPath[str]) -> Response[str]:
        """The playlist that a token names."""
        return Response(
            await service.playlist(platform, token),
            media_type=PLAYLIST_TYPE,
            headers={"Cache-Control": "private, no-store"},
        )
