from __future__ import annotations

from typing import Annotated

from app.core.documentation import described
from app.core.wire import Moment, Read
from app.media.footage import Missing, Spans

_PLAYLIST = (
    "http://127.0.0.1:8080/api/v1/playback/cGxheWJhY2t8Y2FtZXJhfDE3MDU0MDEwNDI."
    "4fJtZ0mN8xQeVb2rYw7uKc1aHd5sLg9pTi3oXnEyRk0/index.m3u8"
)


class PlaybackRead(Read):
    """Footage of a range, as a playlist; `at` of a span is where it begins in that."""

    playlist_url: Annotated[
        str | None,
        described(
            "An HLS playlist with wall times; whoever has it may see the range. None where there "
            "is no footage of it.",
            _PLAYLIST,
            format="uri",
        ),
    ]
    codecs: Annotated[
        list[str],
        described("What a player must know, as RFC 6381 has it.", ["avc1.64001f,mp4a.40.2"]),
    ]
    spans: Spans
    missing: Missing
    expires_at: Annotated[
        Moment, described("When the playlist and its links end.", "2026-01-15T14:30:00Z")
    ]
