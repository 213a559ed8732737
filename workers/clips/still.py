"""One picture as JPEG: what a camera saw at a moment."""

from __future__ import annotations

from fractions import Fraction

import av

from workers.clips.footage import FootageSegment, in_microseconds

STILL_WIDTH = 320
_PIXELS = "yuvj420p"


def still(segment: FootageSegment, at: int, *, width: int = STILL_WIDTH) -> bytes:
    """The last picture that was taken at or before `at` (microseconds), or the segment's first.

    Raises ValueError when nothing can be decoded.
    """
    shown = None
    with segment.open() as source:
        stream = source.streams.video[0]
        stream.thread_count = 1
        zero: int | None = None
        for frame in source.decode(stream):
            media = in_microseconds(frame.pts, frame.time_base)
            zero = media if zero is None else zero
            if shown is not None and segment.starts_at + media - zero > at:
                break
            shown = frame
    if shown is None:
        raise ValueError("no picture")
    return _jpeg(shown, width)


def _jpeg(frame: av.VideoFrame, width: int) -> bytes:
    width = min(width, frame.width) & ~1
    height = max(2, round(frame.height * width / frame.width) & ~1)
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, _PIXELS
    encoder.time_base, encoder.thread_count = Fraction(1, 25), 1
    encoder.options = {"qmin": "4", "qmax": "4"}
    small = frame.reformat(width, height, _PIXELS)
    small.pts = 0
    packets = [*encoder.encode(small), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
