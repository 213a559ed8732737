"""Recorded segments as dated samples.

A segment is a whole fragmented MP4 that begins with a key frame; its first picture was taken when
the segment starts, and everything else so much later as the file says. Times are whole microseconds
since 1970, as the API's are: with floats, an end that falls exactly on a picture is off by one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import av
from av.container import InputContainer

MICROSECONDS = 1_000_000
FOLLOWS_WITHIN = 2_000
"""A segment that begins so soon after another's end follows it; microseconds."""

Kind = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class FootageSegment:
    """Of one run: in it, the parameters of picture and sound don't change."""

    starts_at: int
    ends_at: int
    run: str
    data: bytes

    def open(self) -> InputContainer:
        """By its format, which is never guessed: a playlist would open files and addresses."""
        options = {"protocol_whitelist": "none"}
        return av.open(io.BytesIO(self.data), "r", format="mp4", options=options)


@dataclass(slots=True)
class FootageSample:
    """An encoded picture, or a piece of sound. `delay` is presentation minus decoding time."""

    kind: Kind
    taken: int
    delay: int
    duration: int
    is_key: bool
    data: bytes


@dataclass(slots=True)
class PictureGroup:
    """A key frame and the pictures that need it, with the sound that came with them."""

    pictures: list[FootageSample] = field(default_factory=list)
    sound: list[FootageSample] = field(default_factory=list)


def in_microseconds(units: int | None, time_base: Fraction | None) -> int:
    if units is None or time_base is None:
        return 0
    return round(units * time_base * MICROSECONDS)


def stretches(segments: Iterable[FootageSegment]) -> Iterator[Iterator[FootageSegment]]:
    """Segments in order, by those that follow each other without a gap, with the same parameters.

    One segment is in memory at a time: each stretch must be used up before the next is asked for.
    """
    coming = iter(segments)
    first = next(coming, None)
    while first is not None:
        ahead: list[FootageSegment] = []

        def stretch(
            current: FootageSegment, ahead: list[FootageSegment] = ahead
        ) -> Iterator[FootageSegment]:
            yield current
            for segment in coming:
                if not _follows(segment, current):
                    ahead.append(segment)
                    return
                current = segment
                yield segment

        yield stretch(first)
        first = ahead[0] if ahead else None


def _follows(segment: FootageSegment, before: FootageSegment) -> bool:
    return segment.run == before.run and segment.starts_at - before.ends_at <= FOLLOWS_WITHIN


def picture_groups(stretch: Iterable[FootageSegment], until: int) -> Iterator[PictureGroup]:
    """The groups that begin before `until`; a group may go on over the end of a segment."""
    group = PictureGroup()
    for segment in stretch:
        for sample in samples(segment):
            if sample.kind == "audio":
                group.sound.append(sample)
                continue
            if sample.is_key and group.pictures:
                yield group
                group = PictureGroup()
                if sample.taken >= until:
                    return
            group.pictures.append(sample)
    if group.pictures:
        yield group


def samples(segment: FootageSegment) -> Iterator[FootageSample]:
    """In the file's own order."""
    with segment.open() as source:
        zero: int | None = None
        early: list[FootageSample] = []  # sound before the first picture: nobody knows its time yet
        for packet in source.demux([*source.streams.video, *source.streams.audio]):
            sample = _sample(packet)
            if sample is None:
                continue
            if zero is None:
                early.append(sample)
                if sample.kind == "audio":
                    continue
                zero = sample.taken
            else:
                early = [sample]
            for dated in early:
                dated.taken += segment.starts_at - zero
                yield dated


def _sample(packet: av.Packet[Any]) -> FootageSample | None:
    if not packet.size or packet.pts is None or packet.dts is None:
        return None
    base = packet.time_base
    return FootageSample(
        "video" if packet.stream.type == "video" else "audio",
        in_microseconds(packet.pts, base),
        in_microseconds(packet.pts - packet.dts, base),
        in_microseconds(packet.duration, base),
        bool(packet.is_keyframe),
        bytes(packet),
    )
