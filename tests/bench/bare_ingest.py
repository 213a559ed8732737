"""What people write first: a handler that decodes a batch and stores it with executemany. `… bare_ingest FD URL`."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, Request, post
from litestar.status_codes import HTTP_200_OK

INSERT = "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


class Reading(msgspec.Struct, rename="camel"):
    sensor_id: UUID
    timestamp: datetime
    value: float


@post("/api/v1/readings/batch", status_code=HTTP_200_OK)
async def create_readings(request: Request[Any, Any, Any]) -> dict[str, int]:
    """The organization is taken from the key, unchecked; nothing else is asked."""
    org_id = UUID(request.headers["authorization"].removeprefix("Bearer "))
    readings = msgspec.json.decode(await request.body(), type=list[Reading])
    rows = [(org_id, reading.sensor_id, reading.timestamp, reading.value) for reading in readings]
    async with request.app.state.pool.acquire() as connection:
        await connection.executemany(INSERT, rows)
    return {"accepted": len(rows)}


def main() -> None:
    """Serve on the socket given, with the settings of uvicorn that app/cli/serve.py has."""

    @contextlib.asynccontextmanager
    async def pool(app: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(sys.argv[2]) as app.state.pool:
            yield

    app = Litestar([create_readings], lifespan=[pool], openapi_config=None, logging_config=None)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
