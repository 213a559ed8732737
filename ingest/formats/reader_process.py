"""The program that reads bodies for others: `python -m ingest.formats.reader_process`.

It knows nothing worth taking, and any body may end it: no secrets in its environment, no files, a
limit on its memory and on its seconds of CPU for each body. Its standard input is the socket over
which it is asked, one body at a time; where that ends, it ends.
"""

from __future__ import annotations

import gc
import resource
import signal
import socket
import sys
import time
import traceback
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from ingest.formats import crossing
from ingest.formats.crossing import (
    ANSWER_BODIES,
    ANSWER_HEAD,
    ASKED_HEAD,
    FaultAnswer,
    ReadQuestion,
    RefusalAnswer,
)
from ingest.formats.parsed import Sent
from ingest.formats.reading import Bounds, OutOfMemory, ReaderFault, no_other_errors, read
from ingest.pipeline.decode import NotReadings, TooManyElements

# What one body may take beside what Python and the libraries take: so much, and so many times the
# greatest length of a body.
MEMORY_BYTES = 128 * 1024 * 1024
MEMORY_BODIES = 12
CPU_SECONDS = 10
# What it may keep of bodies that it has read; then another process takes its place.
GROWN_BODIES = 4
STATM = Path("/proc/self/statm")


def main() -> None:
    # Whoever asks decides when this ends, also where a signal is sent to all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.meta_path.insert(0, _NoPandas())
    _warm_up()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=0) as asked:
        _serve(asked, _Limits())


class _NoPandas(MetaPathFinder):
    """pyarrow would load it for the first body, where it is there: half a second, and 100 MB."""

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ImportError("pandas isn't needed here")
        return None


def _warm_up() -> None:
    """What the first of all bodies would load counts for none."""
    from ingest.formats import compression, parquet, sheets, streams  # noqa: F401

    csv = b"timestamp,sensorId,value\n2026-01-01T00:00:00Z,s,1.5\n"
    read(Sent(csv, "text/csv"), Bounds(readings_max=1, bytes_max=len(csv)))


def _serve(asked: socket.socket, limits: _Limits) -> None:
    while head := _received(asked, ASKED_HEAD.size):
        question = crossing.decode_asked(_received(asked, *ASKED_HEAD.unpack(head)))
        body = _received(asked, question.body_bytes)
        if len(body) < question.body_bytes:
            return
        limits.begin(question.bytes_max)
        answer, is_last = _answer(question, body)
        del body
        is_last = is_last or limits.has_grown(question.bytes_max)
        asked.sendall(ANSWER_HEAD.pack(len(answer), is_last))
        asked.sendall(answer)
        if is_last:
            return


def _received(asked: socket.socket, size: int) -> bytes:
    """So many bytes, or none where the other side has ended."""
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        count = asked.recv_into(view[at:])
        if not count:
            return b""
        at += count
    return bytes(data)


def _answer(question: ReadQuestion, body: bytes) -> tuple[bytes, bool]:
    """What to say, and whether this is the last time that this process can say anything."""
    try:
        return _columns(question, body), False
    except ReaderFault as error:
        return crossing.encode(FaultAnswer("".join(traceback.format_exception(error)[-20:]))), False
    except NotReadings as error:
        refused = RefusalAnswer(str(error)[:1000], isinstance(error, TooManyElements))
        return crossing.encode(refused), isinstance(error, OutOfMemory)


def _columns(question: ReadQuestion, body: bytes) -> bytes:
    sent = Sent(
        body, question.media_type, question.encoding, question.precision, question.device_tags
    )
    parsed = read(sent, Bounds(question.readings_max, question.bytes_max))
    with no_other_errors():
        columns = crossing.columns_of(parsed, is_encoded=sent.encoding != "identity")
        answer = crossing.encode(columns)
        if len(answer) > question.bytes_max * ANSWER_BODIES:
            raise TooManyElements("the readings take more memory than a body may")
        return answer


class _Limits:
    """What the kernel grants for one body. Where there is no /proc, that is CPU alone."""

    def __init__(self) -> None:
        self._space, self._resident = _memory()

    def begin(self, bytes_max: int) -> None:
        seconds = int(time.process_time()) + 1 + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        if self._space:
            most = self._space + MEMORY_BYTES + MEMORY_BODIES * bytes_max
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))

    def has_grown(self, bytes_max: int) -> bool:
        return _memory()[1] > self._resident + MEMORY_BYTES + GROWN_BODIES * bytes_max


def _memory() -> tuple[int, int]:
    """Bytes of address space, and those of them in memory."""
    if not STATM.exists():
        return 0, 0
    space, resident = STATM.read_text().split()[:2]
    page = resource.getpagesize()
    return int(space) * page, int(resident) * page


if __name__ == "__main__":
    main()
