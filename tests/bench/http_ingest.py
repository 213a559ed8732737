"""Readings over HTTP: large requests by one client and by four, and small ones. A tenth is late, some sent twice."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from tests.bench.cpu import metered
from tests.bench.disorder import disordered
from tests.bench.fleet import STEP, Tenant, value
from tests.bench.http_client import Answer, Connection, exchange_all, request
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand
from tests.bench.trivial_get import Server, bare_server
from tests.bench.yardstick import TITLE as YARDSTICK
from tests.bench.yardstick import yardstick


@dataclass(frozen=True)
class Load:
    clients: int
    readings_per_request: int  # a multiple of a tenant's 100 sensors
    is_arrow: bool = False

    @property
    def name(self) -> str:
        return f"{'arrow' if self.is_arrow else 'http'}-{self.readings_per_request}-{self.clients}"

    @property
    def title(self) -> str:
        clients = "1 client" if self.clients == 1 else f"{self.clients} clients"
        how = "HTTP, Arrow" if self.is_arrow else "HTTP"
        return f"{how}, {self.readings_per_request:,} readings a request, {clients}"


SMALL = Load(1, 100)
LOADS = (Load(1, 5_000), Load(4, 5_000), Load(4, 5_000, is_arrow=True), SMALL)
EXECUTEMANY = "executemany"
NAMES = [*(load.name for load in LOADS), EXECUTEMANY]
TENANT_SENSORS = 100
ARROW = "application/vnd.apache.arrow.stream"


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        url = stand.platform.secret_urls()["ingest_database_url"]
        with bare_server("tests.bench.bare_ingest", url) as bare:
            yield [
                Pair(
                    load.name,
                    load.title,
                    "readings/s",
                    _measure(stand, load),
                    YARDSTICK,
                    yardstick(stand),
                )
                for load in LOADS
            ] + [
                Pair(
                    EXECUTEMANY,
                    SMALL.title,
                    "readings/s",
                    _measure(stand, SMALL),
                    "a handler with executemany",
                    _measure_bare(stand, SMALL, bare),
                )
            ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _measure_bare(stand: Stand, load: Load, bare: Server) -> Measure:
    async def measure() -> Run:
        requests, duplicates = _requests(stand, load, by_key=False)
        await stand.clear()
        connections = [await Connection.open(bare.base_url) for _ in range(load.clients)]
        async with metered(stand.admin, bare.process) as spent:
            began = time.perf_counter()
            await exchange_all(connections, requests)
            seconds = time.perf_counter() - began
        for connection in connections:
            connection.close()
        readings = len(requests) * load.readings_per_request
        await stand.check_stored(readings - duplicates)
        return Run(readings / seconds, spent.details(readings))

    return measure


def _measure(stand: Stand, load: Load) -> Measure:
    async def measure() -> Run:
        requests, duplicates = _requests(stand, load)
        await stand.clear()
        connections = [await Connection.open(stand.platform.base_url) for _ in range(load.clients)]
        async with metered(stand.admin, stand.platform.program("api")) as spent:
            began = time.perf_counter()
            answers = await exchange_all(connections, requests)
            seconds = time.perf_counter() - began
        for connection in connections:
            connection.close()
        readings = len(requests) * load.readings_per_request
        await _check(stand, answers, readings, duplicates)
        return Run(readings / seconds, spent.details(readings))

    return measure


async def _check(stand: Stand, answers: Sequence[Answer], sent: int, duplicates: int) -> None:
    receipts = [msgspec.json.decode(answer.body) for answer in answers]
    accepted, repeated = (
        sum(receipt[what] for receipt in receipts) for what in ("accepted", "duplicates")
    )
    if (accepted, repeated) != (sent - duplicates, duplicates):
        raise ReadingsLost(
            f"{sent} readings were sent, {accepted} accepted, {repeated} called duplicates"
        )
    await stand.check_stored(accepted)


def _requests(stand: Stand, load: Load, *, by_key: bool = True) -> tuple[list[bytes], int]:
    """The tenants' requests in turn, each with the next steps of all of that tenant's sensors; and how many readings
    are duplicates."""
    total = (
        stand.sizes.http_large_readings
        if load.readings_per_request > 1000
        else stand.sizes.http_small_readings
    )
    rounds = max(1, total // (len(stand.tenants) * load.readings_per_request))
    count = rounds * load.readings_per_request
    start = stand.timeline.take(-(-count // TENANT_SENSORS))
    streams = [
        disordered(tenant_readings(tenant, start), count, str(tenant.org_id))
        for tenant in stand.tenants
    ]
    requests = [
        _request(
            tenant.organization.key if by_key else str(tenant.org_id),
            readings[at : at + load.readings_per_request],
            is_arrow=load.is_arrow,
        )
        for at in range(0, count, load.readings_per_request)
        for tenant, (readings, _) in zip(stand.tenants, streams, strict=True)
    ]
    return requests, sum(duplicates for _, duplicates in streams)


def tenant_readings(tenant: Tenant, start: datetime) -> Iterator[dict[str, Any]]:
    """Every sensor in turn, a step of time after the other, without end."""
    sensors = [str(sensor) for sensor in tenant.sensors]
    for step in itertools.count():
        at = (start + step * STEP).isoformat()
        for sensor in sensors:
            yield {"sensorId": sensor, "timestamp": at, "value": value()}


def _request(key: str, readings: Sequence[dict[str, Any]], *, is_arrow: bool) -> bytes:
    if is_arrow:
        return request("POST", "/readings/batch", key, _as_arrow(readings), media_type=ARROW)
    return request("POST", "/readings/batch", key, msgspec.json.encode(readings))


def _as_arrow(readings: Sequence[dict[str, Any]]) -> bytes:
    """As a program writes it that has its readings in columns anyway."""
    table = pa.table(
        {
            "sensorId": pa.array([reading["sensorId"] for reading in readings]).dictionary_encode(),
            "timestamp": pa.array(
                [datetime.fromisoformat(reading["timestamp"]) for reading in readings],
                pa.timestamp("us", "UTC"),
            ),
            "value": pa.array([reading["value"] for reading in readings], pa.float64()),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    body: bytes = sink.getvalue().to_pybytes()
    return body
