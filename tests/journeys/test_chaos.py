"""Whatever is killed while devices publish, are told what to do and are configured: what was
acknowledged is stored, every command is done and has one result, every device has what is desired.

A minute in the suite; CHAOS_SECONDS says otherwise.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.make.configuration import effective
from tests.make.devices import provision_device
from tests.make.endless import assert_nothing_lost, stored_of
from tests.make.firmware import Firmware
from tests.make.live import eventually
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.profiles import CLIMATE, SETTABLE, make_sensor_profile

SECONDS = float(os.environ.get("CHAOS_SECONDS", "60"))
DEVICES = 8
VICTIMS = ("broker", "api", "worker", "postgres", "valkey")
PAUSE_SECONDS = (2.0, 5.0)  # between two kills
BROKER_MAX_BYTES = 400 * 1024 * 1024


@pytest.fixture
def platform() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


def until_it_works(ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    """As a good client does it: the same request again, by its Idempotency-Key, while what answers
    is away."""
    while True:
        with contextlib.suppress(httpx.HTTPError):
            answer = ask()
            if answer.status_code < 500 and answer.status_code != 429:
                assert answer.status_code in (200, 201), answer.text
                found: dict[str, Any] = answer.json()
                return found
        time.sleep(0.1)


class People:
    """Who tells devices what to do, and configures them all, until the time is over."""

    def __init__(self, organization: Organization, devices: list[str], profile_id: str) -> None:
        self._organization, self._devices, self._profile_id = organization, devices, profile_id
        self.commands: dict[str, str] = {}
        self.over = threading.Event()

    def tell(self) -> None:
        while not self.over.wait(0.2):
            device, key = random.choice(self._devices), str(uuid4())
            body = {"method": "REBOOT", "params": {"delay_seconds": 1}, "timeoutSeconds": 3600}
            self.commands[self._post(f"/devices/{device}/commands", body, key)["id"]] = device

    def configure(self) -> None:
        interval = 1
        while not self.over.wait(1.0):
            interval += 1
            body = {
                "name": "sampling",
                "content": {"interval": interval},
                "sensorProfileId": self._profile_id,
            }
            artefact = self._post("/config-artefacts", body, str(uuid4()))["id"]
            target = {"type": "SENSOR_PROFILE", "id": self._profile_id}
            binding = {"target": target, "artefactId": artefact}
            until_it_works(
                lambda binding=binding: self._organization.http.put(  # type: ignore[misc]
                    "/desired-state-bindings", json=binding
                )
            )

    def _post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        headers = {"Idempotency-Key": key}
        return until_it_works(
            lambda: self._organization.http.post(path, json=body, headers=headers)
        )


def kill_one_after_another(platform: RunningPlatform, until: float) -> list[str]:
    """Any of them, -9, while the time isn't over; who it was."""
    killed: list[str] = []
    while time.monotonic() < until:
        time.sleep(random.uniform(*PAUSE_SECONDS))
        victim = random.choice(VICTIMS)
        with contextlib.suppress(LookupError, psutil.NoSuchProcess):  # it is being started anew
            platform.program(victim).kill()
            killed.append(victim)
    return killed


def ask_anew(platform: RunningPlatform, organization: Organization) -> None:
    """On connections that no killed API has left behind, as soon as there is one that answers."""
    organization.http.close()
    organization.http = platform.client(organization.key)
    until_it_works(lambda: organization.http.get("/devices", params={"limit": 1}))


@pytest.mark.timeout(SECONDS + 240)
def test_kills_at_random_lose_nothing_double_nothing_and_leave_no_drift(
    platform: RunningPlatform,
) -> None:
    organization = platform.new_organization()
    profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])["id"]
    made = [
        provision_device(organization, f"device-{number}", directory=platform.state)
        for number in range(DEVICES)
    ]
    for device in made:
        part = {"key": "probe", "sensorProfileId": profile}
        added = organization.http.post(f"/devices/{device.id}/components", json=part)
        assert added.status_code == 201, added.text
    fleet = [Firmware(platform, device) for device in made]
    people = People(organization, [device.id for device in made], profile)
    with ThreadPoolExecutor(2) as threads:
        at_work = [threads.submit(people.tell), threads.submit(people.configure)]
        killed = kill_one_after_another(platform, time.monotonic() + SECONDS)
        people.over.set()
        for each in at_work:
            each.result()
    print(f"killed {len(killed)}: {', '.join(killed)}; {len(people.commands)} commands")
    ends = [firmware.stop_publishing() for firmware in fleet]
    ask_anew(platform, organization)

    for firmware, end in zip(fleet, ends, strict=True):
        stored = stored_of(organization, firmware.device, firmware.start, end)
        assert firmware.acknowledged
        assert_nothing_lost(stored, firmware.acknowledged)
    assert_commands_are_done_once(organization, people.commands)
    for firmware in fleet:
        assert_configured(organization, firmware)
        firmware.close()
    assert platform.program("broker").memory_info().rss < BROKER_MAX_BYTES


def assert_commands_are_done_once(organization: Organization, commands: dict[str, str]) -> None:
    def states() -> set[str]:
        found: set[str] = set()
        for command, device in commands.items():
            answer = organization.http.get(f"/devices/{device}/commands/{command}")
            found.add(answer.json()["status"])
        return found

    eventually(lambda: states() == {"SUCCESS"}, "every command's result")
    results: dict[str, int] = {}
    cursor = None
    while True:
        query = {"type": "COMMAND", "limit": 500, **({"cursor": cursor} if cursor else {})}
        page = organization.http.get("/events", params=query).json()
        for event in page["items"]:
            if event["details"].get("status") == "SUCCESS":
                command = event["details"]["commandId"]
                results[command] = results.get(command, 0) + 1
        if (cursor := page["nextCursor"]) is None:
            break
    assert results == dict.fromkeys(commands, 1)


def assert_configured(organization: Organization, firmware: Firmware) -> None:
    path = "/desired-state-bindings/drift"

    def is_settled() -> bool:
        desired = effective(organization, firmware.device.id)
        drift = organization.http.get(path, params={"deviceId": firmware.device.id}).json()
        has_it = (firmware.document["version"], firmware.document["hash"]) == (
            desired["version"],
            desired["hash"],
        )
        return has_it and drift["items"] == []

    eventually(is_settled, f"{firmware.device.id} has what is desired and says so")
