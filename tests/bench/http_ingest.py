"""Readings over HTTP: large requests by one client and by four, and small ones."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from tests.bench.cpu import metered
from tests.bench.fleet import SENSORS, STEP, Tenant, value
from tests.bench.http_client import Answer, Connection, exchange_all, request
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand
from tests.bench.yardstick import TITLE as YARDSTICK
from tests.bench.yardstick import yardstick


@dataclass(frozen=True)
class Load:
    clients: int
    readings_per_request: int  # a multiple of a tenant's 100 sensors

    @property
    def name(self) -> str:
        return f"http-{self.readings_per_request}-{self.clients}"

    @property
    def title(self) -> str:
        clients = "1 client" if self.clients == 1 else f"{self.clients} clients"
        return f"HTTP, {self.readings_per_request:,} readings a request, {clients}"


LOADS = (Load(1, 5_000), Load(4, 5_000), Load(1, 100))
TENANT_SENSORS = 100


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        yield [
            Pair(load.name, load.title, "readings/s", _measure(stand, load), YARDSTICK, yardstick(stand))
            for load in LOADS
        ]

    return Topic([load.name for load in LOADS], stand.sizes.repetitions, pairs)


def _measure(stand: Stand, load: Load) -> Measure:
    async def measure() -> Run:
        requests = _requests(stand, load)
        await stand.clear()
        connections = [await Connection.open(stand.platform.base_url) for _ in range(load.clients)]
        async with metered(stand.admin, stand.platform.program("api")) as spent:
            began = time.perf_counter()
            answers = await exchange_all(connections, requests)
            seconds = time.perf_counter() - began
        for connection in connections:
            connection.close()
        readings = len(requests) * load.readings_per_request
        await _check(stand, answers, readings)
        return Run(readings / seconds, spent.details(readings))

    return measure


async def _check(stand: Stand, answers: Sequence[Answer], sent: int) -> None:
    accepted = sum(msgspec.json.decode(answer.body)["accepted"] for answer in answers)
    if accepted != sent:
        raise ReadingsLost(f"{sent} readings were sent, {accepted} accepted")
    await stand.check_stored(accepted)


def _requests(stand: Stand, load: Load) -> list[bytes]:
    """The tenants' requests in turn; each tells the next steps of all of that tenant's sensors."""
    total = (
        stand.sizes.http_large_readings
        if load.readings_per_request > 1000
        else stand.sizes.http_small_readings
    )
    steps = load.readings_per_request // TENANT_SENSORS
    rounds = max(1, total // (SENSORS * steps))
    start = stand.timeline.take(rounds * steps)
    return [
        _request(tenant, [(start + (number * steps + step) * STEP).isoformat() for step in range(steps)])
        for number in range(rounds)
        for tenant in stand.tenants
    ]


def _request(tenant: Tenant, times: Sequence[str]) -> bytes:
    sensors = [str(sensor) for sensor in tenant.sensors]
    readings = [{"sensorId": sensor, "timestamp": at, "value": value()} for at in times for sensor in sensors]
    return request("POST", "/readings/batch", tenant.organization.key, msgspec.json.encode(readings))
