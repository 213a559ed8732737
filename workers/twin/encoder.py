"""Pictures as H.264, one by one; and numbers read back out of any footage."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np

from workers.twin.pictures import HEIGHT, WIDTH, draw, number_in


class PictureEncoder:
    """Of one viewer: begins with a key frame, and has one every `gop` pictures."""

    PARAMETER_SETS = (7, 8)  # kinds of their units

    def __init__(self, *, rate: int, gop: int) -> None:
        self._codec: Any = av.CodecContext.create("libx264", "w")
        self._codec.width, self._codec.height, self._codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        self._codec.time_base, self._codec.framerate = Fraction(1, rate), Fraction(rate)
        self._codec.thread_count = 1
        self._codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:repeat-headers=1:aud=0",
        }
        self._count = 0

    def encode(self, number: int, lines: Sequence[str]) -> tuple[bool, list[bytes]]:
        """Whether it is a key frame, and its units; a key frame's begin with its parameters."""
        frame = av.VideoFrame.from_ndarray(draw(number, lines), format="yuv420p")
        frame.pts, frame.time_base = self._count, self._codec.time_base
        self._count += 1
        [packet] = self._codec.encode(frame)
        units = [unit for unit in units_of(bytes(packet)) if unit[0] & 31 not in (6, 9)]
        return bool(packet.is_keyframe), units

    def parameter_sets(self) -> list[bytes]:
        """For the description of the session, before there is a picture."""
        _, units = PictureEncoder(rate=self._codec.framerate.numerator, gop=1).encode(0, ())
        return [unit for unit in units if unit[0] & 31 in self.PARAMETER_SETS]


def numbers_in(footage: bytes) -> list[tuple[float, int | None]]:
    """Of a file: each picture's time in it, in seconds, and its number."""
    with av.open(io.BytesIO(footage), "r", format="mp4") as container:
        return [
            (float(frame.pts * frame.time_base), number_in(_luma(frame)))
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]


def _luma(frame: av.VideoFrame) -> Any:
    plane: Any = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def units_of(annex_b: bytes) -> list[bytes]:
    """The units between start codes."""
    starts, at = list[int](), 0
    while (at := annex_b.find(b"\0\0\1", at)) >= 0:
        at += 3
        starts.append(at)
    ends = [start - 3 for start in starts[1:]] + [len(annex_b)]
    return [annex_b[a:b].rstrip(b"\0") for a, b in zip(starts, ends, strict=True)]
