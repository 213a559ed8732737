"""A request that does next to nothing, against a bare Litestar: what each request pays before its work begins."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import psutil

from tests.bench.cpu import metered
from tests.bench.http_client import Connection, request
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand
from tests.make.platform import Organization

CONNECTIONS = 8
ONE_ROW = "/organizations/current"  # one row of one table
NO_ROW = "/auth/me"  # with an API key, all that it answers is known from the key
WITH_KEY, WITH_TOKEN, NO_DATABASE = "get-api-key", "get-access-token", "get-no-database"
NAMES = (WITH_KEY, WITH_TOKEN, NO_DATABASE)


@dataclass(frozen=True)
class Server:
    base_url: str
    process: psutil.Process


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        # As many organizations as connections: one alone would meet its rate limit before the platform's.
        owners = [tenant.organization for tenant in stand.tenants[:CONNECTIONS]]
        platform = Server(stand.platform.base_url, stand.platform.program("api"))
        with bare_server("tests.bench.bare_app") as bare:
            keys = [owner.key for owner in owners]
            limit = _measure(stand, bare, ONE_ROW, ["none"] * CONNECTIONS)

            def pair(name: str, path: str, credential: str, credentials: Sequence[str]) -> Pair:
                title = f"GET {path} with {credential}, {CONNECTIONS} connections"
                measure = _measure(stand, platform, path, credentials)
                return Pair(name, title, "requests/s", measure, "bare Litestar", limit)

            yield [
                pair(WITH_KEY, ONE_ROW, "an API key", keys),
                pair(WITH_TOKEN, ONE_ROW, "an access token", _sign_in(owners)),
                pair(NO_DATABASE, NO_ROW, "an API key, no statement", keys),
            ]

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


def _sign_in(owners: Sequence[Organization]) -> list[str]:
    """New access tokens: those of the registration may have expired by now."""
    answers = [
        owner.http.post("/auth/login", json={"email": owner.email, "password": owner.password})
        for owner in owners
    ]
    return [answer.json()["accessToken"] for answer in answers]


def _measure(stand: Stand, server: Server, path: str, credentials: Sequence[str]) -> Measure:
    """One connection for each credential."""
    requests = [request("GET", path, credential) for credential in credentials]

    async def measure() -> Run:
        connections = [await Connection.open(server.base_url) for _ in requests]
        for connection, prepared in zip(connections, requests, strict=True):
            await connection.exchange(prepared)
        async with metered(stand.admin, server.process) as spent:
            began = time.perf_counter()
            counts = await asyncio.gather(
                *(
                    _ask(*pair, stand.sizes.request_seconds)
                    for pair in zip(connections, requests, strict=True)
                )
            )
            seconds = time.perf_counter() - began
        for connection in connections:
            connection.close()
        return Run(sum(counts) / seconds, spent.details(sum(counts)))

    return measure


async def _ask(connection: Connection, prepared: bytes, seconds: float) -> int:
    """Send the same request again and again until the time is over; how often it was answered."""
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        await connection.exchange(prepared)
        count += 1
    return count


@contextlib.contextmanager
def bare_server(module: str, *arguments: str) -> Iterator[Server]:
    """A module that serves on a socket of ours, whose number is its first argument."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(listener.fileno()), *arguments],
            pass_fds=[listener.fileno()],
        )
        try:
            port = listener.getsockname()[1]
            yield Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(10)
