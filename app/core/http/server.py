"""uvicorn with what it has none of: an end with its app, an eye on slow clients, and listeners of
their own for what the world isn't asked to."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Sequence
from typing import Any, NamedTuple

import uvicorn
from litestar.datastructures import State
from litestar.types import ASGIApp

from app.core.http.connection import HttpConnection
from app.core.http.connection_config import ConnectionConfig
from app.core.http.connection_limits import Connections
from app.core.http.live_socket import LiveSocket

LOOK_TICKS = 5  # of a tenth of a second


class PrivateListener(NamedTuple):
    """A socket, and the app that answers there."""

    socket: socket.socket
    app: ASGIApp


def config_for(app: ASGIApp, connections: Connections, **how: Any) -> ConnectionConfig:
    """Of a server whose connections are ours; `how` is uvicorn's own."""
    return ConnectionConfig(app, connections, http=HttpConnection, ws=LiveSocket, **how)


class Server(uvicorn.Server):
    """Ends when its app is over, as it is after a background loop has ended: uvicorn alone would go
    on to serve, on connections that are closed."""

    def __init__(
        self, config: ConnectionConfig, state: State, *, beside: Sequence[PrivateListener] = ()
    ) -> None:
        super().__init__(config)
        self._connections = config.connections
        self._state = state
        self._beside = beside

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        for listener in self._beside:
            config = config_for(listener.app, self._connections, lifespan="off")
            config.load()
            connect = functools.partial(
                config.http_protocol_class,
                config=config,  # type: ignore[call-arg]
                server_state=self.server_state,
                app_state={},
            )
            self.servers.append(await loop.create_server(connect, sock=listener.socket))

    async def on_tick(self, counter: int) -> bool:
        if counter % LOOK_TICKS == 0:
            self._connections.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter) or "is_over" in self._state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Before uvicorn waits for the requests in progress: a live stream has no end of its own.
        for hub in self._state.get("hubs", ()):
            hub.close()
        await super().shutdown(sockets)
