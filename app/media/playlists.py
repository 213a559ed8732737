"""HLS playlists (RFC 8216) of stored footage: text out of rows, nothing else.

Each segment is a byte range of the object that it lies in, as it was recorded: from the last key
frame at or before the range's begin to the part in which the range ends. Footage of another run, or
after a gap, is a discontinuity: its time stamps begin anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from app.media.footage import FOLLOWS_WITHIN

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
SHORTEST_TARGET = 1


class PlayableSegment(Protocol):
    """A recorded segment, as its row has it."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def run(self) -> str: ...
    @property
    def object_key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def init_bytes(self) -> int: ...
    @property
    def part_offsets(self) -> Sequence[int]: ...
    @property
    def part_milliseconds(self) -> Sequence[int]: ...
    @property
    def part_keys(self) -> Sequence[bool]: ...


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """Footage of one object: bytes [begin, end), taken in [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime
    run: str
    object_key: str
    init_bytes: int
    begin: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds()

    def follows(self, before: PlaylistEntry | None) -> bool:
        return (
            before is not None
            and before.run == self.run
            and self.starts_at - before.ends_at <= FOLLOWS_WITHIN
        )


def entry_of(row: PlayableSegment, since: datetime, until: datetime) -> PlaylistEntry:
    """What of a segment plays [since, until); it has some of it."""
    offsets = [*row.part_offsets, row.size_bytes]
    moments = [row.starts_at]
    for milliseconds in row.part_milliseconds:
        moments.append(moments[-1] + timedelta(milliseconds=milliseconds))
    moments[-1] = row.ends_at  # the parts' lengths are rounded, the segment's isn't
    first, last = 0, len(row.part_offsets)
    for place, is_key in enumerate(row.part_keys):
        if is_key and moments[place] <= since:
            first = place
        if place > first and moments[place] >= until:
            last = min(last, place)
    return PlaylistEntry(
        moments[first],
        moments[last],
        row.run,
        row.object_key,
        row.init_bytes,
        offsets[first],
        offsets[last],
    )


def vod_playlist(entries: Sequence[PlaylistEntry], links: Sequence[str], since: datetime) -> str:
    """`links` to each entry's object. A player begins at `since`, not at the key frame before."""
    target = max((math.ceil(entry.seconds) for entry in entries), default=SHORTEST_TARGET)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(target, SHORTEST_TARGET)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if entries and since > entries[0].starts_at:
        offset = (since - entries[0].starts_at).total_seconds()
        lines.append(f"#EXT-X-START:TIME-OFFSET={offset:.3f},PRECISE=YES")
    before: PlaylistEntry | None = None
    for entry, link in zip(entries, links, strict=True):
        if not entry.follows(before):
            lines += [] if before is None else ["#EXT-X-DISCONTINUITY"]
            lines.append(f'#EXT-X-MAP:URI="{link}",BYTERANGE="{entry.init_bytes}@0"')
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{wall_time(entry.starts_at)}",
            f"#EXTINF:{entry.seconds:.5f},",
            f"#EXT-X-BYTERANGE:{entry.end - entry.begin}@{entry.begin}",
            link,
        ]
        before = entry
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def wall_time(moment: datetime) -> str:
    """To the millisecond, as players read it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
