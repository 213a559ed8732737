"""Structured logs, JSON for machines or coloured lines for people, all on standard output.

What a log must never do is end what it tells of, or fill the disk for whoever asks:

- What a client chose is cut to TEXT_MAX_CHARACTERS in every line.
- A line that can't be written, since the disk is full, is given up; the next one that can begins a
  line of its own, and says how many were lost.
- What libraries say is told once a second for each text, with how many were left out.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import msgspec
import structlog

from app.settings.logs import LogSettings

TEXT_MAX_CHARACTERS = 200
# What libraries say, and tracebacks.
_LONG = {"event": 2_000, "exception": 20_000}
_SHORT = {int, float, bool, type(None)}
KINDS_MAX = 1000


def configure_logs(settings: LogSettings, process: str) -> None:
    is_for_people = settings.format == "console"
    console = structlog.dev.ConsoleRenderer()
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    write = LineWriter(sys.stdout.fileno())
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            cut,
            # Every request writes a line: as bytes, which need not be encoded, it costs a third
            # less.
            _as_bytes(console)
            if is_for_people
            else structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level]
        ),
        logger_factory=lambda *_: _Lines(write),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = _LineHandler(write)
    handler.addFilter(OncePerSecond())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                cut,
                console
                if is_for_people
                else structlog.processors.JSONRenderer(serializer=_to_text),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class LineWriter:
    """Whole lines to a file descriptor. Nothing is kept that could not be written, and nothing is
    raised."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_torn = False  # the last line lacks its end
        self._lost = 0

    def __call__(self, line: bytes) -> None:
        text = line + b"\n"
        if self._is_torn:
            text = b"\n" + text
        if self._lost:
            text += b'{"event":"log lines were lost","count":%d}\n' % self._lost
        try:
            written = os.write(self._descriptor, text)
            if written < len(text):
                self._is_torn = True
                written += os.write(self._descriptor, text[written:])
            self._is_torn, self._lost = written < len(text), 0
        except OSError:
            self._lost += 1


class _Lines:
    """What structlog calls, under the names of all levels."""

    def __init__(self, write: LineWriter) -> None:
        self.msg = self.debug = self.info = self.warning = self.error = write
        self.critical = self.fatal = self.log = self.exception = self.failure = self.warn = write


class _LineHandler(logging.Handler):
    def __init__(self, write: LineWriter) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # a library that formats wrongly ends nothing of ours
            line = repr(record.msg)
        self._write(line.encode("utf-8", "backslashreplace"))


class OncePerSecond(logging.Filter):
    """Of the same text, before anything is put into it, one record a second; the next one says how
    many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind, now = (record.name, str(record.msg)[:TEXT_MAX_CHARACTERS]), self._clock()
        told_at, left_out = self._kinds.get(kind, (-1.0, 0))
        if told_at >= 0 and now - told_at < 1:
            self._kinds[kind] = told_at, left_out + 1
            return False
        if len(self._kinds) >= KINDS_MAX:
            self._kinds.clear()
        self._kinds[kind] = now, 0
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} like it)"
            record.args = ()
        return True


def cut(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: no text in a line is longer than it may be."""
    for name, value in event.items():
        kind = type(value)
        if kind in _SHORT:
            continue
        most = _LONG.get(name, TEXT_MAX_CHARACTERS)
        text = value if kind is str else repr(value)
        if len(text) > most:
            event[name] = _shortened(text, most)
    return event


def _shortened(text: str, most: int) -> str:
    return f"{text[: most - 1]}…"


def _as_bytes(renderer: Any) -> structlog.types.Processor:
    def render(logger: Any, method: str, event: Any) -> bytes:
        return str(renderer(logger, method, event)).encode("utf-8", "backslashreplace")

    return render


def _to_json(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


def _to_text(event: Any, **_: Any) -> str:
    return _to_json(event).decode()
