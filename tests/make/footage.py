"""Footage whose every picture says which one it is: 32 bits as black and white blocks.

Picture n was taken n / 25 seconds after the first, so that whoever reads n out of a clip, a still
or a player knows to the picture what was shown. The blocks survive compression and scaling.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

FPS = 25
PICTURE = 1_000_000 // FPS
"""Microseconds between two pictures."""
BITS = 32
MARKS = (1, 0, 1, 0)  # before the bits: that there is a number at all, and how black black is
EPOCH = 1_767_225_600_000_000


@dataclass(frozen=True)
class RecordedSegment:
    """As a recorder would have left it. `numbers` of its pictures, in the order of showing."""

    starts_at: int
    ends_at: int
    run: str
    data: bytes
    numbers: tuple[int, ...]
    init_bytes: int
    part_offsets: tuple[int, ...]
    part_ms: tuple[int, ...]


@dataclass(frozen=True)
class Recipe:
    """What is recorded. Seconds are whole."""

    codec: str = "h264"
    width: int = 320
    height: int = 192
    seconds: int = 12
    segment_seconds: int = 4
    gop: int = 50
    b_frames: int = 0
    has_sound: bool = False
    run: str = "1-1"
    first_number: int = 0


def record(recipe: Recipe, starts_at: int = EPOCH) -> list[RecordedSegment]:
    """Segments without a gap from `starts_at` on (microseconds)."""
    made = []
    for index, (data, numbers) in enumerate(_files(recipe)):
        begin = starts_at + index * recipe.segment_seconds * 1_000_000
        offsets = _fragments(data)
        milliseconds = tuple(round(1000 * recipe.gop / FPS) for _ in offsets)
        end = begin + len(numbers) * PICTURE
        made.append(
            RecordedSegment(
                begin, end, recipe.run, data, numbers, offsets[0], offsets, milliseconds
            )
        )
    return made


def taken(segments: list[RecordedSegment]) -> list[tuple[int, int]]:
    """When each picture was taken, and its number."""
    return [
        (segment.starts_at + place * PICTURE, number)
        for segment in segments
        for place, number in enumerate(segment.numbers)
    ]


def numbers_in(data: bytes) -> list[int | None]:
    """What a player shows of an MP4, a JPEG."""
    with av.open(io.BytesIO(data)) as file:
        return [number_in(frame) for frame in file.decode(video=0)]


def draw(number: int, width: int, height: int) -> np.ndarray:
    """An I420 picture: a moving gradient, and the number along its upper edge."""
    rows, columns = np.arange(height) // 4, np.arange(width) // 4 + number * 2
    luma = np.add.outer(rows, columns).astype(np.uint8) // 2 + 64
    cell = width // (BITS + len(MARKS))
    bits = [*MARKS, *((number >> (BITS - 1 - place)) & 1 for place in range(BITS))]
    for place, bit in enumerate(bits):
        luma[: cell * 2, place * cell : (place + 1) * cell] = 235 if bit else 16
    return np.concatenate([luma, np.full((height // 2, width), 128, np.uint8)])


def number_in(frame: av.VideoFrame) -> int | None:
    """None for a picture without a number: green, grey, damaged."""
    grey = frame.reformat(format="gray").to_ndarray()
    cell = frame.width // (BITS + len(MARKS))
    row = grey[cell // 2 : cell // 2 + max(cell, 1)]
    quarter = max(cell // 4, 1)
    values = [
        row[:, place * cell + quarter : (place + 1) * cell - quarter + (cell < 3)].mean()
        for place in range(BITS + len(MARKS))
    ]
    white, black = (values[0] + values[2]) / 2, (values[1] + values[3]) / 2
    if white - black < 80:
        return None
    number = 0
    for value in values[len(MARKS) :]:
        number = number << 1 | bool(value > (white + black) / 2)
    return number


@functools.cache
def _files(recipe: Recipe) -> list[tuple[bytes, tuple[int, ...]]]:
    """Of one muxer, cut at fragments, as a recorder cuts: times go on from file to file."""
    boxes = _boxes(_stream(recipe))
    head = b"".join(data for kind, data in boxes if kind in (b"ftyp", b"moov"))
    fragments = [data for kind, data in boxes if kind in (b"moof", b"mdat")]
    per_file = 2 * recipe.segment_seconds * FPS // recipe.gop
    per_segment = recipe.segment_seconds * FPS
    first, end = recipe.first_number, recipe.first_number + recipe.seconds * FPS
    return [
        (
            head + b"".join(fragments[place * per_file : (place + 1) * per_file]),
            tuple(range(begin, min(begin + per_segment, end))),
        )
        for place, begin in enumerate(range(first, end, per_segment))
    ]


def _stream(recipe: Recipe) -> bytes:
    flags = "empty_moov+default_base_moof+frag_keyframe+skip_trailer+negative_cts_offsets"
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={"movflags": flags}) as out:
        stream = out.add_stream({"h264": "libx264", "hevc": "libx265"}[recipe.codec], rate=FPS)
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.options = _encoder_options(recipe)
        sound = out.add_stream("aac", rate=16000, layout="mono") if recipe.has_sound else None
        for place in range(recipe.seconds * FPS):
            picture = draw(recipe.first_number + place, recipe.width, recipe.height)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            out.mux(stream.encode(frame))
            if sound is not None:
                out.mux(sound.encode(_silence(place)))
        out.mux(stream.encode(None))
        if sound is not None:
            out.mux(sound.encode(None))
    return file.getvalue()


def _encoder_options(recipe: Recipe) -> dict[str, str]:
    params = f"keyint={recipe.gop}:min-keyint={recipe.gop}:scenecut=0:open-gop=0"
    params += f":bframes={recipe.b_frames}"
    if recipe.codec == "h264":
        preset = "veryfast" if recipe.b_frames else "ultrafast"
        return {"preset": preset, "x264-params": params}
    return {"preset": "ultrafast", "x265-params": params + ":log-level=none:pools=1"}


def _silence(place: int) -> av.AudioFrame:
    samples = 16000 // FPS
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, samples), np.float32), format="fltp", layout="mono"
    )
    frame.sample_rate, frame.pts, frame.time_base = 16000, place * samples, Fraction(1, 16000)
    return frame


def _fragments(data: bytes) -> tuple[int, ...]:
    """Where each moof begins."""
    found, at = [], 0
    for kind, box in _boxes(data):
        if kind == b"moof":
            found.append(at)
        at += len(box)
    return tuple(found)


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append((data[at + 4 : at + 8], data[at : at + size]))
        at += size
    return found
