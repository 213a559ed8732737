"""Somebody else's HTTP server, to be told things: it notes what it is sent, and answers as a test says."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """As https://www.standardwebhooks.com has it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = (
            f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
            + self.body
        )
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return self.headers["webhook-signature"].split(" ") == [f"v1,{expected}"]


Answer = Callable[[http.server.BaseHTTPRequestHandler, int], None]
"""Given the handler and the number of the request, from 1 on."""


def status(*codes: int, **headers: str) -> Answer:
    """Each of these in turn, and the last one for ever."""

    def answer(handler: http.server.BaseHTTPRequestHandler, number: int) -> None:
        handler.send_response(codes[min(number, len(codes)) - 1])
        for name, text in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, text)
        handler.end_headers()

    return answer


def hanging() -> Answer:
    """Reads, and never says anything: until who told it hangs up."""

    def answer(handler: http.server.BaseHTTPRequestHandler, _: int) -> None:
        handler.rfile.read(1)

    return answer


def hanging_up() -> Answer:
    """Reads, and is gone."""

    def answer(handler: http.server.BaseHTTPRequestHandler, _: int) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return answer


@dataclass
class Receiver:
    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextlib.contextmanager
def receiver(answer: Answer | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    chosen = answer or status(204)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): text for name, text in self.headers.items()}
            here.received.append(Received(self.path, headers, body))
            with contextlib.suppress(OSError):  # who is told may hang up before all is said
                chosen(self, len(here.received))

        do_GET = do_DELETE = do_POST  # noqa: N815 - as the library has it

        def log_message(self, *_: Any) -> None: ...

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(
            self, *_: Any
        ) -> None: ...  # a client that doesn't trust us, or has had enough

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        here = Receiver(server.server_address[1], "http" if tls is None else "https")
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        yield here
        server.shutdown()
        thread.join()
