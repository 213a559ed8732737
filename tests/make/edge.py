"""The HTTP edge by itself: our server before an application of a test's own, and raw clients."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from litestar.datastructures import State

from app.core.addresses import TrustedProxies
from app.core.http.connection_limits import ConnectionLimits, Connections
from app.core.http.server import Server, config_for
from db.connections.background import TaskOwner

SOON = 10.0

LIMITS = ConnectionLimits(
    in_all=100,
    per_client=100,
    head_seconds=0.3,
    idle_seconds=1,
    least_bytes_per_second=1000,
    pace_seconds=0.3,
    bodies_max_bytes=1_000_000,
)


async def until(holds: Callable[[], object]) -> None:
    """Nobody tells us, so we ask."""
    async with asyncio.timeout(SOON):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Recorder:
    """An application that answers with the body it was sent, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.bodies: list[bytes] = []
        self.left = asyncio.Event()
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.answer = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._socket(receive, send)
            return
        self.asked.append(scope)
        await self.may_read.wait()
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.set()
                return
            body += message["body"]
            if not message["more_body"]:
                break
        self.bodies.append(body)
        answer = self.answer or body
        headers = [(b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer, "more_body": False})

    async def _socket(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        message = await receive()
        await send({"type": "websocket.send", "text": message["text"]})
        await send({"type": "websocket.close", "code": 1000})


@dataclass
class Edge:
    port: int
    app: Any
    connections: Connections

    async def connect(self, sent: bytes = b"", *, address: str = "127.0.0.1") -> RawClient:
        """`address` is where it comes from; the loopback network has millions."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(address, 0)
        )
        client = RawClient(reader, writer)
        await client.send(sent)
        return client


@dataclass
class RawClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def rest(self) -> bytes:
        """All that still comes, until the server closes."""
        received = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(SOON):
                while more := await self.reader.read(65_536):
                    received += more
        self.close()
        return received

    async def until(self, end: bytes) -> bytes:
        async with asyncio.timeout(SOON):
            return await self.reader.readuntil(end)

    def close(self) -> None:
        self.writer.close()


@contextlib.asynccontextmanager
async def running_edge(
    limits: ConnectionLimits = LIMITS, *, app: Any = None, proxies: str = "127.9.9.9"
) -> AsyncIterator[Edge]:
    """Our server, in this process. Nobody is a trusted proxy but `proxies`."""
    app = app or Recorder()
    connections = Connections(limits, TrustedProxies(proxies))
    config = config_for(
        app, connections, lifespan="off", forwarded_allow_ips=proxies, timeout_graceful_shutdown=1
    )
    server = Server(config, State({}))
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    async with TaskOwner("edge") as owner:
        served = owner.start(server._serve([listener]))
        await until(lambda: server.started)
        yield Edge(listener.getsockname()[1], app, connections)
        server.should_exit = server.force_exit = True
        await served
