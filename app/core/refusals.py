"""Requests that were refused for a limit: counted one by one, written in few lines.

A line for each would be a way to fill the disk: whoever is refused can ask again at once, and
refusing costs less than writing. Of each kind BURST lines are written at once, and from then on one
a second, which says how many were not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

RefusalKind = Literal[
    "UNAUTHENTICATED",  # no valid token or key
    "RATE_LIMITED",
    "TOO_MANY_STREAMS",
    "HEADERS_TOO_LARGE",
    "REQUEST_TIMEOUT",  # a head or a body that did not come
    "UNREAD",  # an answer that was not read
    "INCOMPLETE",  # the client left in the middle of its request
    "UNREADABLE",  # no HTTP
    "CONNECTIONS",
    "BODIES",
    "BUSY",  # 503: parts are away, or have too much to do
]

BURST = 20
SECONDS = 1.0

refused_requests = Counter(
    "holdfast_refused_requests_total", "Requests and connections refused for a limit.", ["kind"]
)


class LinesOfAKind:
    """BURST lines, and then one a second, with how many were left out before it."""

    def __init__(
        self, write: Callable[..., object], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._clock = clock
        self._room = float(BURST)
        self._at = clock()
        self._left_out = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, **words: Any) -> None:
        now = self._clock()
        self._room = min(self._room + (now - self._at) / SECONDS, BURST)
        self._at = now
        if self._room < 1:
            self._left_out += 1
            self._tell_later()
            return
        self._room -= 1
        self._tell(**words)

    def _tell(self, **words: Any) -> None:
        more, self._left_out = self._left_out, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._write(**words, **({"more": more} if more else {}))

    def _tell_later(self) -> None:
        """When nobody asks any more: the last of a flood are told, too."""
        if self._timer is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            self._timer = loop.call_later(SECONDS, self._last)

    def _last(self) -> None:
        self._timer = None
        self._room = max(self._room - 1, 0.0)
        if self._left_out:
            self._tell()


_lines: dict[str, LinesOfAKind] = {}


def refused(kind: RefusalKind, *, line: str = "refused", **words: Any) -> None:
    """One more of a kind; `words` are what its line says beside that."""
    refused_requests.labels(kind).inc()
    lines = _lines.get(kind)
    if lines is None:
        lines = _lines[kind] = LinesOfAKind(partial(_write, kind))
    lines.add(line=line, **words)


def _write(kind: str, *, line: str = "refused", **words: Any) -> None:
    log.info(line, refusal=kind, **words)
