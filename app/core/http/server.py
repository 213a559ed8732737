"""uvicorn with what it has none of: an end with its app, and a limit on a request's head."""

from __future__ import annotations

import socket
from http import HTTPStatus

import msgspec
import uvicorn
from litestar.datastructures import State
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.http.problem_details import PROBLEM_JSON, ProblemDetails
from app.core.problems import PATH, slug, title_of
from db.ids import new_id

HEAD_MAX_BYTES = 32 * 1024  # the address and all headers; a token has at most 4 KiB


class Server(uvicorn.Server):
    """Ends when its app is over, as it is after a background loop has ended: uvicorn alone would go
    on to serve, on connections that are closed."""

    def __init__(self, config: uvicorn.Config, state: State) -> None:
        super().__init__(config)
        self._state = state

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or "is_over" in self._state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Before uvicorn waits for the requests in progress: a live stream has no end of its own.
        if "live" in self._state:
            self._state["live"].close()
        await super().shutdown(sockets)


class _HeadTooLarge(Exception):
    pass


class BoundedHead(HttpToolsProtocol):
    """Answers 431 and closes the connection, before the rest of the head is read or the app is
    asked."""

    _is_in_head = True
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if (
            self._is_in_head
            and self._head_bytes > HEAD_MAX_BYTES
            and not self.transport.is_closing()
        ):
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if (
            len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            > HEAD_MAX_BYTES
        ):
            self._refuse()
            raise _HeadTooLarge
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _refuse(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        problem = ProblemDetails(
            type=f"{PATH}#{slug('HEADERS_TOO_LARGE')}",
            title=title_of(status),
            status=status,
            code="HEADERS_TOO_LARGE",
            instance="",
            request_id=str(new_id()),
            detail=f"the address and the headers may have {HEAD_MAX_BYTES} bytes in all",
        )
        body = msgspec.json.encode(problem)
        head = (
            f"HTTP/1.1 {status.value} {title_of(status)}\r\ncontent-type: {PROBLEM_JSON}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
