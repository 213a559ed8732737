"""A line between a client and the platform that can be cut, and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

_BYTES = 65_536


class CutLine:
    """Forwards TCP from a port of its own; while it is cut, nobody gets through."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_cut = False
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends what is open, too."""
        self._is_cut = True
        with self._lock:
            for each in self._open:
                _end(each)
            self._open.clear()

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        _end(self._server)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self._is_cut:
                    _end(near)
                else:
                    self._join(near, socket.create_connection(self._to))

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        with self._lock:
            self._open += (near, far)
        for from_, to in ((near, far), (far, near)):
            threading.Thread(target=_forward, args=(from_, to), daemon=True).start()


def _forward(from_: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := from_.recv(_BYTES):
            to.sendall(data)
    _end(from_)
    _end(to)


def _end(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextlib.contextmanager
def line_to(host: str, port: int) -> Iterator[CutLine]:
    line = CutLine(host, port)
    try:
        yield line
    finally:
        line.close()
