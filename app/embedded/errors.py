"""What can go wrong while the platform is started or kept running."""

from __future__ import annotations

from pathlib import Path

TAIL_BYTES = 16 * 1024
TAIL_LINES = 25


class EmbeddedError(Exception):
    """The platform can't run. The message says why and what to do, `tail` is the end of a log."""

    def __init__(self, message: str, tail: str = "") -> None:
        super().__init__(message)
        self.tail = tail


def log_tail(log: Path) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-TAIL_LINES:])
