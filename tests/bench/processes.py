"""Four ingest processes on one database against one: what they cost each other, deadlocks above all.

All write to the same sensors, as members of a shared subscription do, and each tenth message reaches two of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec

from tests.bench.disorder import disordered
from tests.bench.fleet import SENSORS
from tests.bench.http_ingest import TENANT_SENSORS, tenant_readings
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand
from tests.bench.writer import Outcome, Plan

NAME = "processes-4"
PROCESSES = 4
READINGS = 1_000
REDELIVERED_EACH = 10

Body = tuple[UUID, str]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        yield [
            Pair(
                NAME,
                "4 ingest processes on one database",
                "readings/s",
                _measure(stand, PROCESSES),
                "1 ingest process",
                _measure(stand, 1),
            )
        ]

    return Topic([NAME], stand.sizes.repetitions, pairs)


def _measure(stand: Stand, processes: int) -> Measure:
    async def measure() -> Run:
        shares, expected = _shares(stand, processes)
        await stand.clear()
        url = stand.platform.secret_urls()["ingest_database_url"]
        redis_url = stand.platform.program("api").environ()["HOLDFAST_REDIS_URL"]
        writers = [
            await _start(Plan(url, redis_url, share, in_flight=8 // processes)) for share in shares
        ]
        outcomes = await asyncio.gather(*map(_finish, writers))
        seconds = max(outcome.seconds for outcome in outcomes)
        if sum(outcome.accepted for outcome in outcomes) != expected:
            raise ReadingsLost(f"{expected} different readings were sent; {outcomes}")
        await stand.check_stored(expected)
        written = sum(outcome.accepted + outcome.duplicates for outcome in outcomes)
        return Run(written / seconds, {"retries": sum(outcome.retries for outcome in outcomes)})

    return measure


def _shares(stand: Stand, processes: int) -> tuple[list[list[Body]], int]:
    """Each process's bodies, and how many different readings are in them all."""
    count = stand.sizes.http_large_readings // SENSORS * TENANT_SENSORS // READINGS * READINGS
    start = stand.timeline.take(-(-count // TENANT_SENSORS))
    streams = [
        (tenant.org_id, *disordered(tenant_readings(tenant, start), count, str(tenant.org_id)))
        for tenant in stand.tenants
    ]
    shares: list[list[Body]] = [[] for _ in range(processes)]
    bodies = [
        (org_id, msgspec.json.encode(readings[at : at + READINGS]).decode())
        for at in range(0, count, READINGS)
        for org_id, readings, _ in streams
    ]
    for number, body in enumerate(bodies):
        shares[number % processes].append(body)
        if number % REDELIVERED_EACH == 0:
            shares[(number + 1) % processes].append(body)
    return shares, count * len(streams) - sum(duplicates for *_, duplicates in streams)


async def _start(plan: Plan) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.writer"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(msgspec.json.encode(plan) + b"\n")
    if await process.stdout.readline() != b"ready\n":
        raise ConnectionError("an ingest process did not start")
    return process


async def _finish(process: asyncio.subprocess.Process) -> Outcome:
    out, _ = await process.communicate(b"go\n")
    return msgspec.json.decode(out, type=Outcome)
