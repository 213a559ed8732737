"""Whose CPU time a run takes: the platform's process, PostgreSQL's backends, and the load client."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import asyncpg
import psutil


@dataclass
class Spent:
    """CPU seconds and wall seconds of a block, filled in at its end."""

    server: float = 0
    backends: float = 0
    client: float = 0
    wall: float = 0

    def details(self, amount: int) -> dict[str, float]:
        """CPU milliseconds for 1,000 of what was done; the client's as a share of one core."""
        return {
            "server_cpu_ms_per_1000": self.server * 1e6 / amount,
            "backend_cpu_ms_per_1000": self.backends * 1e6 / amount,
            "client_cpu_percent": 100 * self.client / self.wall,
        }


@contextlib.asynccontextmanager
async def metered(
    admin: asyncpg.Connection[asyncpg.Record], server: psutil.Process | None
) -> AsyncIterator[Spent]:
    """Measure the block. This process is the client; who has another one puts its share in place."""
    spent = Spent()
    servers = [server] if server else []
    backends_before, server_before = _seconds(await _backends(admin)), _seconds(servers)
    client_before, began = time.process_time(), time.perf_counter()
    yield spent
    spent.wall = time.perf_counter() - began
    spent.client = time.process_time() - client_before
    spent.server = _seconds(servers) - server_before
    spent.backends = _seconds(await _backends(admin)) - backends_before


async def _backends(admin: asyncpg.Connection[asyncpg.Record]) -> list[psutil.Process]:
    rows = await admin.fetch(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return [psutil.Process(row["pid"]) for row in rows]


def _seconds(processes: Iterable[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(spent.user + spent.system for spent in times)
