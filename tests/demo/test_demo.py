"""`holdfast demo` as a stranger meets it: a real platform, real devices, and the commands that it prints."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from app.demo.figures import Figures, quantile, sample
from app.demo.fleet import Fleet
from app.demo.mail import LINES_MAX, show_mails
from app.demo.outbox import Outbox, Parcel
from app.demo.readings import CITIES, ColdRoom, Year, encode, mistakes
from app.demo.screen import BARS, Screen, sparkline
from app.demo.together import together
from app.embedded.ready import DemoOptions, Ready
from tests.embedded.outside import eventually
from tests.make.platform import RunningPlatform, start_platform, state_directory

COMMAND = ("demo", "--devices", "4", "--rate", "100")
NAMES = {"weather-seattle", "weather-san-francisco", "cold-room-01", "cold-room-02"}


class Demo:
    """A running `holdfast demo`, which can be started again."""

    platform: RunningPlatform

    def __init__(self, state: Path) -> None:
        self.state = state

    def start(self) -> None:
        (self.state / "up.log").unlink(missing_ok=True)
        self.platform = start_platform(self.state, command=COMMAND)
        eventually(lambda: len(self.commands()) == 3, 30, "three commands in the output")

    def commands(self) -> list[str]:
        lines = (self.state / "up.log").read_text().splitlines()
        return [line for line in lines if line.startswith("curl ")]

    def interrupt(self) -> int:
        self.platform.process.send_signal(signal.SIGINT)
        return self.platform.process.wait(10)

    def ask(self, method: str, path: str, **params: Any) -> Any:
        with self.platform.client(self.platform.ready["apiKey"]) as http:
            answer = http.request(method, path, params=params)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

    def connected(self) -> dict[str, str]:
        """The ids of the connected devices by name."""
        return {
            each["name"]: each["id"]
            for each in self.ask("GET", "/devices", connected=True)["items"]
        }

    def history(self, end: datetime) -> dict[str, Any]:
        """Most of Seattle's year before `end`."""
        (sensor,) = self.ask("GET", "/sensors", deviceId=self.connected()["weather-seattle"])[
            "items"
        ]
        span = {"from": (end - timedelta(days=300)).isoformat(), "to": end.isoformat()}
        stats: dict[str, Any] = self.ask("GET", f"/readings/sensor/{sensor['id']}/stats", **span)
        return {name: stats[name] for name in ("sensorId", "count", "min", "max", "first")}

    def count(self, result: str) -> float:
        text = httpx.get(self.platform.metrics_url, trust_env=False).text
        return float(getattr(sample(text), result))

    def reasons(self) -> set[str]:
        return {
            entry["reason"] for entry in self.ask("GET", "/admin/quarantine", limit=500)["items"]
        }


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with state_directory() as state:
        demo = Demo(state)
        try:
            demo.start()
            yield demo
        finally:
            if demo.platform.process.poll() is None:
                demo.platform.stop()


def test_the_devices_provision_themselves_connect_and_publish(demo: Demo) -> None:
    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")

    eventually(lambda: demo.count("accepted") > 2 * 8700, 20, "two years of hours")
    eventually(
        lambda: demo.count("duplicates") and demo.count("quarantined"),
        30,
        "duplicates and mistakes",
    )
    homes = demo.state / "state" / "demo"
    assert {home.name for home in homes.iterdir()} == NAMES
    assert {path.stat().st_mode & 0o777 for home in homes.iterdir() for path in home.iterdir()} == {
        0o600
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_printed_commands_work_when_pasted_into_a_shell(demo: Demo) -> None:
    raw, aggregated, stats = (_pasted(command) for command in demo.commands())

    assert len(raw["items"]) >= 24
    assert len(aggregated["items"]) in (30, 31)
    assert all(item["min"] <= item["avg"] <= item["max"] for item in aggregated["items"])
    assert stats["count"] >= 8700
    assert 30 < stats["min"] < stats["max"] < 80


def _pasted(command: str) -> Any:
    result = subprocess.run(
        ["/bin/sh", "-c", command + r" -w '\n%{http_code}'"],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, status = result.stdout.rpartition("\n")
    assert status == "200", body
    return json.loads(body)


def test_a_second_start_finds_the_same_devices_and_data_and_no_conflict(demo: Demo) -> None:
    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")
    # What no live reading adds to any more.
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    devices, history = demo.connected(), demo.history(end)

    assert demo.interrupt() == 0
    (
        demo.state / "state" / "demo" / "weather-seattle" / "history.json"
    ).unlink()  # it uploads all again
    demo.start()

    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")
    assert demo.connected() == devices
    assert demo.history(end) == history
    eventually(lambda: demo.count("duplicates") >= 8700, 10, "a year that was stored before")
    assert "CONFLICTING_VALUE" not in demo.reasons()
    assert "Traceback" not in (demo.state / "up.log").read_text()


def test_after_a_crash_of_the_broker_the_devices_come_back(demo: Demo) -> None:
    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")
    before = demo.count("accepted")

    broker = demo.platform.program("broker")
    broker.kill()
    broker.wait(5)

    eventually(lambda: demo.count("accepted") > before + 40, 20, "more readings")
    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")
    assert "CONFLICTING_VALUE" not in demo.reasons()


def test_a_deleted_device_and_one_whose_certificate_was_revoked_provision_anew(demo: Demo) -> None:
    eventually(lambda: demo.connected().keys() == NAMES, 10, "four connected devices")
    before = demo.connected()
    revoked = before["cold-room-02"]
    (certificate, *_) = demo.ask("GET", f"/devices/{revoked}/certificates")["items"]

    demo.ask("DELETE", f"/devices/{before['cold-room-01']}")
    demo.ask("POST", f"/devices/{revoked}/certificates/{certificate['serial']}/revoke")

    def renewed() -> bool:
        now = demo.connected()
        held = len(demo.ask("GET", f"/devices/{revoked}/certificates")["items"])
        return now.keys() == NAMES and now["cold-room-01"] != before["cold-room-01"] and held == 2

    eventually(renewed, 20, "a new device, and a new certificate of the other")
    assert demo.connected()["cold-room-02"] == revoked


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.device)
def test_a_year_is_the_same_whenever_it_is_sent(city: Any) -> None:
    year = Year.of(city)
    end = datetime(
        2028, 3, 15, 12, tzinfo=UTC
    )  # a leap day and the hour that the source leaves out lie in it
    first = list(year.hourly(end - timedelta(days=365), end))
    later = {
        r.timestamp: r.value
        for r in year.hourly(end - timedelta(days=100), end + timedelta(days=9))
    }

    assert len(first) == 365 * 24 + 1
    assert all(later.get(r.timestamp, r.value) == r.value for r in first)
    assert year.reading(end) == first[-1]  # live, at the full hour


def test_an_outbox_sends_again_in_order_what_was_not_acknowledged() -> None:
    async def scenario() -> list[bytes]:
        outbox = Outbox(limit=3)
        for body in (b"1", b"2", b"3"):
            await outbox.put(Parcel(body, 1))
        first, second = await outbox.take(), await outbox.take()
        outbox.acknowledge(second[0])
        outbox.take_back()
        await outbox.put(Parcel(b"4", 1))
        sent = [await outbox.take() for _ in range(3)]
        for number, _ in sent:
            outbox.acknowledge(number)
        await asyncio.wait_for(outbox.emptied(), 1)
        assert sent[0] == first
        return [parcel.body for _, parcel in sent]

    assert asyncio.run(scenario()) == [b"1", b"3", b"4"]


def test_a_full_outbox_makes_its_device_wait() -> None:
    async def scenario() -> None:
        outbox = Outbox(limit=1)
        await outbox.put(Parcel(b"1", 1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(outbox.put(Parcel(b"2", 1)), 0.01)

    asyncio.run(scenario())


def test_parts_end_together_even_if_one_swallows_its_cancellation() -> None:
    ended = []

    async def stubborn() -> None:
        for name in ("first", "second"):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append(name)
        raise asyncio.CancelledError

    async def scenario() -> None:
        running = asyncio.create_task(together(stubborn(), together(stubborn())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, 2)

    asyncio.run(scenario())
    assert sorted(ended) == ["first", "first", "second", "second"]


def test_a_message_of_many_readings_stays_below_the_limit() -> None:
    room, now = ColdRoom("cold-room-01"), datetime.now(UTC)
    assert len(encode([room.reading(number, now) for number in range(500)])) < 64 * 1024


def test_mistakes_are_the_same_every_time() -> None:
    endless = mistakes()
    assert [next(endless) for _ in range(4)] == [next(endless) for _ in range(4)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], None),
        ([(0.01, 0), (0.1, 0), (float("inf"), 0)], None),
        ([(0.01, 0), (0.1, 100), (float("inf"), 100)], 0.0955),
        ([(0.01, 95), (0.1, 100), (float("inf"), 100)], 0.01),
        ([(0.01, 0), (0.1, 0), (float("inf"), 10)], 0.1),
    ],
)
def test_a_quantile_is_interpolated_within_its_bucket(
    counts: list[tuple[float, float]], expected: float | None
) -> None:
    assert quantile(counts, 0.95) == (None if expected is None else pytest.approx(expected))


def test_a_peak_does_not_flatten_the_sparkline() -> None:
    assert sparkline([0, 10, 10, 900, 10]) == f"{BARS[0]}{BARS[4]}{BARS[4]}{BARS[8]}{BARS[4]}"


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 40), (40, 10), (300, 100)])
def test_the_screen_fits_the_terminal(tmp_path: Path, width: int, height: int) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height)
    ready = Ready(
        base_url="http://127.0.0.1:1",
        metrics_url="http://127.0.0.1:1/metrics",
        mqtt_host="localhost",
        mqtt_port=1,
        ca_file=str(tmp_path / "ca.pem"),
        organization_id="",
        api_key="",
        admin_email="",
        admin_password="",
    )

    async def lines() -> list[str]:
        async with httpx.AsyncClient() as http:
            fleet = Fleet(ready, DemoOptions(devices=200), http)
            with console.capture() as shown:
                console.print(Screen(fleet, Figures()).render(console))
            return shown.get().splitlines()

    plain = [Console(width=1000).render_str(line).plain for line in asyncio.run(lines())]
    assert len(plain) < max(height, 12)
    assert any("0 of 200 devices connected" in line for line in plain)


async def test_mails_that_come_are_lines_and_a_storm_is_told_in_part(tmp_path: Path) -> None:
    def arrive(number: int) -> None:
        mail = f"To: night-shift@example.com\nSubject: Too warm {number}\n\nbody"
        (tmp_path / f"{number:02}.eml").write_text(mail)

    arrive(0)
    output = io.StringIO()
    showing = asyncio.create_task(show_mails(Console(file=output, width=200), tmp_path))
    await asyncio.sleep(0)
    for number in range(1, LINES_MAX + 3):
        arrive(number)
    await asyncio.to_thread(
        eventually, lambda: "more mails" in output.getvalue(), 30, "the rest of the storm"
    )
    showing.cancel()
    lines = output.getvalue().splitlines()
    assert lines[0] == "Mail to night-shift@example.com: Too warm 1"
    assert lines[-1] == "and 2 more mails"
    assert len(lines) == LINES_MAX + 1
