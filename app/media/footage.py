"""Footage as it travels: what there is of a range, what isn't, and what was cut of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Protocol

import msgspec

from app.core.documentation import described
from app.core.objects import ObjectStore
from app.core.wire import Moment, Read

_FROM, _TO = "2026-01-15T10:30:00Z", "2026-01-15T10:31:00Z"
_LINK = "http://127.0.0.1:8080/api/objects/clips/clip.mp4?expires=1705401042&signature=4fJtZ0mN8xQ"
CLIPS, CAPTURES = "clips", "captures"  # areas of their objects' keys
LINK_LIFETIME = timedelta(hours=1)
FOLLOWS_WITHIN = timedelta(milliseconds=2)
"""Footage that begins so soon after other footage follows it without a gap."""


class CutStatus(StrEnum):
    """PENDING until its range is recorded and a worker is free, RUNNING while it is cut, then READY
    or FAILED."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"


class FootageRange(Read):
    """A range of time: its begin included, its end not."""

    from_: Annotated[Moment, described("Its begin, included.", _FROM)] = msgspec.field(name="from")
    to: Annotated[Moment, described("Its end, not included.", _TO)]


class FootageSpan(FootageRange):
    """Footage without a gap, and where it is in the file or the playlist."""

    at: Annotated[float, described("Where it begins there, in seconds.", 0.0)]


Spans = Annotated[
    list[FootageSpan],
    described("What of it is there, in order.", [{"from": _FROM, "to": _TO, "at": 0.0}]),
]
Missing = Annotated[
    list[FootageRange], described("What of it was never recorded, or is gone by now.", [])
]
Progress = Annotated[float, described("From 0 to 1.", 1.0)]
Failure = Annotated[
    str | None,
    described("Why it failed: NO_FOOTAGE, or in words.", None),
]
FromMoment = Annotated[Moment, described("Begin of the range, included.", _FROM)]
ToMoment = Annotated[Moment, described("End of the range, not included.", _TO)]
SizeBytes = Annotated[int | None, described("Of the file, when it is READY.", 2_514_944)]
ClipUrl = Annotated[
    str | None,
    described(
        "A fresh link to the MP4 with each answer, good for an hour; whoever has it may see it.",
        _LINK,
        format="uri",
    ),
]
StillUrl = Annotated[
    str | None,
    described("The same to a picture of its begin, as JPEG.", _LINK, format="uri"),
]


def gaps(
    since: datetime, until: datetime, footage: Iterable[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """What of [since, until) no footage covers; `footage` in the order of its begins."""
    found, covered = [], since
    for begin, end in footage:
        if begin - covered > FOLLOWS_WITHIN:
            found.append((covered, min(begin, until)))
        covered = max(covered, end)
    if until - covered > FOLLOWS_WITHIN:
        found.append((covered, until))
    return found


def text(moment: datetime) -> str:
    """As it stands in the columns `spans` and `missing`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def spans_read(rows: Sequence[dict[str, Any]]) -> list[FootageSpan]:
    return msgspec.convert(rows, list[FootageSpan])


def missing_read(rows: Sequence[dict[str, Any]]) -> list[FootageRange]:
    return msgspec.convert(rows, list[FootageRange])


class CutFiles(Protocol):
    """Of a clip or a capture: what its links depend on."""

    @property
    def status(self) -> Any: ...
    @property
    def object_key(self) -> Any: ...
    @property
    def thumbnail_key(self) -> Any: ...
    @property
    def expires_at(self) -> Any: ...


async def links(row: CutFiles, objects: ObjectStore) -> tuple[str | None, str | None]:
    """To the file, and to its picture; None where there is none, or not for long."""
    left = LINK_LIFETIME
    if row.expires_at is not None:
        left = min(left, row.expires_at - datetime.now(UTC))
    if row.status != CutStatus.READY or left < timedelta(seconds=1):
        return None, None
    return (
        await _link(objects, row.object_key, left, "video/mp4"),
        await _link(objects, row.thumbnail_key, left, "image/jpeg"),
    )


async def _link(
    objects: ObjectStore, key: str | None, lifetime: timedelta, content_type: str
) -> str | None:
    if key is None:
        return None
    return await objects.inline_link(key, lifetime=lifetime, content_type=content_type)
