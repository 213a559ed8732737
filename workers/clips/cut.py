"""The range [since, until) out of recorded segments, exact to the picture, as one MP4.

A picture belongs to the clip when it was taken at or after `since` and before `until`. Whole groups
of pictures are copied, a group that is cut at its end loses its last packets; only of a group whose
key frame isn't kept the rest is decoded and encoded anew (encoder.py). One group is in memory at a
time.

    since                                            until
      |                                                |
    K p p p p p | K p p p p p | K p p p p p | K p p p p p
      encoded     copied        copied        copied, its end dropped

Where nothing is encoded, such a group is left out, and the clip begins with the next one.

Gaps are closed up in the file, and told: each span says when it was taken, and where in the file it
begins. An edit list that hides what is before `since` was tried and left: GStreamer and VLC show
one to five hidden pictures, and what was to be kept private is in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from workers.clips.encoder import TIME_BASE, ClipEncoder, PictureFormat, to_ticks
from workers.clips.footage import (
    FootageSample,
    FootageSegment,
    PictureGroup,
    picture_groups,
    stretches,
)
from workers.clips.spans import ClipSpan

LONG_AGO = -(1 << 40)
Report = Callable[[int], None]  # the moment up to which the clip is made


@dataclass(slots=True)
class CutPictures:
    """What is in the clip: pictures copied as they were, and pictures encoded anew."""

    spans: list[ClipSpan] = field(default_factory=list)
    copied: int = 0
    encoded: int = 0


def cut(
    model: FootageSegment,
    segments: Iterable[FootageSegment],
    since: int,
    until: int,
    target: IO[bytes],
    reopen: Callable[[], IO[bytes]],
    report: Report = lambda _: None,
    *,
    encodes: bool = True,
) -> CutPictures:
    """Write the MP4 to `target`. `segments` in order, used one by one.

    `model` is a segment with the parameters that the clip has: what has others is scaled, or left
    out where nothing is encoded. `reopen` gives the target once more, to read: the index is moved
    to the file's front at the end.
    """
    with model.open() as like:
        video, sound = like.streams.video[0], like.streams.audio
        clip = _ClipFile(video, sound, target, reopen, encodes=encodes)
    made = CutPictures()
    with clip:
        for stretch in stretches(segments):
            _add_stretch(clip, made, stretch, since, until, report)
    return made


def _add_stretch(
    clip: _ClipFile,
    made: CutPictures,
    stretch: Iterator[FootageSegment],
    since: int,
    until: int,
    report: Report,
) -> None:
    first = next(stretch)
    with first.open() as source:
        format_ = PictureFormat.of(source.streams.video[0].codec_context)
    span: ClipSpan | None = None
    for group in picture_groups(chain((first,), stretch), until):
        pictures = clip.fitting(group, format_, since, until, made)
        if not pictures:
            continue
        if span is None:
            span = ClipSpan(min(sample.taken for sample in pictures), 0, clip.length)
            made.spans.append(span)
        begin = span.since
        sound = [sample for sample in group.sound if begin <= sample.taken < until]
        clip.write([*pictures, *sound], span.at - begin)
        span.until = min(max(sample.taken + sample.duration for sample in pictures), until)
        report(span.until)
    if span is not None:
        clip.length = span.at + span.until - span.since


class _ClipFile:
    """The MP4 as it grows. `length` is that of the spans which have ended, in microseconds."""

    def __init__(
        self,
        like: VideoStream,
        sound: tuple[AudioStream, ...],
        target: IO[bytes],
        reopen: Callable[[], IO[bytes]],
        *,
        encodes: bool,
    ) -> None:
        self.length = 0
        self._format = PictureFormat.of(like.codec_context)
        self._encoder = ClipEncoder(self._format) if encodes else None
        self._is_changed = False
        self._last = {"video": LONG_AGO, "audio": LONG_AGO}

        def open_again(url: str, flags: int, options: dict[str, Any]) -> IO[bytes]:
            return reopen()

        self._file = av.open(
            target, "w", format="mp4", options={"movflags": "+faststart"}, io_open=open_again
        )
        self._video = self._file.add_stream_from_template(like)
        if self._encoder is not None:
            self._video.codec_context.extradata = self._encoder.sample_entry()
        if self._format.codec == "hevc":
            # With parameter sets in the stream, or as players like it.
            self._video.codec_context.codec_tag = "hvc1" if self._encoder is None else "hev1"
        self._audio = self._file.add_stream_from_template(sound[0]) if sound else None

    def __enter__(self) -> _ClipFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def fitting(
        self,
        group: PictureGroup,
        format_: PictureFormat,
        since: int,
        until: int,
        made: CutPictures,
    ) -> list[FootageSample]:
        """The group's pictures that belong to the clip, copied where that can be."""
        pictures = group.pictures
        kept = [sample for sample in pictures if since <= sample.taken < until]
        if not kept:
            return []
        is_whole = len(kept) == len(pictures)
        # Without its last pictures a group can be shown, if they come in the order of decoding.
        is_head = pictures[0].taken >= since and not any(sample.delay for sample in pictures)
        if format_ == self._format and (is_whole or is_head):
            made.copied += len(kept)
            if self._is_changed and self._encoder is not None:
                kept[0].data = self._encoder.announcement() + kept[0].data
                self._is_changed = False
            return kept
        if self._encoder is None:
            return []
        encoded = self._encoder.encode(pictures, format_, since, until)
        made.encoded += len(encoded)
        self._is_changed = True
        return encoded

    def write(self, samples: list[FootageSample], shift: int) -> None:
        for sample in sorted(samples, key=lambda sample: sample.taken - sample.delay):
            stream = self._video if sample.kind == "video" else self._audio
            dts = to_ticks(sample.taken + shift - sample.delay)
            # Sound of two segments may overlap by what its encoder needs at a begin.
            if stream is None or (stream is self._audio and dts <= self._last["audio"]):
                continue
            packet = av.Packet(sample.data)
            packet.time_base, packet.pts = TIME_BASE, to_ticks(sample.taken + shift)
            # After a group that was encoded, decoding times must go on rising.
            packet.dts = self._last[sample.kind] = max(dts, self._last[sample.kind] + 1)
            packet.duration, packet.is_keyframe = to_ticks(sample.duration), sample.is_key
            packet.stream = stream
            self._file.mux(packet)
