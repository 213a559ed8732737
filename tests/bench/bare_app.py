"""The least that Litestar can do: one handler, one small struct. `python -m tests.bench.bare_app FD` serves it."""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import uvicorn
from litestar import Litestar, get


class Organization(msgspec.Struct, rename="camel"):
    """What the platform answers to the request that this is held against."""

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime


MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


@get("/api/v1/organizations/current")
async def get_current() -> Organization:
    return Organization(UUID(int=1), "Test", MADE_AT, MADE_AT)


def main() -> None:
    """Serve on the socket given, with the settings of uvicorn that app/cli/serve.py has."""
    config = uvicorn.Config(
        Litestar([get_current], openapi_config=None, logging_config=None),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    # Not uvicorn's `fd`: it takes every socket for a Unix one, which then has no TCP_NODELAY, and a keep-alive
    # client waits 40 ms for the body of each small answer.
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
