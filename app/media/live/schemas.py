from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from app.accounts.auth.schemas import Principal
from app.core.documentation import described, example_id
from app.core.wire import CreatedAt, Moment, Read
from app.media.ids import CameraId

LIVE_SESSION = example_id("live session")
LiveSessionId = Annotated[UUID, described("The session.", LIVE_SESSION)]

_REMOTE = (
    "http://127.0.0.1:8080/api/v1/live/streams/bGl2ZXxjYW1lcmF8MTcwNTQwMTA0Mg."
    "4fJtZ0mN8xQeVb2rYw7uKc1aHd5sLg9pTi3oXnEyRk0/index.m3u8"
)
_LOCAL = "http://10.0.0.5:8888/door/index.m3u8?jwt=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln"


class LiveStatus(StrEnum):
    """REQUESTED until a player has its first playlist, ACTIVE while somebody keeps it alive; then
    STOPPED by who asked for it or with its camera (STOPPING until its address is worth nothing), or
    EXPIRED."""

    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    EXPIRED = "EXPIRED"


class LiveSessionRead(Read):
    """Somebody watches a camera."""

    id: LiveSessionId
    camera_id: CameraId
    status: Annotated[LiveStatus, described("How far it is.", "REQUESTED")]
    local_url: Annotated[
        str | None,
        described(
            "Where the camera's gateway serves it itself, for who is in its network; None where it "
            "doesn't, and for who hasn't asked for the session. Try it first, for a second or two.",
            _LOCAL,
            format="uri",
        ),
    ]
    remote_url: Annotated[
        str | None,
        described(
            "The HLS playlist, with low-latency parts and wall times. Whoever has it may watch: "
            "only who asked for the session is told.",
            _REMOTE,
            format="uri",
        ),
    ]
    codecs: Annotated[
        list[str],
        described(
            "What a player must know, as RFC 6381 has it; empty where nobody knows yet.",
            ["avc1.64001f,mp4a.40.2"],
        ),
    ]
    keep_alive_seconds: Annotated[
        int, described("How often to say that somebody still watches.", 30)
    ]
    requested_by: Principal
    created_at: CreatedAt
    active_at: Annotated[
        Moment | None, described("When the first playlist was fetched.", "2026-01-15T10:30:01Z")
    ]
    last_seen_at: Annotated[
        Moment, described("When it was last said that somebody watches.", "2026-01-15T10:30:30Z")
    ]
    expires_at: Annotated[Moment, described("When it ends in any case.", "2026-01-15T14:30:00Z")]
    ended_at: Annotated[Moment | None, described("When it ended.", None)]
    stop_reason: Annotated[str | None, described("Why it ended, in words.", None)]
    watched_seconds: Annotated[
        float, described("For how long it was watched, when it has ended.", 0.0)
    ]

    def path(self) -> str:
        return f"/api/v1/live/{self.id}"
