"""Behind walls (workers/sandbox): a file that a stranger sent, read, and written anew as our own.

Order `inspect`: one frame with the file. Back come the frames that a recorder's child says of a
stream, each with its bytes: the head of the run, its parts, the segment that they are. What is no
plain footage of one camera is refused in words.
"""

from __future__ import annotations

import io
from typing import Any

import av
import msgspec

from workers.recorder.messages import Message, RunBegun
from workers.recorder.muxing import StreamRecorder
from workers.recorder.sighting import ToldClock
from workers.sandbox.child import Channel, serve
from workers.sandbox.films import H264_WITH_SOUND
from workers.sandbox.frames import Head

FORMATS = {"video/mp4": "mp4", "video/mp2t": "mpegts"}
LONGEST_SECONDS = 120.0
WIDEST = 8192


def inspect(order: Head, channel: Channel) -> Any:
    """How many pictures there are. Raises ValueError."""
    _, data = channel.receive()
    taken, kind = float(order["taken"]), FORMATS[order["contentType"]]

    def tell(message: Message, body: bytes = b"") -> None:
        if isinstance(message, RunBegun) and message.run > 1:
            raise ValueError("its pictures change in it, or there is a gap")
        channel.send({"told": msgspec.to_builtins(message)}, body)

    try:
        return {"pictures": _read(data, kind, taken, tell)}
    except av.FFmpegError as error:
        raise ValueError(error.strerror) from None


def _read(data: bytes, kind: str, taken: float, tell: Any) -> int:
    clock, pictures = ToldClock(), 0

    def told(seconds: float) -> None:
        nonlocal pictures
        if pictures and not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueError(f"it is longer than {LONGEST_SECONDS:.0f} s")
        pictures += 1
        clock.tell(taken, seconds)

    file: Any = io.BytesIO(data)
    options = {"protocol_whitelist": "none"}
    # Cut nowhere: it is one segment. An error leaves what was told to who hears it: nothing.
    with av.open(file, format=kind, options=options) as container:
        _check(container)
        with StreamRecorder(tell, segment_seconds=2 * LONGEST_SECONDS, clock=clock) as recorder:
            recorder.read(container, told)
    if pictures == 0:
        raise ValueError("it has no pictures")
    return pictures


def _check(container: Any) -> None:
    streams = container.streams
    if len(streams.video) != 1 or len(streams.audio) > 1:
        raise ValueError("it must have one stream of pictures, and one of sound at most")
    picture = streams.video[0]
    if not 0 < picture.width <= WIDEST or not 0 < picture.height <= WIDEST:
        raise ValueError(f"its pictures are larger than {WIDEST} by {WIDEST}")


def warm_up(_order: Head) -> None:
    """One file of each kind, through all that is needed."""
    av.logging.set_level(av.logging.PANIC)
    for kind in FORMATS.values():
        _read(_film(kind), kind, 0.0, lambda *_: None)


def _film(kind: str) -> bytes:
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(H264_WITH_SOUND), "r", format="mp4") as film,
        av.open(file, "w", format=kind) as out,
    ):
        copies = {stream.index: out.add_stream_from_template(stream) for stream in film.streams}
        for packet in film.demux():
            if packet.size:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    return file.getvalue()


if __name__ == "__main__":
    serve(warm_up, {"inspect": inspect})
