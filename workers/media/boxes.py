"""Reading our own fragmented MP4 (ISO/IEC 14496-12) without a codec library: what its tracks are,
and what a fragment holds, to the sample. Pure.

    ftyp moov │ moof mdat │ moof mdat │ …        init │ fragment │ fragment

Never raises anything but BadBoxes on bytes that are no such file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SAMPLE_FIELDS = ((0x100, "duration"), (0x200, "size"), (0x400, "flags"), (0x800, "shift"))
_IS_NO_KEY = 0x10000
_SAMPLES_MAX = 100_000


class BadBoxes(ValueError):
    """These bytes aren't the MP4 that is expected."""


@dataclass(frozen=True, slots=True)
class MediaTrack:
    """`codec` as RFC 6381 has it: avc1.64001f, hvc1.1.6.L93.B0, mp4a.40.2."""

    id: int
    is_video: bool
    timescale: int
    codec: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class SampleRun:
    """Samples of one track in one fragment, in the track's units; `shifts` are from decoding to
    showing."""

    track: int
    start: int
    durations: list[int]
    sizes: list[int]
    keys: list[bool]
    shifts: list[int]

    @property
    def end(self) -> int:
        return self.start + sum(self.durations)


def tracks_of(init: bytes) -> list[MediaTrack]:
    """What the head of a file announces. Raises BadBoxes."""
    try:
        return [_track(init, start, end) for start, end in _find(init, "moov/trak", 0, len(init))]
    except (struct.error, StopIteration, IndexError, UnicodeDecodeError) as error:
        raise BadBoxes(f"a track can't be read ({type(error).__name__})") from None


def runs_of(fragment: bytes) -> list[SampleRun]:
    """What a moof says of its mdat. Raises BadBoxes."""
    try:
        trafs = _find(fragment, "moof/traf", 0, len(fragment))
        return [_run(fragment, start, end) for start, end in trafs]
    except (struct.error, StopIteration, IndexError) as error:
        raise BadBoxes(f"a fragment can't be read ({type(error).__name__})") from None


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each box in [start, end), and where its content begins and ends."""
    at = start
    while at < end:
        if end - at < 8:
            raise BadBoxes("a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and end - at >= 16:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise BadBoxes(f"a box of {size} bytes in {end - at}")
        yield kind, at + head, at + size
        at += size


def _find(data: bytes, path: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the content of every box at a path such as moof/traf/trun begins and ends."""
    first, _, rest = path.partition("/")
    for kind, begin, finish in _boxes(data, start, end):
        if kind == first.encode():
            if rest:
                yield from _find(data, rest, begin, finish)
            else:
                yield begin, finish


def _one(data: bytes, path: str, start: int, end: int) -> tuple[int, int]:
    return next(_find(data, path, start, end))


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])


def _track(init: bytes, start: int, end: int) -> MediaTrack:
    header, _ = _one(init, "tkhd", start, end)
    media, _ = _one(init, "mdia/mdhd", start, end)
    handler, _ = _one(init, "mdia/hdlr", start, end)
    id_ = _u32(init, header + (20 if init[header] else 12))
    timescale = _u32(init, media + (20 if init[media] else 12))
    if timescale == 0:
        raise BadBoxes("a track without a clock")
    table, table_end = _one(init, "mdia/minf/stbl/stsd", start, end)
    entry, begin, finish = next(_boxes(init, table + 8, table_end))
    if init[handler + 8 : handler + 12] != b"vide":
        name = entry.decode("ascii")
        return MediaTrack(id_, False, timescale, "mp4a.40.2" if name == "mp4a" else name)
    width, height = struct.unpack_from(">HH", init, begin + 24)
    codec = _video_codec(init, entry.decode("ascii"), begin + 78, finish)
    return MediaTrack(id_, True, timescale, codec, width, height)


def _video_codec(init: bytes, entry: str, start: int, end: int) -> str:
    for kind, begin, finish in _boxes(init, start, end):
        if kind == b"avcC":
            return f"{entry}.{init[begin + 1 : begin + 4].hex()}"
        if kind == b"hvcC":
            return f"{entry}.{_hevc(init[begin:finish])}"
    return entry


def _hevc(config: bytes) -> str:
    """ISO/IEC 14496-15, annex E.3: profile, compatibility with its bits turned, tier and level."""
    space = ("", "A", "B", "C")[config[1] >> 6]
    tier = "H" if config[1] >> 5 & 1 else "L"
    compatible = int(f"{_u32(config, 2):032b}"[::-1], 2)
    constraints = [f"{each:x}" for each in config[6:12].rstrip(b"\0")]
    words = [f"{space}{config[1] & 31}", f"{compatible:x}", f"{tier}{config[12]}", *constraints]
    return ".".join(words)


def _run(fragment: bytes, start: int, end: int) -> SampleRun:
    track, defaults = _defaults(fragment, _one(fragment, "tfhd", start, end)[0])
    time, _ = _one(fragment, "tfdt", start, end)
    begin = struct.unpack_from(">Q" if fragment[time] else ">I", fragment, time + 4)[0]
    run = SampleRun(track, begin, [], [], [], [])
    for at, finish in _find(fragment, "trun", start, end):
        _add_samples(run, fragment, at, finish, defaults)
    return run


def _defaults(fragment: bytes, at: int) -> tuple[int, dict[str, int]]:
    """The track, and what holds for its samples unless they say otherwise."""
    flags, track = _u32(fragment, at) & 0xFFFFFF, _u32(fragment, at + 4)
    at += 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    defaults = {"duration": 0, "size": 0, "flags": 0, "shift": 0}
    for bit, name in ((8, "duration"), (0x10, "size"), (0x20, "flags")):
        if flags & bit:
            defaults[name] = _u32(fragment, at)
            at += 4
    return track, defaults


def _add_samples(
    run: SampleRun, fragment: bytes, at: int, end: int, defaults: dict[str, int]
) -> None:
    flags, count = _u32(fragment, at), _u32(fragment, at + 4)
    shift_format = ">i" if flags >> 24 == 1 else ">I"
    at += 8 + (4 if flags & 1 else 0)
    first_flags = _u32(fragment, at) if flags & 4 else None
    at += 4 if flags & 4 else 0
    fields = [name for bit, name in _SAMPLE_FIELDS if flags & bit]
    if count > _SAMPLES_MAX or count * 4 * len(fields) > end - at:
        raise BadBoxes("fewer samples than were announced")
    for index in range(count):
        sample = dict(defaults)
        if index == 0 and first_flags is not None:
            sample["flags"] = first_flags
        for name in fields:
            form = shift_format if name == "shift" else ">I"
            sample[name] = struct.unpack_from(form, fragment, at)[0]
            at += 4
        run.durations.append(sample["duration"])
        run.sizes.append(sample["size"])
        run.keys.append(not sample["flags"] & _IS_NO_KEY)
        run.shifts.append(sample["shift"])
