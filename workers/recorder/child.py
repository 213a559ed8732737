"""One camera's stream, pulled by libav in a process of its own: `python -m workers.recorder.child`.

It is told where by its standard input, or given a camera's files by it. It says what it finds by
its standard output, and ends with the stream, at SIGTERM (what has come is a segment), or when
nobody listens any more. It connects to the relay alone, and has an end to its memory.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
import threading
from functools import partial
from typing import Any
from urllib.parse import quote

import av
import msgspec

from workers.recorder.messages import (
    Message,
    StreamLost,
    StreamSource,
    fed_segments,
    write_message,
)
from workers.recorder.muxing import StreamRecorder, StreamTeller
from workers.recorder.sighting import ToldClock

MEMORY_MAX_BYTES = 768 * 1024 * 1024
OPEN_SECONDS, READ_SECONDS = 10.0, 4.0
_OPTIONS = {
    "rtsp_transport": "tcp",
    "protocol_whitelist": "tcp,rtp,udp,rtsp",
    "analyzeduration": "1000000",
}
_TS_SYNC = b"\x47"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # between two packets
    av.logging.set_level(av.logging.PANIC)  # its messages repeat passwords
    source = msgspec.json.decode(sys.stdin.buffer.readline(), type=StreamSource)
    if source.port is not None:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    out = sys.stdout.buffer

    def tell(message: Message, data: bytes = b"") -> None:
        write_message(out, message, data)

    try:
        tell(StreamLost(_record(source, tell)))
    except BrokenPipeError:
        os._exit(0)


def _record(source: StreamSource, tell: StreamTeller) -> str:
    """Until the stream ends; why it did."""
    try:
        if source.port is None:
            _record_fed(source, tell)
        else:
            _record_stream(source, tell)
        return "the stream ended"
    except av.HTTPUnauthorizedError:
        return "the camera refuses the user or password"
    except (av.FFmpegError, OSError) as error:
        return f"the stream broke off ({getattr(error, 'strerror', None) or type(error).__name__})"
    except MemoryError:
        return "its pictures take too much memory"
    except ValueError as error:
        return f"the stream can't be recorded ({error})"


def _record_stream(source: StreamSource, tell: StreamTeller) -> None:
    recorder = StreamRecorder(tell, segment_seconds=source.segment_seconds)
    times = (OPEN_SECONDS, READ_SECONDS)
    with recorder, av.open(_address(source), options=_OPTIONS, timeout=times) as container:
        recorder.read(container)


def _record_fed(source: StreamSource, tell: StreamTeller) -> None:
    """Files that follow on one another. libav is told what they are: it never guesses."""
    clock = ToldClock()
    with StreamRecorder(tell, segment_seconds=source.segment_seconds, clock=clock) as recorder:
        for told, data in fed_segments(sys.stdin.buffer):
            if told.breaks:
                recorder.break_off()
            kind = "mpegts" if data[:1] == _TS_SYNC else "mp4"
            file: Any = io.BytesIO(data)
            with av.open(file, format=kind, options={"protocol_whitelist": "none"}) as container:
                recorder.read(container, partial(clock.tell, told.taken))


def _address(source: StreamSource) -> str:
    who = ""
    if source.user is not None:
        who = f"{quote(source.user, safe='')}:{quote(source.password or '', safe='')}@"
    return f"rtsp://{who}127.0.0.1:{source.port}{source.target}"


def _end_with_parent() -> None:
    """Its standard input ends with it, however it goes."""
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    main()
