"""Pictures that are encoded anew, so that they can stand beside the camera's own in one track.

H.264: what this encoder makes names parameter sets of an id that cameras don't use, and the sample
entry has both sets, so that each slice finds its own. H.265: parameter sets stand in the stream,
before each change (`hev1`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from workers.clips.footage import MICROSECONDS, FootageSample
from workers.clips.parameters import (
    AVC_DELIMITER,
    AVC_SEI,
    HEVC_DELIMITER,
    HEVC_PREFIX_SEI,
    HEVC_SUFFIX_SEI,
    AvcParameters,
    annexb_units,
    avc_kind,
    hevc_kind,
    hevc_units,
    with_lengths,
)

TICKS = 90_000
TIME_BASE = Fraction(1, TICKS)
OWN_PARAMETER_SET = 7  # cameras use 0, or a small number
BASELINE, MAIN = 66, 77
_ONE_PICTURE_AT_A_TIME = "bframes=0:scenecut=0:rc-lookahead=0"


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """How pictures are encoded. `parameters` is the content of avcC or hvcC."""

    codec: str
    parameters: bytes
    width: int
    height: int
    pixels: str

    @classmethod
    def of(cls, codec: VideoCodecContext) -> PictureFormat:
        """Raises ValueError for a codec that segments don't have."""
        if codec.name not in ("h264", "hevc") or not codec.extradata:
            raise ValueError(f"pictures of {codec.name} can't be cut")
        return cls(
            codec.name,
            bytes(codec.extradata),
            codec.width,
            codec.height,
            codec.pix_fmt or "yuv420p",
        )


def to_ticks(microseconds: int) -> int:
    return round(microseconds * TICKS / MICROSECONDS)


class ClipEncoder:
    """Decodes whole groups of pictures and encodes those of a range in the clip's own format."""

    def __init__(self, target: PictureFormat) -> None:
        self.target = target
        self._own: AvcParameters | None = None
        if target.codec == "h264":
            encoder = self._encoder()
            self._own = AvcParameters.of_units(annexb_units(bytes(encoder.extradata or b"")))

    def sample_entry(self) -> bytes:
        """What the track must say: for H.264, both parameter sets."""
        if self._own is None:
            return self.target.parameters
        return AvcParameters.read(self.target.parameters).beside(self._own).box()

    def announcement(self) -> bytes:
        """What must stand before the camera's own pictures after ours."""
        if self._own is not None:
            return b""
        return with_lengths(hevc_units(self.target.parameters))

    def encode(
        self, pictures: Sequence[FootageSample], format_: PictureFormat, since: int, until: int
    ) -> list[FootageSample]:
        """Of one group, those that were taken in [since, until), beginning with a key frame.

        Where `format_` is another than the clip's, they are scaled to it.
        """
        begin = min(sample.taken for sample in pictures)
        by_tick = {to_ticks(sample.taken - begin): sample for sample in pictures}
        decoder, encoder = _decoder(format_), self._encoder()
        made: list[FootageSample] = []
        for tick, sample in by_tick.items():
            packet = av.Packet(sample.data)
            packet.pts, packet.time_base = tick, TIME_BASE
            packet.dts = tick - to_ticks(sample.delay)
            for frame in decoder.decode(packet):
                made += self._encode(encoder, frame, by_tick, since, until)
        for frame in decoder.decode(None):
            made += self._encode(encoder, frame, by_tick, since, until)
        made += self._samples(encoder.encode(None), by_tick)
        for sample in made:  # the stream's own delay: decoding times must not jump
            sample.delay = pictures[0].delay
        return made

    def _encode(
        self,
        encoder: VideoCodecContext,
        frame: av.VideoFrame,
        by_tick: dict[int, FootageSample],
        since: int,
        until: int,
    ) -> list[FootageSample]:
        sample = by_tick.get(-1 if frame.pts is None else frame.pts)
        if sample is None or not since <= sample.taken < until:
            return []
        target = self.target
        fitting = frame.reformat(target.width, target.height, target.pixels)
        fitting.pts, fitting.time_base = frame.pts, TIME_BASE
        fitting.pict_type = PictureType.NONE
        return self._samples(encoder.encode(fitting), by_tick)

    def _samples(
        self, packets: Iterable[av.Packet[Any]], by_tick: dict[int, FootageSample]
    ) -> list[FootageSample]:
        made = []
        for packet in packets:
            source = by_tick[cast(int, packet.pts)]
            units = [unit for unit in annexb_units(bytes(packet)) if self._is_kept(unit)]
            made.append(
                FootageSample(
                    "video",
                    source.taken,
                    source.delay,
                    source.duration,
                    bool(packet.is_keyframe),
                    with_lengths(units),
                )
            )
        return made

    def _is_kept(self, unit: bytes) -> bool:
        if self.target.codec == "h264":
            return avc_kind(unit) not in (AVC_SEI, AVC_DELIMITER)
        return hevc_kind(unit) not in (HEVC_DELIMITER, HEVC_PREFIX_SEI, HEVC_SUFFIX_SEI)

    def _encoder(self) -> VideoCodecContext:
        target = self.target
        name = "libx264" if target.codec == "h264" else "libx265"
        encoder = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
        encoder.width, encoder.height, encoder.pix_fmt = target.width, target.height, target.pixels
        encoder.time_base, encoder.framerate = TIME_BASE, Fraction(25)
        encoder.thread_count = 1
        encoder.options = _h264_options(target) if name == "libx264" else _hevc_options()
        encoder.open()
        return encoder


def _decoder(format_: PictureFormat) -> VideoCodecContext:
    decoder = cast(VideoCodecContext, av.CodecContext.create(format_.codec, "r"))
    decoder.extradata = format_.parameters
    decoder.thread_count = 1  # more of them cost memory, and reorder errors
    return decoder


def _h264_options(target: PictureFormat) -> dict[str, str]:
    # A camera of the baseline profile stays one: players may have been chosen by it.
    profile = {BASELINE: "baseline", MAIN: "main"}.get(target.parameters[1], "high")
    own = f"sps-id={OWN_PARAMETER_SET}:keyint=infinite:threads=1:sync-lookahead=0"
    return {
        "preset": "veryfast",
        "crf": "18",
        "profile": profile,
        "flags": "+global_header",
        "x264-params": f"{own}:{_ONE_PICTURE_AT_A_TIME}",
    }


def _hevc_options() -> dict[str, str]:
    own = "log-level=error:keyint=-1:repeat-headers=1:pools=none:frame-threads=1"
    return {
        "preset": "superfast",
        "crf": "20",
        "x265-params": f"{own}:{_ONE_PICTURE_AT_A_TIME}",
    }
