"""Live push on real parts: broker → database → Valkey → two API processes → clients that come and go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make.apis import SecondApi, second_api
from tests.make.devices import Device, Session, connect, provision_device, reading
from tests.make.live import Key, Stream, eventually, streaming
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.readings import sensors_by_key

pytestmark = pytest.mark.timeout(300)
KEYS = ("a", "b", "c")


class Fleet:
    """A device that publishes when it is told to; every reading has a time of its own."""

    def __init__(self, platform: RunningPlatform, organization: Organization) -> None:
        self.organization = organization
        self.device: Device = provision_device(organization, "live", directory=platform.state)
        self._moment = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        self.session: Session = connect(platform, self.device, reconnect=True)
        self.session.client.reconnect_delay_set(0.05, 0.2)
        self.ids: dict[str, str] = {}
        self.publish(1)
        sensors = sensors_by_key(organization, self.device.id)
        self.ids = {key: sensor["id"] for key, sensor in sensors.items()}

    def publish(self, rounds: int) -> set[Key]:
        """Publish so many readings of each sensor, and wait until they are acknowledged: committed."""
        messages, told = [], set()
        for _ in range(rounds):
            self._moment += timedelta(milliseconds=1)
            messages.append([reading(key, self._moment, 20.5) for key in KEYS])
            told |= {(self.ids.get(key, key), self._moment) for key in KEYS}
        self.session.publish_all(messages)
        return told

    def stored(self) -> set[Key]:
        found = set()
        for sensor in self.ids.values():
            params = {
                "from": (self._moment - timedelta(hours=1)).isoformat(),
                "to": (self._moment + timedelta(hours=1)).isoformat(),
                "limit": "10000",
            }
            page = self.organization.http.get(f"/readings/sensor/{sensor}", params=params).json()
            assert page["nextCursor"] is None
            found |= {(sensor, datetime.fromisoformat(item["timestamp"])) for item in page["items"]}
        return found


@pytest.fixture(scope="module")
def own() -> Iterator[RunningPlatform]:
    """A platform whose parts are killed here."""
    with running_platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def fleet(own: RunningPlatform) -> Iterator[Fleet]:
    fleet = Fleet(own, own.new_organization())
    yield fleet
    fleet.session.close()


@pytest.fixture(scope="module")
def second(own: RunningPlatform) -> Iterator[SecondApi]:
    with second_api(own) as api:
        yield api


def addresses(own: RunningPlatform, second: SecondApi) -> list[str]:
    return [f"{own.base_url}/api/v1", second.base_url]


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 40), st.integers(0, 40), st.booleans()),
        min_size=3,
        max_size=8,
    )
)
def test_what_a_client_saw_over_all_its_connections_is_what_was_committed(
    own: RunningPlatform, second: SecondApi, fleet: Fleet, steps: list[tuple[int, int, int, bool]]
) -> None:
    """Each step: connect to one of the processes, publish while connected, perhaps see it, leave, publish more."""
    with streaming(fleet.organization, deviceId=fleet.device.id) as first:
        first.until_told("snapshot")
        committed: set[Key] = set()
        start = fleet.publish(1)
        first.until_seen(start)
    seen, last_id = [key for key in first.keys if key in start], first.last_id
    committed |= start
    urls = addresses(own, second)
    for process, while_connected, while_away, waits in [*steps, (0, 1, 0, True), (1, 1, 0, True)]:
        with streaming(
            fleet.organization, base_url=urls[process], last_id=last_id, deviceId=fleet.device.id
        ) as stream:
            told = fleet.publish(while_connected)
            committed |= told
            if waits:
                stream.until_seen(told)
        assert not stream.of("reset")
        # A client takes in what it has parsed: of an event that came half it has neither the id nor the data.
        seen += stream.keys
        last_id = stream.last_id
        committed |= fleet.publish(while_away)
    with streaming(fleet.organization, last_id=last_id, deviceId=fleet.device.id) as stream:
        stream.until(lambda: committed <= {*seen, *stream.keys}, "what was missed")
        seen += stream.keys
    assert len(seen) == len(set(seen)), "a reading was told twice"
    assert set(seen) == committed


def test_two_processes_tell_the_same_in_the_same_order(
    own: RunningPlatform, second: SecondApi, fleet: Fleet
) -> None:
    one, other = addresses(own, second)
    with (
        streaming(fleet.organization, base_url=one) as first,
        streaming(fleet.organization, base_url=other, deviceId=fleet.device.id) as again,
    ):
        first.until_ready()
        again.until_ready()
        told = fleet.publish(100)
        first.until_seen(told)
        again.until_seen(told)
        assert [key for key in first.keys if key in told] == [
            key for key in again.keys if key in told
        ]
        for key in KEYS:
            times = [ts for sensor, ts in first.keys if sensor == fleet.ids[key]]
            assert times == sorted(times)


class Client(threading.Thread):
    """Reads the stream, comes back when it ends, and after a reset asks for what is stored: a good dashboard."""

    def __init__(self, fleet: Fleet, base_url: str) -> None:
        super().__init__(daemon=True)
        self._fleet = fleet
        self._base_url = base_url
        self._over = threading.Event()
        self.seen: list[Key] = []
        self.fetched: set[Key] = set()
        self.names: list[str] = []
        self.stream: Stream | None = None
        self.start()

    def run(self) -> None:
        last_id = None
        while not self._over.is_set():
            try:
                with streaming(
                    self._fleet.organization, base_url=self._base_url, last_id=last_id
                ) as stream:
                    self.stream = stream
                    done = 0
                    while not (
                        self._over.is_set() or (stream.is_over and done == len(stream.told))
                    ):
                        told = stream.told[done:]
                        done += len(told)
                        for one in told:
                            self.names.append(one.name)
                            if one.name == "readings":
                                self.seen += [(sensor, ts) for sensor, ts, _ in one.readings]
                            if one.name == "snapshot":
                                self.fetched |= self._fleet.stored()
                        time.sleep(0.01)
                    last_id = stream.last_id
            except (httpx.HTTPError, AssertionError):
                time.sleep(0.1)

    def has(self, keys: set[Key]) -> bool:
        return keys <= {*self.seen, *self.fetched}

    def stop(self) -> None:
        self._over.set()
        self.join(30)


@pytest.mark.parametrize("program", ["second api", "valkey", "broker", "api"])
def test_after_kill_9_in_mid_stream_a_client_has_everything_or_was_told_that_it_has_not(
    own: RunningPlatform, second: SecondApi, fleet: Fleet, program: str
) -> None:
    client = Client(fleet, second.base_url)
    try:
        eventually(lambda: "snapshot" in client.names, "no snapshot came")
        before = fleet.publish(20)
        eventually(lambda: client.has(before), "the client has not seen what was committed")
        stop, during = threading.Event(), set[Key]()

        def publish() -> None:
            while not stop.is_set():
                during.update(fleet.publish(5))

        seen = len(client.seen)
        publisher = threading.Thread(target=publish, daemon=True)
        publisher.start()
        eventually(lambda: len(client.seen) > seen, "what is published is not pushed")
        if program == "second api":
            second.kill()
            second.start()
        else:
            process = own.program(program)
            process.kill()
            psutil.wait_procs([process], timeout=10)
        if program == "valkey":
            # One for a publisher that was killed before may come first.
            eventually(
                lambda: (
                    "paused" in client.names
                    and "reset" in client.names[client.names.index("paused") :]
                ),
                "live push did not pause and come back",
            )
        stop.set()
        publisher.join(60)
        after = fleet.publish(20)
        everything = before | during | after
        eventually(lambda: client.has(everything), "the client misses what was committed")
        eventually(lambda: after <= set(client.seen), "the stream did not go on")
        assert len(client.seen) == len(set(client.seen)), "a reading was told twice"
    finally:
        client.stop()


def test_a_publisher_that_ended_without_a_word_is_noticed(
    own: RunningPlatform, second: SecondApi, fleet: Fleet
) -> None:
    """It may have been killed between a commit and the log: everyone gets the newest readings."""
    with streaming(fleet.organization) as stream:
        stream.until_ready()
        resets = len(stream.of("reset"))
        second.kill()
        stream.until(lambda: len(stream.of("reset")) > resets, "the reset")
        assert stream.of("reset")[-1].data == {"reason": "PUBLISHER_LOST"}
        stream.until_told("snapshot", 2)
    second.start()
