"""Playlists of cameras that speak HLS (RFC 8216), read: pure, and of any text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

SEGMENTS_MAX = 10_000
LONGEST_SECONDS = 120.0
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)')


class Unfit(ValueError):
    """A playlist that we don't play; says why, for people."""


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """An address, or `size` bytes of it from `begin` on."""

    url: str
    begin: int = 0
    size: int | None = None


@dataclass(frozen=True, slots=True)
class SourceSegment:
    """`taken` is Unix time, where the playlist says it; `breaks` that its time begins anew."""

    number: int
    data: SourceBytes
    head: SourceBytes | None
    seconds: float
    taken: float | None
    breaks: bool


@dataclass(slots=True)
class SourcePlaylist:
    """What can be fetched now; or the address of its best variant."""

    segments: list[SourceSegment] = field(default_factory=list)
    target_seconds: float = 6.0
    has_ended: bool = False
    variant: str | None = None


def read_source_playlist(text: str, base: str) -> SourcePlaylist:
    """`base` is where it was fetched. Raises Unfit."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U":
        raise Unfit("it is no playlist")
    reader = _Reader(base)
    try:
        for line in lines[1:]:
            reader.take(line)
    except (ValueError, KeyError, OverflowError) as error:
        raise error if isinstance(error, Unfit) else Unfit("its playlist can't be read") from None
    return reader.finished()


class _Reader:
    """Line by line."""

    def __init__(self, base: str) -> None:
        self._base, self._found = base, SourcePlaylist()
        self._variants: list[tuple[int, str]] = []
        self._bandwidth: int | None = None
        self._number, self._seconds, self._breaks = 0, 0.0, False
        self._taken: float | None = None
        self._head: SourceBytes | None = None
        self._range: tuple[int, int] | None = None
        self._range_end = 0

    def take(self, line: str) -> None:
        tag, _, value = line.partition(":")
        match tag:
            case "#EXT-X-STREAM-INF":
                self._bandwidth = int(_attributes(value).get("BANDWIDTH", 0))
            case "#EXT-X-TARGETDURATION":
                self._found.target_seconds = min(max(float(value), 0.5), LONGEST_SECONDS)
            case "#EXT-X-MEDIA-SEQUENCE":
                self._number = int(value)
            case "#EXT-X-KEY" if _attributes(value).get("METHOD") != "NONE":
                raise Unfit("its pictures are encrypted")
            case "#EXT-X-MAP":
                self._head = self._map(_attributes(value))
            case "#EXT-X-PROGRAM-DATE-TIME":
                self._taken = datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
            case "#EXT-X-DISCONTINUITY":
                self._breaks = True
            case "#EXT-X-BYTERANGE":
                self._range = self._range_of(value, self._range_end)
            case "#EXTINF":
                self._seconds = float(value.partition(",")[0])
            case "#EXT-X-ENDLIST":
                self._found.has_ended = True
            case _ if not line.startswith("#"):
                self._take_address(urljoin(self._base, line))

    def finished(self) -> SourcePlaylist:
        if self._variants:
            self._found.variant = max(self._variants)[1]
        return self._found

    def _take_address(self, url: str) -> None:
        if self._bandwidth is not None:
            self._variants.append((self._bandwidth, url))
            self._bandwidth = None
            return
        if len(self._found.segments) >= SEGMENTS_MAX or not 0 < self._seconds <= LONGEST_SECONDS:
            raise Unfit("its playlist is too long, or its segments are")
        data = SourceBytes(url) if self._range is None else SourceBytes(url, *self._range)
        self._found.segments.append(
            SourceSegment(self._number, data, self._head, self._seconds, self._taken, self._breaks)
        )
        self._range_end = data.begin + (data.size or 0)
        self._taken = None if self._taken is None else self._taken + self._seconds
        self._number, self._breaks, self._range = self._number + 1, False, None

    def _map(self, attributes: dict[str, str]) -> SourceBytes:
        url = urljoin(self._base, attributes["URI"])
        if "BYTERANGE" not in attributes:
            return SourceBytes(url)
        return SourceBytes(url, *self._range_of(attributes["BYTERANGE"], 0))

    def _range_of(self, text: str, begin: int) -> tuple[int, int]:
        size, _, at = text.partition("@")
        found = (int(at) if at else begin, int(size))
        if min(found) < 0:
            raise Unfit("its playlist can't be read")
        return found


def _attributes(text: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(text)}
