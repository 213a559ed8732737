"""Acknowledged means stored: kill -9 in the middle of a stream of QoS 1 publishes, and look."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import psutil
import pytest

from tests.make.devices import provision_device
from tests.make.endless import EndlessDevice, assert_nothing_lost, stored_of
from tests.make.platform import (
    RunningPlatform,
    running_platform,
    start_platform,
    state_directory,
)

KILLS = 5
ACKNOWLEDGED_BEFORE_A_KILL = 200
WAIT_SECONDS = 60


@contextmanager
def _until(answers: Callable[[], bool], what: str) -> Iterator[None]:
    yield
    deadline = time.monotonic() + WAIT_SECONDS
    while not answers():
        assert time.monotonic() < deadline, f"{what} did not come back"
        time.sleep(0.02)


def _kill(platform: RunningPlatform, program: str) -> None:
    process = platform.program(program)
    process.kill()
    psutil.wait_procs([process], timeout=10)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("program", ["broker", "postgres"])
def test_kill_9_loses_nothing_that_was_acknowledged(program: str) -> None:
    with running_platform() as platform:
        organization = platform.new_organization()
        device = provision_device(organization, "survivor", directory=platform.state)
        start = datetime.now(UTC) - timedelta(hours=1)
        stream = EndlessDevice(platform, device, start, reconnect=True)
        for _ in range(KILLS):
            stream.wait_for(ACKNOWLEDGED_BEFORE_A_KILL)
            _kill(platform, program)
        stream.wait_for(
            ACKNOWLEDGED_BEFORE_A_KILL
        )  # the platform healed itself, the device went on
        end = stream.stop()
        acknowledged = set(stream.acknowledged)
        assert len(acknowledged) >= (KILLS + 1) * ACKNOWLEDGED_BEFORE_A_KILL

        def answers() -> bool:
            try:
                return (
                    httpx.get(f"{platform.base_url}/health/ready", trust_env=False).status_code
                    == 200
                )
            except httpx.HTTPError:
                return False

        with _until(answers, "the platform"):
            pass
        assert_nothing_lost(stored_of(organization, device, start, end), acknowledged)


@pytest.mark.timeout(240)
def test_kill_9_of_everything_at_once_loses_nothing_that_was_acknowledged() -> None:
    with state_directory() as state:
        platform = start_platform(state)
        organization = platform.new_organization()
        device = provision_device(organization, "survivor", directory=state)
        first = platform.ready
        start = moment = datetime.now(UTC) - timedelta(hours=1)
        acknowledged: set[datetime] = set()
        for _ in range(KILLS):
            stream = EndlessDevice(platform, device, moment, reconnect=False)
            stream.wait_for(ACKNOWLEDGED_BEFORE_A_KILL)
            platform.kill_everything()
            moment = stream.stop()
            assert stream.acknowledged
            acknowledged |= stream.acknowledged
            platform = start_platform(state)
        assert (platform.ready["organizationId"], platform.ready["apiKey"]) == (
            first["organizationId"],
            first["apiKey"],
        )
        organization.http = platform.client(organization.key)
        assert_nothing_lost(stored_of(organization, device, start, moment), acknowledged)
        assert platform.stop() == 0
