"""HTTP by hand, for what no well-behaved client sends."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.make.platform import RunningPlatform

WAIT_SECONDS = 20


@dataclass(frozen=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self.body
        problem: dict[str, Any] = json.loads(self.body)
        return problem


def exchange(platform: RunningPlatform, request: bytes | Iterable[bytes]) -> RawAnswer:
    """Send bytes as they are, and read one answer. Fails when the connection ends without one."""
    parts = urlsplit(platform.base_url)
    with socket.create_connection(
        (parts.hostname or "", parts.port or 0), timeout=WAIT_SECONDS
    ) as connection:
        try:
            for piece in [request] if isinstance(request, bytes) else request:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may answer and close before we have said everything
        return _answer(connection)


def _answer(connection: socket.socket) -> RawAnswer:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        assert piece, "the connection ended without an answer"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = int(headers.get("content-length", 0))
    while len(body) < length:
        piece = connection.recv(65_536)
        assert piece, "the connection ended in the middle of an answer"
        body += piece
    return RawAnswer(int(first.split()[1]), headers, body[:length])
