"""A proxy before the API that now and then passes a request on, and never says what came of it."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

_OF_THE_HOP = {"connection", "transfer-encoding", "content-length", "host", "date", "server"}


@contextlib.contextmanager
def lossy_proxy(base_url: str, every: int) -> Iterator[str]:
    """Its address; it drops one answer of so many, after the API has acted."""
    numbers = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _OF_THE_HOP}
            answer = api.request(self.command, self.path, content=body, headers=headers)
            if next(numbers) % every == 0:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in _OF_THE_HOP | {"content-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - as the library has it

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    with httpx.Client(base_url=base_url, trust_env=False, timeout=60) as api:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
