"""200 screens on 5,000 readings a second: how long from a device's publish until it is shown, and what it costs ingest.

The limit of both rows is the same load with nobody watching: how long until a message is committed and acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import msgspec

from tests.bench.cpu import metered
from tests.bench.fleet import SENSOR_KEYS, STEP
from tests.bench.http_client import request
from tests.bench.live_load import Outcome, Plan, Screen
from tests.bench.mqtt_load import Publisher
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import ReadingsLost, Stand

SCREEN, INGEST = "live-screen", "live-ingest"
SCREENS_PER_TENANT = 20
ROUND_SECONDS = 0.2
SETTLE_SECONDS = 0.5


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        screens = SCREENS_PER_TENANT * len(stand.tenants)
        yield [
            Pair(
                name,
                title,
                "ms p95",
                _measure(stand, SCREENS_PER_TENANT, figure),
                "PUBACK with nobody watching",
                _measure(stand, 0, "puback_p95_ms"),
                is_lower_better=True,
            )
            for name, title, figure in (
                (SCREEN, f"MQTT 5,000/s: publish to {screens} screens", "screen_p95_ms"),
                (INGEST, f"MQTT 5,000/s: PUBACK while {screens} screens watch", "puback_p95_ms"),
            )
        ]

    return Topic([SCREEN, INGEST], stand.sizes.repetitions, pairs)


def _measure(stand: Stand, screens: int, figure: str) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        plan = _plan(stand, screens)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.live_load"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(msgspec.json.encode(plan) + b"\n")
            if await process.stdout.readline() != b"ready\n":
                raise ConnectionError("the load client could not connect")
            await asyncio.sleep(SETTLE_SECONDS)
            api = stand.platform.program("api")
            async with metered(stand.admin, stand.platform.program("broker")) as spent:
                before = sum(api.cpu_times()[:2])
                process.stdin.write(b"go\n")
                outcome = msgspec.json.decode(await process.stdout.readline(), type=Outcome)
                api_seconds = sum(api.cpu_times()[:2]) - before
            process.stdin.write(b"close\n")
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await _check(stand, plan, outcome)
        spent.client, spent.wall = outcome.cpu_seconds, outcome.seconds
        readings = outcome.acknowledged * len(SENSOR_KEYS)
        return Run(
            getattr(outcome, figure),
            spent.details(readings)
            | msgspec.structs.asdict(outcome)
            | {"api_cpu_percent": 100 * api_seconds / outcome.seconds},
        )

    return measure


async def _check(stand: Stand, plan: Plan, outcome: Outcome) -> None:
    await stand.check_stored(outcome.acknowledged * len(SENSOR_KEYS))
    due = plan.rounds * sum(screen.readings_per_round for screen in plan.screens)
    if outcome.shown != due and not outcome.conflated:
        raise ReadingsLost(f"{due} readings were to be shown, {outcome.shown} were")


def _plan(stand: Stand, screens: int) -> Plan:
    rounds = int(stand.sizes.live_seconds / ROUND_SECONDS)
    where = urlsplit(stand.platform.base_url)
    devices = [gateway.device for tenant in stand.tenants for gateway in tenant.gateways]
    return Plan(
        host=where.hostname or "",
        http_port=where.port or 0,
        mqtt_port=stand.platform.mqtt_port,
        ca_file=stand.platform.ca_file,
        publishers=[
            Publisher(device.id, device.topic, str(device.certificate_file), str(device.key_file))
            for device in devices
        ],
        screens=[
            Screen(
                request("GET", "/readings/stream?all=true", tenant.organization.key),
                len(tenant.gateways) * len(SENSOR_KEYS),
            )
            for tenant in stand.tenants
            for _ in range(screens)
        ],
        sensors=list(SENSOR_KEYS),
        start=stand.timeline.take(rounds),
        step_seconds=STEP.total_seconds(),
        rounds=rounds,
        round_seconds=ROUND_SECONDS,
    )
