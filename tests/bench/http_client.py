"""A lean HTTP/1.1 client: prepared requests out over kept connections, answers in.

httpx takes longer for a request than the platform does; then the bench would measure the client.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, cast

_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class UnexpectedAnswer(Exception):
    """Another status than 200: what was measured would be the speed of refusing."""


JSON = "application/json"


def request(
    method: str,
    path: str,
    key: str,
    body: bytes = b"",
    *,
    media_type: str = JSON,
    accept: str = JSON,
) -> bytes:
    """A whole request, ready to be sent as often as one likes."""
    head = (
        f"{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nAccept: {accept}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection. A request is sent when the answer to the one before has come."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._length = 0
        self._answer: asyncio.Future[Answer] | None = None

    @classmethod
    async def open(cls, base_url: str) -> Self:
        host, _, port = base_url.removeprefix("http://").rpartition(":")
        _, connection = await asyncio.get_running_loop().create_connection(cls, host, int(port))
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def exchange(self, request: bytes) -> Answer:
        """Raises UnexpectedAnswer, ConnectionError."""
        answer = await self.ask(request)
        if answer.status != 200:
            raise UnexpectedAnswer(f"{answer.status}: {answer.body[:500].decode(errors='replace')}")
        return answer

    async def ask(self, request: bytes) -> Answer:
        """Whatever the answer is. Raises ConnectionError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._length:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            found = _CONTENT_LENGTH.search(received, 0, end + 2)
            self._length = end + 4 + int(found[1] if found else 0)
        if len(received) >= self._length and self._answer:
            body_at = received.find(b"\r\n\r\n") + 4
            self._answer.set_result(
                Answer(int(received[9:12]), bytes(received[body_at : self._length]))
            )
            received.clear()
            self._length = 0

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        self._transport.close()


async def exchange_all(
    connections: Iterable[Connection], requests: Iterable[bytes]
) -> list[Answer]:
    """Send the requests over the connections, each taking the next one as soon as it is free."""
    waiting = iter(requests)
    answers: list[Answer] = []
    await asyncio.gather(*(_work(connection, waiting, answers) for connection in connections))
    return answers


async def _work(connection: Connection, waiting: Iterator[bytes], answers: list[Answer]) -> None:
    for next_request in waiting:
        answers.append(await connection.exchange(next_request))
