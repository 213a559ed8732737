"""A sandbox's process: one task, behind walls."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from workers.sandbox.frames import LENGTHS, Head, lengths, packed, read_head
from workers.sandbox.walls import SandboxLimits, limit, wall_off


class Channel:
    """To and from the parent. EOFError when it has gone."""

    def __init__(self, coming: BinaryIO, going: BinaryIO, file: int | None = None) -> None:
        self.file = file
        """The file that the parent opened for what is made."""
        self._coming, self._going = coming, going

    def receive(self) -> tuple[Head, bytes]:
        head, data = lengths(self._exactly(LENGTHS.size))
        return read_head(self._exactly(head)), self._exactly(data)

    def send(self, head: Head, data: bytes = b"") -> None:
        self._going.write(packed(head, data))
        self._going.write(data)
        self._going.flush()

    def _exactly(self, count: int) -> bytes:
        data = self._coming.read(count)
        if len(data) < count:
            raise EOFError("the parent has gone")
        return data


Task = Callable[[Head, Channel], Any]
"""What is done with the parent's order; what it returns is the answer, as JSON."""


def serve(warm_up: Callable[[Head], None], tasks: Mapping[str, Task]) -> None:
    """Do what the parent orders, once, and end.

    `warm_up` goes through everything that the order will need: what Python loads late must be
    loaded before the walls stand.
    """
    channel = Channel(sys.stdin.buffer, sys.stdout.buffer)
    order, _ = channel.receive()
    channel.file = order.get("file")
    warm_up(order)
    limit(SandboxLimits(**order["limits"]))
    is_walled = wall_off()
    try:
        answer = {"answer": tasks[order["task"]](order, channel), "isWalled": is_walled}
    # What a library makes of bytes that it doesn't understand: all of these, and MemoryError.
    except (ValueError, ArithmeticError, LookupError, OSError, MemoryError, TypeError) as error:
        answer = {"refused": _reason(error), "isWalled": is_walled}
    channel.send(answer)
    os._exit(0)  # nothing is cleaned up: what a broken library holds isn't touched again


def _reason(error: Exception) -> str:
    # An OSError's text has the address or the file; its `strerror` has not.
    text = getattr(error, "strerror", None) or str(error)
    return f"{type(error).__name__}: {text}"[:200]
