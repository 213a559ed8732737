"""uvicorn's configuration, with what all connections hold together."""

from __future__ import annotations

from typing import Any

import uvicorn

from app.core.http.connection_limits import Connections


class ConnectionConfig(uvicorn.Config):
    """Connections find the others by it. `how` is uvicorn's own."""

    def __init__(self, app: Any, connections: Connections, **how: Any) -> None:
        super().__init__(
            app,
            timeout_keep_alive=connections.limits.idle_seconds,
            log_config=None,
            access_log=False,
            server_header=False,
            **how,
        )
        self.connections = connections
