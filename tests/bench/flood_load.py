"""A client that asks as fast as it can whatever it is told, a process of its own.

It reads its plan from the first line of standard input, connects, floods, writes "ready" once it does, and at the
next line stops and writes what it was answered.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import msgspec
import uvloop

from tests.bench.http_client import Connection


class Plan(msgspec.Struct):
    base_url: str
    request: bytes
    connections: int
    settle_seconds: float = 0.3


class Outcome(msgspec.Struct):
    """How often each status came, from "ready" on."""

    statuses: dict[int, int]
    seconds: float


@dataclass
class Flood:
    request: bytes
    statuses: Counter[int] = field(default_factory=Counter)
    is_over: bool = False

    async def ask(self, connection: Connection) -> None:
        while not self.is_over:
            self.statuses[(await connection.ask(self.request)).status] += 1


async def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    connections = [await Connection.open(plan.base_url) for _ in range(plan.connections)]
    flood = Flood(plan.request)
    asking = asyncio.gather(*(flood.ask(connection) for connection in connections))
    await asyncio.sleep(plan.settle_seconds)
    flood.statuses.clear()
    began = time.perf_counter()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)
    outcome = Outcome(dict(flood.statuses), time.perf_counter() - began)
    flood.is_over = True
    await asking
    for connection in connections:
        connection.close()
    print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
