"""Three devices flood the broker with what costs it most, a neighbour reports single readings:
how much longer does it wait for its PUBACK?

Aim: not half as long again.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tests.bench.device_flood_load import Outcome, Plan
from tests.bench.mqtt_ingest import ALONE, load_client, plan_of
from tests.bench.mqtt_load import Publisher
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand

FLOODERS = 3
IN_FLIGHT = 1_000
IN_FLIGHT_BYTES = 3 * 1024 * 1024
LARGE_BYTES = 250_000
CONFLICTS = 100

Flood = tuple[list[bytes], list[bytes]]
"""What is sent before, and what then is sent again and again."""


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        yield [
            Pair(
                name,
                f"MQTT, 1 reading, beside {FLOODERS} devices that flood with {what}",
                "ms p95",
                _flooded(stand, flood),
                "without the flood",
                _alone(stand),
                is_lower_better=True,
            )
            for name, (what, flood) in FLOODS.items()
        ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _single_duplicates() -> Flood:
    bodies = [msgspec.json.encode(reading) for reading in _readings(IN_FLIGHT, 1.5)]
    return bodies, bodies


def _no_json() -> Flood:
    return [], [b"no JSON, %d" % number for number in range(IN_FLIGHT)]


def _large_arrays() -> Flood:
    body = b"[" + b",".join([b"0"] * (LARGE_BYTES // 2)) + b"]"
    return [], [body] * (IN_FLIGHT_BYTES // LARGE_BYTES)


def _conflicts() -> Flood:
    messages = 200
    stored = [_batch(number, 1.5) for number in range(messages)]
    return stored, [_batch(number, 2.5) for number in range(messages)]


FLOODS: dict[str, tuple[str, Callable[[], Flood]]] = {
    "device-flood-duplicates": ("single duplicates", _single_duplicates),
    "device-flood-no-json": ("what is no JSON", _no_json),
    "device-flood-arrays": (f"{LARGE_BYTES // 1000} KB of [0,0,…]", _large_arrays),
    "device-flood-conflicts": (f"arrays of {CONFLICTS} conflicts", _conflicts),
}
NAMES = tuple(FLOODS)


def _readings(count: int, value: float, first: int = 0) -> Iterator[dict[str, object]]:
    begin = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(first, first + count):
        at = begin - timedelta(seconds=number)
        yield {"sensor": "flood", "timestamp": at.isoformat(), "value": value}


def _batch(number: int, value: float) -> bytes:
    return msgspec.json.encode(list(_readings(CONFLICTS, value, number * CONFLICTS)))


def _alone(stand: Stand) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        return await _neighbour(stand)

    return measure


async def _neighbour(stand: Stand) -> Run:
    """One device reports a reading, waits for its PUBACK, and reports the next one."""
    plan = plan_of(stand, ALONE, stand.platform.mqtt_port, stand.platform.ca_file)
    plan.messages = stand.sizes.asked_under_flood
    async with load_client(plan) as go:
        outcome = await go()
    return Run(outcome.p95_ms, {"p50_ms": outcome.p50_ms})


def _flooded(stand: Stand, flood: Callable[[], Flood]) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        before, bodies = flood()
        devices = [gateway.device for gateway in stand.tenants[-1].gateways[:FLOODERS]]
        publishers = [
            Publisher(device.id, device.topic, str(device.certificate_file), str(device.key_file))
            for device in devices
        ]
        plan = Plan(stand.platform.mqtt_port, stand.platform.ca_file, publishers, before, bodies)
        async with _flooding(plan) as stop:
            waited = await _neighbour(stand)
            outcome = await stop()
        return Run(
            waited.value,
            waited.details | {"flood_messages_per_second": outcome.acknowledged / outcome.seconds},
        )

    return measure


@contextlib.asynccontextmanager
async def _flooding(plan: Plan) -> AsyncIterator[Callable[[], Awaitable[Outcome]]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.device_flood_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    words, lines = process.stdin, process.stdout

    async def stop() -> Outcome:
        words.write(b"\n")
        outcome = msgspec.json.decode(await lines.readline(), type=Outcome)
        await process.wait()
        return outcome

    try:
        words.write(msgspec.json.encode(plan) + b"\n")
        if await lines.readline() != b"ready\n":
            raise ConnectionError("the flood could not begin")
        yield stop
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
