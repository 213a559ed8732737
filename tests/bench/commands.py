"""Commands: from a POST to the device and back, and to a group of devices that are connected.

What they are held against is wanted, not measured: nothing else on the machine does the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from tests.bench.commands_load import Answering, Plan
from tests.bench.cpu import metered
from tests.bench.results import Measure, Pair, Run, Topic, aim, quantile
from tests.bench.stand import Stand
from tests.make.devices import Device, provision_with
from tests.make.platform import Organization

TRIP, GROUP = "commands-trip", "commands-group"
WANTED_TRIP_MS = 50.0
WANTED_PER_SECOND = 500.0
TOKENS_AT_ONCE = 1_000
LOOK_SECONDS = 0.25
ANSWER_SECONDS = 600


class CommandsLost(Exception):
    """Not every command has succeeded."""


@dataclass(frozen=True)
class _Fleet:
    organization: Organization
    devices: list[Device]
    group_id: str


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        fleet = await asyncio.to_thread(_fleet, stand)
        commands = stand.sizes.commands_of_each * len(fleet.devices)
        async with _answering(stand, fleet.devices):
            yield [
                Pair(
                    TRIP,
                    "command: POST to the device and back",
                    "ms p95",
                    _trips(stand, fleet),
                    "wanted",
                    aim(WANTED_TRIP_MS),
                    is_lower_better=True,
                ),
                Pair(
                    GROUP,
                    f"{commands:,} commands to {len(fleet.devices):,} devices",
                    "commands/s",
                    _runs(stand, fleet),
                    "wanted",
                    aim(WANTED_PER_SECOND),
                ),
            ]

    return Topic([TRIP, GROUP], stand.sizes.repetitions, pairs)


def _fleet(stand: Stand) -> _Fleet:
    organization, count = stand.platform.new_organization(), stand.sizes.command_devices
    http = organization.http
    body = {"deviceNames": [f"device {n}" for n in range(count)], "tags": ["told"]}
    answer = http.post("/devices/registration/tokens/bulk", json=body, timeout=120)
    assert answer.status_code == 200, answer.text

    def provision(item: dict[str, Any]) -> Device:
        return provision_with(
            item["token"], item["provisionEndpoint"], directory=stand.platform.state
        )

    with ThreadPoolExecutor(4) as threads:
        devices = list(threads.map(provision, answer.json()["results"]))
    group = http.post("/device-groups", json={"name": "told", "tags": ["told"]}).json()
    return _Fleet(organization, devices, group["id"])


@contextlib.asynccontextmanager
async def _answering(stand: Stand, devices: Sequence[Device]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.commands_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    plan = Plan(stand.platform.mqtt_port, stand.platform.ca_file, [_plan(each) for each in devices])
    try:
        process.stdin.write(msgspec.json.encode(plan) + b"\n")
        if await process.stdout.readline() != b"ready\n":
            raise ConnectionError("the devices could not connect")
        yield
        process.stdin.write(b"close\n")
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _plan(device: Device) -> Answering:
    topics = device.provisioned["mqtt"]["topics"]
    return Answering(
        device.id,
        topics["commands"],
        topics["commandResponse"],
        str(device.certificate_file),
        str(device.key_file),
    )


def _trips(stand: Stand, fleet: _Fleet) -> Measure:
    """One after another, each to another device."""

    async def measure() -> Run:
        waits = []
        async with _client(fleet) as http:
            for number in range(stand.sizes.command_trips):
                device = fleet.devices[number % len(fleet.devices)]
                began = time.perf_counter()
                answer = await http.post(
                    f"/devices/{device.id}/commands?wait=30", json={"method": "REBOOT"}
                )
                waits.append(1000 * (time.perf_counter() - began))
                if answer.status_code != 201 or answer.json()["status"] != "SUCCESS":
                    raise CommandsLost(answer.text)
        return Run(quantile(waits, 0.95), {"trip_p50_ms": quantile(waits, 0.5)})

    return measure


def _runs(stand: Stand, fleet: _Fleet) -> Measure:
    """Several runs over the whole group at once, until all have succeeded."""

    async def measure() -> Run:
        broker, worker = (stand.platform.program(name) for name in ("broker", "worker"))
        path, runs = f"/device-groups/{fleet.group_id}/commands", stand.sizes.commands_of_each
        total, peak = runs * len(fleet.devices), {"broker": 0, "worker": 0}
        async with _client(fleet) as http, metered(stand.admin, broker) as spent:
            body = {"method": "REBOOT", "ratePerSecond": 1000, "timeoutSeconds": ANSWER_SECONDS}
            for _ in range(runs):
                assert (await http.post(path, json=body)).status_code == 201
            async with asyncio.timeout(ANSWER_SECONDS):
                while await _succeeded(stand, fleet) < total:
                    peak["broker"] = max(peak["broker"], broker.memory_info().rss)
                    peak["worker"] = max(peak["worker"], worker.memory_info().rss)
                    await asyncio.sleep(LOOK_SECONDS)
        seconds = spent.wall
        await _forget(stand, fleet)
        return Run(
            total / seconds,
            spent.details(total)
            | {
                "group_seconds": seconds,
                "broker_mb": peak["broker"] / 1e6,
                "group_worker_mb": peak["worker"] / 1e6,
            },
        )

    return measure


async def _succeeded(stand: Stand, fleet: _Fleet) -> int:
    return int(
        await stand.admin.fetchval(
            "SELECT count(*) FROM platform.command "
            "WHERE org_id = $1 AND run_id IS NOT NULL AND status = 'SUCCESS'",
            fleet.organization.id,
        )
    )


async def _forget(stand: Stand, fleet: _Fleet) -> None:
    await stand.admin.execute(
        "DELETE FROM platform.command WHERE org_id = $1", fleet.organization.id
    )


def _client(fleet: _Fleet) -> httpx.AsyncClient:
    http = fleet.organization.http
    return httpx.AsyncClient(
        base_url=http.base_url, headers=http.headers, timeout=120, trust_env=False
    )
