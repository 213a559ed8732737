"""What a dashboard's data is asked with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from app.core.errors import Malformed
from app.core.http.parameters import parameter
from app.core.wire import Instant, instant, time_range

_SINCE = (
    "An edge of a grid that is shown already: buckets from there on, of the same width. For a page "
    "that is refreshed."
)
_WIDTH = (
    "How wide the dashboard is shown, in pixels: by it, `auto` chooses how many buckets there are."
)
_ZONE = "Instead of the dashboard's: where days, weeks and months begin; an IANA name."

Since = Annotated[Instant | None, parameter(_SINCE, "2026-11-23T15:55:00Z")]
Width = Annotated[int, parameter(_WIDTH, 1440, ge=100, le=10_000)]
Timezone = Annotated[str | None, parameter(_ZONE, "Europe/Amsterdam")]


def asked_times(
    start: datetime, end: datetime, since: datetime | None
) -> tuple[datetime, datetime, datetime | None]:
    """The range and where buckets are asked for from, in UTC. Raises Malformed."""
    start, end = time_range(start, end)
    since = None if since is None else instant(since, "since")
    if since is not None and since >= end:
        raise Malformed("since must be before to")
    return start, end, since
