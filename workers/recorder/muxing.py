"""A stream's packets, copied into fragmented MP4: parts as they are complete, and which of them are
a segment.

One muxer a run, which writes into an object that splits its bytes at boxes; segments are cut
between fragments, so time stamps go on over them. A run ends when no picture came for a while, the
picture's parameters changed, or this machine's clock was set. A jump of time stamps alone is
absorbed: no picture is missing, and libav dates by the camera's clock, which may be set.

The first picture of a stream has no time before the second has come. Sound is on a line of its
own, since sender reports move it and the picture at different moments.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import av
from av.container import InputContainer

from workers.media.boxes import MediaTrack, runs_of, tracks_of
from workers.recorder.messages import Message, PartMade, RunBegun, SegmentEnded
from workers.recorder.sighting import Sighting, SteadyClock

PART_SECONDS = 0.5
LONGEST_SECONDS = 60.0
LARGEST_BYTES = 48 * 1024 * 1024
GAP_SECONDS = 3.0  # without a picture for so long, footage is missing
JUMP_SECONDS = 1.0  # time stamps that run ahead of the clock by more have jumped
ANCHOR_SECONDS = 2.0  # when a run's time is settled: bursts at its beginning are over then
AUDIO_JUMP_SECONDS = 0.5
SLEW = 500e-6  # how fast a run's time is drawn to the clock's, per second
_PARAMETERS = {"h264": frozenset({7, 8}), "hevc": frozenset({32, 33, 34})}
_COPIED_SOUND = ("aac", "mp3", "opus")  # browsers know no other in MP4
_MUXER = {
    "movflags": "empty_moov+default_base_moof+frag_keyframe+skip_trailer+negative_cts_offsets",
    "frag_duration": str(int(PART_SECONDS * 1e6)),
}

# Of av: what stands in them has types that depend on the stream, and may be missing.
AnyPacket = Any

StreamTeller = Callable[[Message, bytes], None]


class BoxSplitter:
    """A file that libav writes to; it hands on the head and each fragment (moof and mdat) whole."""

    def __init__(self, head: Callable[[bytes], None], fragment: Callable[[bytes], None]) -> None:
        self._head, self._fragment = head, fragment
        self._buffer, self._init = bytearray(), bytearray()
        self._moof: bytes | None = None
        self._has_begun = False

    def write(self, data: bytes) -> int:
        self._buffer += data
        while len(self._buffer) >= 8:
            size, kind = struct.unpack_from(">I4s", self._buffer)
            if size < 8 or len(self._buffer) < size:
                break
            box = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._take(kind, box)
        return len(data)

    def _take(self, kind: bytes, box: bytes) -> None:
        if kind == b"moof":
            if not self._has_begun:
                self._has_begun = True
                self._head(bytes(self._init))
            self._moof = box
        elif kind == b"mdat" and self._moof is not None:
            self._fragment(self._moof + box)
        elif not self._has_begun:
            self._init += box


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of the run: media time in seconds."""

    number: int
    start: float
    end: float
    size: int


class StreamRecorder:
    """Of one stream, run after run."""

    def __init__(
        self, tell: StreamTeller, *, segment_seconds: float, clock: SteadyClock | None = None
    ) -> None:
        self._tell, self._segment_seconds = tell, segment_seconds
        self._clock = clock or SteadyClock()
        self._number, self._runs = 0, 0
        self._run: Run | None = None
        self._extradata = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.break_off()

    def read(self, container: InputContainer, told: Callable[[float], None] | None = None) -> None:
        """Until it ends or breaks; then raises what libav raises. Of files that follow on one
        another, `told` hears the time of each picture in its file before it is taken."""
        self._look_at(container)
        streams = [each for each in (self._video, self._audio) if each is not None]
        early: AnyPacket | None = None
        first: float | None = None
        for packet in container.demux(streams):
            is_video = packet.stream.index == self._video.index
            if not packet.size:
                continue
            if packet.dts is None or packet.pts is None:
                early = packet if is_video and self._run is None else early
                continue
            if not is_video:
                if self._run is not None:
                    self._run.take_sound(packet)
                continue
            if told is not None:
                at = _seconds(packet.pts, packet.time_base)
                first = at if first is None else first
                told(at - first)
            if early is not None:
                self._take(self._dated(early, packet))
                early = None
            self._take(packet)

    def break_off(self) -> None:
        """Whatever comes next is another run."""
        run, self._run = self._run, None
        if run is not None:
            run.close()

    def _look_at(self, container: InputContainer) -> None:
        if not container.streams.video:
            raise ValueError("it has no picture")
        self._video = container.streams.video[0]
        self._audio = next(iter(container.streams.audio), None)
        self._codec = self._video.codec_context.name
        if self._codec not in _PARAMETERS:
            raise ValueError(f"its pictures are {self._codec}, not H.264 or H.265")
        extradata = bytes(self._video.codec_context.extradata or b"")
        if _is_boxed(extradata) and extradata != self._extradata:
            self.break_off()
        if self._run is None or _is_boxed(extradata):
            self._extradata = extradata

    def _dated(self, first: AnyPacket, second: AnyPacket) -> AnyPacket:
        before, after = camera_time(first), camera_time(second)
        rate = self._video.guessed_rate or 25
        apart = float(1 / rate)
        if before is not None and after is not None and 0 < after - before < 2:
            apart = after - before
        first.time_base = second.time_base
        assert second.dts is not None  # noqa: S101 - it is what the first is dated by
        first.pts = first.dts = second.dts - max(round(apart / second.time_base), 1)
        return first

    def _take(self, packet: AnyPacket) -> None:
        arrived = self._clock.now()
        if self._run is not None:
            is_late = arrived - self._run.last_arrival > GAP_SECONDS
            if is_late or self._clock.was_set() or self._has_new_parameters(packet):
                self.break_off()
        if self._run is None:
            if not packet.is_keyframe:
                return
            self._has_new_parameters(packet)
            self._begin_run(packet)
        assert self._run is not None  # noqa: S101 - just begun
        self._run.take_picture(packet, arrived)

    def _has_new_parameters(self, packet: AnyPacket) -> bool:
        if not packet.is_keyframe or _is_boxed(self._extradata):
            return False
        sets = parameter_sets(self._codec, bytes(packet))
        if not sets or sets == parameter_sets(self._codec, self._extradata):
            return False
        self._extradata = sets
        return True

    def _begin_run(self, packet: AnyPacket) -> None:
        self._runs += 1
        self._run = Run(self, self._runs, packet, self._video, self._audio, self._extradata)

    def next_number(self) -> int:
        self._number += 1
        return self._number

    @property
    def tell(self) -> StreamTeller:
        return self._tell

    @property
    def segment_seconds(self) -> float:
        return self._segment_seconds

    def now(self) -> float:
        return self._clock.now()


class Run:
    """From a key frame on, without a gap: one muxer, one line of time."""

    def __init__(
        self,
        recorder: StreamRecorder,
        run: int,
        first: AnyPacket,
        video: Any,
        audio: Any,
        extradata: bytes,
    ) -> None:
        self._recorder, self._id = recorder, run
        self._base = _seconds(first.dts, first.time_base)
        self._began = recorder.now()
        self._last = self._base
        self._frame_seconds = 0.04
        self.last_arrival = self._began
        self._sighting, self._offset, self._clock = Sighting(), self._began, "ARRIVAL"
        self._is_anchored = False
        self._fragments: list[Fragment] = []
        self._held: list[tuple[list[Fragment], float]] = []  # segments that await the anchor
        self._tracks: dict[int, MediaTrack] = {}
        self._is_first = True
        self._sound_end: float | None = None
        self._sound_shift = 0.0
        self._sound_last: int | None = None
        file: Any = BoxSplitter(self._on_head, self._on_fragment)
        self._out: Any = av.open(file, "w", format="mp4", options=_MUXER)
        self._out_video = self._like(video, extradata)
        self._out_sound: Any = None
        self._encoder: Any = None
        if audio is not None and _is_copied(audio.codec_context):
            self._out_sound = self._like(audio, b"")
        elif audio is not None:
            self._out_sound = self._out.add_stream("aac", rate=16000, layout="mono")
            self._encoder = self._out_sound.codec_context
            self._resampler = av.AudioResampler(
                format="fltp", layout="mono", rate=16000, frame_size=1024
            )

    def _like(self, stream: Any, extradata: bytes) -> Any:
        new = self._out.add_stream_from_template(stream)
        if stream.codec_context.name == "hevc":
            new.codec_context.codec_tag = "hvc1"  # Apple's players take no hev1
        if extradata:
            new.codec_context.extradata = extradata
        return new

    # -- packets

    def take_picture(self, packet: AnyPacket, arrived: float) -> None:
        dts = _seconds(packet.dts, packet.time_base)
        step = dts - self._last
        if not self._is_first:
            if not 0 < step <= JUMP_SECONDS + arrived - self.last_arrival:
                self._base += step - self._frame_seconds
            elif step < 0.5:
                self._frame_seconds = step
        self._is_first = False
        self._last, self.last_arrival = dts, arrived
        shown = _seconds(packet.pts, packet.time_base) - self._base
        self._sighting.note(camera_time(packet), shown, arrived)
        shift = round(self._base / packet.time_base)
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        packet.stream = self._out_video
        self._out.mux(packet)

    def take_sound(self, packet: AnyPacket) -> None:
        at = _seconds(packet.dts, packet.time_base) - self._base + self._sound_shift
        if self._sound_end is None:
            if at < 0:
                return
        elif abs(at - self._sound_end) > AUDIO_JUMP_SECONDS or at < self._sound_end - 0.02:
            self._sound_shift += self._sound_end - at
            at = self._sound_end
        length = _seconds(packet.duration or 0, packet.time_base) or 0.02
        self._sound_end = at + length
        if self._encoder is not None:
            self._encode_sound(packet, at)
            return
        after = -1 if self._sound_last is None else self._sound_last
        packet.dts = packet.pts = self._sound_last = max(round(at / packet.time_base), after + 1)
        packet.stream = self._out_sound
        self._out.mux(packet)

    def _encode_sound(self, packet: AnyPacket, at: float) -> None:
        for frame in packet.decode():
            frame.pts = round(at / frame.time_base)
            for ready in self._resampler.resample(frame):
                for encoded in self._encoder.encode(ready):
                    encoded.stream = self._out_sound
                    self._out.mux(encoded)

    # -- fragments and segments

    def _on_head(self, data: bytes) -> None:
        self._tracks = {track.id: track for track in tracks_of(data)}
        picture = next(each for each in self._tracks.values() if each.is_video)
        codecs = [each.codec for each in self._tracks.values()]
        self._recorder.tell(RunBegun(self._id, codecs, picture.width, picture.height), data)

    def _on_fragment(self, data: bytes) -> None:
        found = next((run for run in runs_of(data) if self._tracks[run.track].is_video), None)
        if found is None:  # sound alone, between two pictures
            start = end = self._fragments[-1].end if self._fragments else 0.0
            is_key = False
        else:
            scale = self._tracks[found.track].timescale
            start = (found.start + found.shifts[0]) / scale
            end, is_key = (found.end + found.shifts[0]) / scale, found.keys[0]
            if self._ends_before(start, is_key):
                self._end_segment(start)
        part = Fragment(self._recorder.next_number(), start, end, len(data))
        self._fragments.append(part)
        self._settle()
        taken = self._offset + start
        told = PartMade(part.number, self._id, is_key, round(end - start, 6), round(taken, 6))
        self._recorder.tell(told, data)

    def _ends_before(self, start: float, is_key: bool) -> bool:
        """Whether the segment ends where the next fragment begins."""
        if not self._fragments or not is_key:
            return False
        seconds = start - self._fragments[0].start
        size = sum(each.size for each in self._fragments)
        return seconds >= self._recorder.segment_seconds - 0.05 or size >= LARGEST_BYTES / 2

    def _settle(self) -> None:
        if not self._is_anchored and self._sighting.by_arrival:
            self._offset, self._clock = self._sighting.offset()
            if self._recorder.now() - self._began >= ANCHOR_SECONDS:
                self._anchor()

    def _end_segment(self, end: float) -> None:
        if self._fragments:
            self._held.append((self._fragments, end))
            self._fragments = []
            if self._is_anchored:
                self._hand_on()

    def _anchor(self) -> None:
        self._is_anchored = True
        if self._held:
            self._hand_on()

    def _hand_on(self) -> None:
        """A segment's time is drawn to the clock's in it: the next begins where it ends."""
        wanted, source = self._sighting.offset()
        for parts, end in self._held:
            begin, limit = self._offset + parts[0].start, (end - parts[0].start) * SLEW
            self._offset += max(-limit, min(limit, wanted - self._offset))
            first, last = parts[0].number, parts[-1].number
            told = SegmentEnded(
                self._id, first, last, round(begin, 6), round(self._offset + end, 6), self._clock
            )
            self._recorder.tell(told, b"")
        self._held, self._clock, self._sighting = [], source, Sighting([wanted])

    def close(self) -> None:
        self._out.close()  # hands on the last fragment
        if self._fragments:
            self._end_segment(max(each.end for each in self._fragments))
        if self._held:
            self._offset, self._clock = self._sighting.offset()
            self._anchor()


def _seconds(units: int | None, time_base: Any) -> float:
    return float((units or 0) * time_base)


def camera_time(packet: AnyPacket) -> float | None:
    """When the camera says that it was taken: by sender reports, which libav hands on."""
    if packet.has_sidedata("prft"):
        return float(struct.unpack_from("<q", bytes(packet.get_sidedata("prft")))[0]) / 1e6
    return None


def _is_copied(sound: Any) -> bool:
    """AAC without its description is that of a transport stream, which MP4 doesn't take."""
    return sound.name in _COPIED_SOUND and (sound.name != "aac" or bool(sound.extradata))


def _is_boxed(extradata: bytes) -> bool:
    """As MP4 has it, with lengths instead of start codes: parameters stand nowhere else."""
    return extradata[:1] == b"\1"


def parameter_sets(codec: str, data: bytes) -> bytes:
    """Those at the beginning of a key frame or of extradata (Annex B), each after a start code;
    empty when there are none."""
    head, starts, at = data[:4096], list[int](), 0
    while (at := head.find(b"\0\0\1", at)) >= 0:
        at += 3
        starts.append(at)
    found = b""
    for start, following in zip(starts, [*starts[1:], 0], strict=True):
        kind = head[start] & 31 if codec == "h264" else head[start] >> 1 & 63
        if start < len(head) and kind in _PARAMETERS[codec]:
            end = following - 3 if following else len(data)
            found += b"\0\0\0\1" + data[start:end].rstrip(b"\0")
    return found
