"""The playlist of what is live (RFC 8216, and its second edition's low latency): text out of an
edge.

Segments begin at key frames; the newest are listed part by part, too, and the next part is
announced, so that a player asks for it before it is there. Addresses are relative: they inherit the
token.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from app.media.live.edge import EdgeSegment, LiveEdge
from app.media.playlists import wall_time

SHORTEST_TARGET, SHORTEST_PART = 2, 0.5
IN_PARTS = 3
"""How many of the newest segments are listed part by part, too."""


def live_playlist(edge: LiveEdge) -> str:
    """Of an edge that has a segment."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{_target_seconds(edge)}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-PART-INF:PART-TARGET={_part_target(edge):.3f}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={3 * _part_target(edge):.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{edge.segments[0].number}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{edge.discontinuities}",
    ]
    head, last = None, len(edge.segments) - 1
    for place, segment in enumerate(edge.segments):
        if segment.head != head:
            lines += [] if head is None else ["#EXT-X-DISCONTINUITY"]
            lines.append(f'#EXT-X-MAP:URI="head-{segment.head}.mp4"')
            head = segment.head
        taken = datetime.fromtimestamp(segment.taken, UTC)
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{wall_time(taken)}")
        if place > last - IN_PARTS:
            lines += _parts(segment)
        if segment.is_whole:
            lines += [
                f"#EXTINF:{segment.seconds:.5f},",
                f"segment-{segment.number}-{len(segment.parts)}.m4s",
            ]
    newest = edge.segments[-1]
    following = f"part-{newest.number}-{len(newest.parts)}.m4s"
    return "\n".join([*lines, f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{following}"', ""])


def _target_seconds(edge: LiveEdge) -> int:
    """No segment is longer, when rounded."""
    longest = max((segment.seconds for segment in edge.segments), default=0.0)
    return max(math.ceil(longest - 0.05), SHORTEST_TARGET)


def _part_target(edge: LiveEdge) -> float:
    parts = (part.seconds for segment in edge.segments for part in segment.parts)
    return max(math.ceil(max(parts, default=0.0) * 20) / 20, SHORTEST_PART)


def _parts(segment: EdgeSegment) -> Iterator[str]:
    for place, part in enumerate(segment.parts):
        independent = ",INDEPENDENT=YES" if part.is_key else ""
        uri = f"part-{segment.number}-{place}.m4s"
        yield f'#EXT-X-PART:DURATION={part.seconds:.5f},URI="{uri}"{independent}'
