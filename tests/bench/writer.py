"""One ingest process of several on one database. `processes.py` starts it, gives it messages and the word to begin.

Standard input: a plan in the first line, another line to begin, one more to end. Standard output: "ready", and what
came of it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog
import uvloop

from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.service import Pipeline, PipelineOptions, running_pipeline


class Plan(msgspec.Struct):
    """Bodies as their organization sends them; so many of them are under way at a time."""

    database_url: str
    redis_url: str
    bodies: list[tuple[UUID, str]]
    in_flight: int = 4


class Outcome(msgspec.Struct):
    accepted: int
    duplicates: int
    quarantined: int
    retries: int
    seconds: float


class Retries:
    """Counts what the inbox logs when it tries again."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _logger: object, _method: str, event: structlog.typing.EventDict) -> str:
        self.count += event["event"] == "readings wait for the database"
        raise structlog.DropEvent


async def _write(
    pipeline: Pipeline, bodies: Iterator[tuple[UUID, bytes]], receipts: list[Receipt]
) -> None:
    for org_id, body in bodies:
        message = Message(org_id, None, Via.HTTP, body, time.perf_counter(), decode(body))
        receipts.append(await pipeline.inbox.submit(message))


async def main() -> None:
    retries = Retries()
    structlog.configure(processors=[retries])
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    bodies = [(org_id, body.encode()) for org_id, body in plan.bodies]
    age = AcceptedAge(timedelta(days=400), timedelta(minutes=10))
    options = PipelineOptions(
        plan.database_url, age, 10_000, health_age=age, redis_url=plan.redis_url
    )
    async with running_pipeline(options) as pipeline:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.buffer.readline)
        began, waiting, receipts = time.perf_counter(), iter(bodies), list[Receipt]()
        await asyncio.gather(*(_write(pipeline, waiting, receipts) for _ in range(plan.in_flight)))
        seconds = time.perf_counter() - began
    outcome = Outcome(
        sum(receipt.accepted for receipt in receipts),
        sum(receipt.duplicates for receipt in receipts),
        sum(receipt.quarantined for receipt in receipts),
        retries.count,
        seconds,
    )
    print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
