"""Readings over MQTT with mutual TLS: few and many devices, one reading and a hundred a message.

The flood says how much goes in; how long a PUBACK takes under it is how long the queue is. So one device that sends
one reading at a time is measured too: that wait is the path's own; and so is the wait at half of what the flood took in,
which is what a platform is run at. A tenth of the flood is late, a hundredth sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from tests.bench.cpu import Spent, metered
from tests.bench.fleet import SENSOR_KEYS, STEP, value
from tests.bench.mqtt_load import Outcome, Plan, Publisher
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.bench.yardstick import TITLE as YARDSTICK
from tests.bench.yardstick import yardstick

# Until the broker has written down who is connected: that is no part of taking readings in.
SETTLE_SECONDS = 0.3


@dataclass(frozen=True)
class Load:
    clients: int
    readings_per_message: int
    window: int = 100  # unacknowledged messages of each client

    @property
    def name(self) -> str:
        return f"mqtt-{self.readings_per_message}-{self.clients}"

    @property
    def title(self) -> str:
        readings = (
            "1 reading"
            if self.readings_per_message == 1
            else f"{self.readings_per_message} readings"
        )
        return f"MQTT, {readings} a message, {self.clients} clients"

    def messages(self, stand: Stand) -> int:
        """Of each client."""
        sizes = stand.sizes
        if self.window == 1:
            return sizes.mqtt_alone_readings
        total = (
            sizes.mqtt_single_readings
            if self.readings_per_message == 1
            else sizes.mqtt_batch_readings
        )
        return total // self.readings_per_message // self.clients


SINGLES = Load(50, 1)
ALONE = Load(1, 1, window=1)
ALONE_NAME, HALF_NAME = "mqtt-alone", "mqtt-half"
HALF_PACE_SECONDS = 0.02
LOADS = (Load(10, 1), SINGLES, Load(10, 100), Load(50, 100))
NAMES = (*(load.name for load in LOADS), ALONE_NAME, HALF_NAME)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        flood: list[float] = []
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
        ] + [_alone(stand), _half(stand, flood)]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _measure(stand: Stand, load: Load) -> Measure:
    async def measure() -> Run:
        outcome, spent = await publish(stand, load)
        readings = outcome.acknowledged * load.readings_per_message
        waits = {"puback_p50_ms": outcome.p50_ms, "puback_p95_ms": outcome.p95_ms}
        return Run(readings / outcome.seconds, spent.details(readings) | waits)

    return measure


def _alone(stand: Stand) -> Pair:
    return Pair(
        ALONE_NAME,
        "MQTT, 1 reading, nothing else in flight",
        "ms p50",
        _measure_alone(stand),
        "INSERT of one row, committed",
        _insert_alone(stand),
        is_lower_better=True,
    )


def _measure_alone(stand: Stand) -> Measure:
    async def measure() -> Run:
        outcome, spent = await publish(stand, ALONE)
        waits = {"puback_p50_ms": outcome.p50_ms, "puback_p95_ms": outcome.p95_ms}
        return Run(outcome.p50_ms, spent.details(outcome.acknowledged) | waits)

    return measure


def _half(stand: Stand, flood: list[float]) -> Pair:
    """`flood`: readings/s of the last one, which the pace is made of."""

    async def measure_flood() -> Run:
        outcome, _ = await publish(stand, SINGLES)
        flood[:] = [outcome.acknowledged / outcome.seconds]
        return Run(outcome.p95_ms)

    async def measure() -> Run:
        if not flood:
            await measure_flood()
        at_once = max(1, round(flood[0] / 2 / SINGLES.clients * HALF_PACE_SECONDS))
        outcome, spent = await publish(stand, SINGLES, at_once=at_once)
        waits = {"half_p50_ms": outcome.p50_ms, "half_p99_ms": outcome.p99_ms}
        rate = {"half_per_second": outcome.acknowledged / outcome.seconds}
        return Run(outcome.p95_ms, spent.details(outcome.acknowledged) | waits | rate)

    return Pair(
        HALF_NAME,
        "MQTT at half of the flood: publish to PUBACK",
        "ms p95",
        measure,
        f"the flood's ({SINGLES.title})",
        measure_flood,
        is_lower_better=True,
    )


def _insert_alone(stand: Stand) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        tenant, count = stand.tenants[0], stand.sizes.mqtt_alone_readings
        start, waits = stand.timeline.take(count), []
        insert = await stand.ingest.prepare(
            "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) VALUES ($1, $2, $3, $4)"
        )
        for number in range(count):
            began = time.perf_counter()
            await insert.fetch(tenant.org_id, tenant.sensors[0], start + number * STEP, value())
            waits.append(time.perf_counter() - began)
        return Run(quantile(waits, 0.5) * 1000)

    return measure


async def publish(stand: Stand, load: Load, *, at_once: int = 0) -> tuple[Outcome, Spent]:
    """Send one run's messages to the platform; paced, where it is said how many of each client
    leave at once. Raises ReadingsLost."""
    await stand.clear()
    plan = plan_of(stand, load, stand.platform.mqtt_port, stand.platform.ca_file)
    if at_once:
        plan.pace_seconds, plan.at_once = HALF_PACE_SECONDS, at_once
    async with load_client(plan) as go:
        await asyncio.sleep(SETTLE_SECONDS)
        async with metered(stand.admin, stand.platform.program("broker")) as spent:
            outcome = await go()
    spent.client, spent.wall = outcome.cpu_seconds, outcome.seconds
    await stand.check_stored(outcome.acknowledged * load.readings_per_message - outcome.duplicates)
    return outcome, spent


def plan_of(stand: Stand, load: Load, port: int, ca_file: str) -> Plan:
    messages = load.messages(stand)
    devices = [
        gateway.device
        for gateways in zip(*(tenant.gateways for tenant in stand.tenants), strict=True)
        for gateway in gateways
    ]
    return Plan(
        port=port,
        ca_file=ca_file,
        publishers=[
            Publisher(device.id, device.topic, str(device.certificate_file), str(device.key_file))
            for device in devices[: load.clients]
        ],
        sensors=list(SENSOR_KEYS),
        start=stand.timeline.take(-(-messages * load.readings_per_message // len(SENSOR_KEYS))),
        step_seconds=STEP.total_seconds(),
        messages=messages,
        readings=load.readings_per_message,
        window=load.window,
        is_disordered=load.window > 1,
    )


@contextlib.asynccontextmanager
async def load_client(plan: Plan) -> AsyncIterator[Callable[[], Awaitable[Outcome]]]:
    """A load client that is connected and waits for the word."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.mqtt_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    lines, words = process.stdout, process.stdin

    async def go() -> Outcome:
        words.write(b"go\n")
        line = await lines.readline()
        if not line:
            raise ConnectionError("the load client failed while it published")
        return msgspec.json.decode(line, type=Outcome)

    words.write(msgspec.json.encode(plan) + b"\n")
    try:
        if await lines.readline() != b"ready\n":
            raise ConnectionError("the load client could not connect")
        yield go
        words.write(b"close\n")
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
