"""A site of another origin: a gateway, or a server of a map's pictures, as browsers meet it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class OtherSite:
    """What it has, by path, as (media type, bytes); a path that isn't there has `otherwise`."""

    origin: str
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    otherwise: tuple[str, bytes] | None = None
    asked: list[str] = field(default_factory=list)


@contextmanager
def other_site() -> Iterator[OtherSite]:
    """It lets pages of every origin read what it has."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(site := OtherSite("")))
    site.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler_of(site: OtherSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.asked.append(path)
            found = site.files.get(path, site.otherwise)
            if found is None:
                return self._answer(404, {}, b"")
            media_type, body = found
            return self._answer(200, {"Content-Type": media_type}, body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

        def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
