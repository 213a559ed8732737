"""What is done with footage behind walls (workers/sandbox): cuts, stills.

Order `cut`: a frame with the model's segment, then one for each segment in turn, then one without;
`encodes` says whether pictures may be encoded anew. Progress comes back while it is made; the clip
is in the file that the parent opened.
Order `still`: one frame with the segment; the picture is in the answer's file, too.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from functools import partial
from typing import IO, Any, cast

import av

from workers.clips.cut import cut
from workers.clips.footage import FootageSegment
from workers.clips.still import still
from workers.sandbox.child import Channel, serve
from workers.sandbox.films import H264_WITH_SOUND, H265
from workers.sandbox.frames import Head

REPORT_MICROSECONDS = 5_000_000
"""Of footage between two reports."""


class _FileView(io.RawIOBase):
    """A file by its number, with a place of its own in it."""

    name = "clip"

    def __init__(self, file: int) -> None:
        super().__init__()
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        size = os.lseek(self._file, 0, os.SEEK_END)
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        data = os.pread(self._file, max(size, 0), self._at)
        self._at += len(data)
        return data

    def write(self, data: Any) -> int:
        written = os.pwrite(self._file, data, self._at)
        self._at += written
        return written


def _view(channel: Channel) -> IO[bytes]:
    assert channel.file is not None  # noqa: S101 - who orders this opens one
    return cast(IO[bytes], _FileView(channel.file))


def _segment(head: Head, data: bytes) -> FootageSegment:
    return FootageSegment(head["startsAt"], head["endsAt"], head["run"], data)


def _segments(channel: Channel) -> Iterator[FootageSegment]:
    while True:
        head, data = channel.receive()
        if not data:
            return
        yield _segment(head, data)


def make_cut(order: Head, channel: Channel) -> Any:
    """Spans and how many pictures were copied and encoded."""
    told = order["since"]

    def report(until: int) -> None:
        nonlocal told
        if until - told >= REPORT_MICROSECONDS:
            told = until
            channel.send({"madeUntil": until})

    made = cut(
        _segment(*channel.receive()),
        _segments(channel),
        order["since"],
        order["until"],
        _view(channel),
        lambda: _view(channel),
        report,
        encodes=order["encodes"],
    )
    spans = [{"since": span.since, "until": span.until, "at": span.at} for span in made.spans]
    return {"spans": spans, "copied": made.copied, "encoded": made.encoded}


def make_still(order: Head, channel: Channel) -> Any:
    """How many bytes the picture has."""
    picture = still(_segment(*channel.receive()), order["at"])
    _view(channel).write(picture)
    return {"bytes": len(picture)}


def warm_up(order: Head) -> None:
    """A clip and a still of nothing much, through all that a task needs."""
    av.logging.set_level(av.logging.PANIC)
    for film in (H264_WITH_SOUND, H265):
        segment = FootageSegment(0, 1, "", film)
        target = io.BytesIO()
        # From the second picture on: decoded, and encoded anew where that is done.
        again, encodes = partial(_again, target), order.get("encodes", False)
        cut(segment, [segment], 1, 1_000_000, target, again, encodes=encodes)
        still(segment, 0)


def _again(target: io.BytesIO) -> IO[bytes]:
    return io.BytesIO(target.getvalue())


if __name__ == "__main__":
    serve(warm_up, {"cut": make_cut, "still": make_still})
