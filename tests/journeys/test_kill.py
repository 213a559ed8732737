"""Acknowledged means stored: kill -9 in the middle of a stream of QoS 1 publishes, and look."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import psutil
import pytest

from tests.make.devices import Device, connect, provision_device, reading
from tests.make.platform import (
    Organization,
    RunningPlatform,
    running_platform,
    start_platform,
    state_directory,
)

KILLS = 5
ACKNOWLEDGED_BEFORE_A_KILL = 200
WAIT_SECONDS = 60


class Stream:
    """One device that publishes without end, and remembers which readings were acknowledged."""

    def __init__(
        self, platform: RunningPlatform, device: Device, start: datetime, *, reconnect: bool
    ) -> None:
        self.acknowledged: set[datetime] = set()
        self._progress = threading.Condition()
        self._sent: dict[int, datetime] = {}
        self._answered: set[int] = set()
        self._next = start
        self._over = threading.Event()
        self._session = connect(platform, device, reconnect=reconnect)
        self._session.client.reconnect_delay_set(0.05, 0.2)
        self._session.client.on_publish = self._on_publish
        self._window = threading.Semaphore(100)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._window.acquire(timeout=0.1):
                continue
            moment = self._next
            self._next += timedelta(milliseconds=1)
            mid = self._session.publish(reading("value", moment, moment.microsecond)).mid
            with self._progress:
                self._sent[mid] = moment
                self._settle()

    def _on_publish(self, _client: object, _data: object, mid: int, *_: object) -> None:
        with self._progress:
            self._answered.add(mid)
            self._settle()
        self._window.release()

    def _settle(self) -> None:
        """PUBACK may come before `publish` has told us the message's id."""
        for mid in self._answered & self._sent.keys():
            self._answered.remove(mid)
            self.acknowledged.add(self._sent.pop(mid))
        self._progress.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until so many more readings are acknowledged."""
        with self._progress:
            goal = len(self.acknowledged) + more
            assert self._progress.wait_for(lambda: len(self.acknowledged) >= goal, WAIT_SECONDS), (
                f"acknowledgements stopped at {len(self.acknowledged)} of {goal}"
            )

    def stop(self) -> datetime:
        """Stop publishing; the time up to which readings were sent."""
        self._over.set()
        self._thread.join()
        self._session.client.on_publish = None
        self._session.close()
        return self._next


def _stored(
    organization: Organization, device: Device, start: datetime, end: datetime
) -> list[datetime]:
    sensor = organization.http.get("/sensors", params={"deviceId": device.id}).json()["items"][0][
        "id"
    ]
    found: list[datetime] = []
    params = {"from": start.isoformat(), "to": end.isoformat(), "limit": "10000"}
    while True:
        page = organization.http.get(f"/readings/sensor/{sensor}", params=params).json()
        found += [datetime.fromisoformat(item["timestamp"]) for item in page["items"]]
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


def _assert_nothing_lost(stored: list[datetime], acknowledged: set[datetime]) -> None:
    assert len(stored) == len(set(stored)), "a reading is stored twice"
    missing = acknowledged - set(stored)
    assert not missing, (
        f"{len(missing)} of {len(acknowledged)} acknowledged readings are not stored"
    )


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
        stream = Stream(platform, device, start, reconnect=True)
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
        _assert_nothing_lost(_stored(organization, device, start, end), acknowledged)


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
            stream = Stream(platform, device, moment, reconnect=False)
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
        _assert_nothing_lost(_stored(organization, device, start, moment), acknowledged)
        assert platform.stop() == 0
