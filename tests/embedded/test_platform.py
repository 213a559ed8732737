"""The whole platform with stand-ins for its own programs: what `holdfast up` promises."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from app.embedded.program_supervisor import QUICK_FAILURES
from app.embedded.sockets import socket_directory
from app.embedded.state import Secrets

from .outside import Platform, ask, eventually, kill


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that is started and that tests only look at."""
    made = Platform(tmp_path_factory.mktemp("running") / "state")
    try:
        made.start()
        yield made
    finally:
        made.remove()


def test_a_start_ends_with_a_private_ready_file_and_open_ports(running: Platform) -> None:
    ready = running.ready
    assert running.ready_file.stat().st_mode & 0o777 == 0o600
    assert Path(ready["caFile"]).read_text() == "-- certificate --"
    assert ask(running.ports["http_port"]).startswith(b"HTTP/1.1 200")
    assert ask(running.ports["mqtt_port"]).startswith(b"no TLS")
    assert set(ready) >= {"mqttHost", "organizationId", "apiKey", "adminEmail", "adminPassword"}


def test_a_second_start_on_the_same_state_is_refused(running: Platform) -> None:
    second = Platform(running.state_dir)
    first = running.supervisor
    second.output = running.output.with_name("second.output")
    ready = running.ready
    assert second.spawn().wait(10) == 1
    assert first is not None
    shown = second.output.read_text().replace("\n", "")
    assert f"already in use by process {first.pid}" in shown
    assert running.ready == ready


def test_a_taken_port_is_named(running: Platform, tmp_path: Path) -> None:
    port = running.ports["http_port"]
    other = Platform(tmp_path / "other")
    try:
        assert other.spawn(http_port=port).wait(10) == 1
        assert f"port {port}" in other.output.read_text()
    finally:
        other.remove()


def test_sigterm_stops_everything_in_order_and_within_ten_seconds(platform: Platform) -> None:
    platform.start(worker="busy")
    began = time.monotonic()
    assert platform.stop() == 0
    assert time.monotonic() - began < 10
    assert platform.living() == {}
    assert not platform.ready_file.exists()
    shown = re.findall(r"Stopping (\w+)", platform.output.read_text())
    assert shown == ["broker", "api", "worker", "valkey", "postgres"]
    assert (
        _stopped_at(platform, "broker")
        < _stopped_at(platform, "api")
        < _stopped_at(platform, "worker")
    )
    assert (
        "database system is shut down" in (platform.state_dir / "logs" / "postgres.log").read_text()
    )


def _stopped_at(platform: Platform, name: str) -> int:
    text = (platform.state_dir / "logs" / f"{name}.log").read_text()
    return int(text.rpartition("stopped at ")[2])


def test_a_second_signal_kills(platform: Platform) -> None:
    platform.start()
    broker, supervisor = platform.pid_of("broker"), platform.supervisor
    assert broker is not None
    assert supervisor is not None
    os.kill(broker, signal.SIGSTOP)  # it won't stop when asked
    supervisor.send_signal(signal.SIGINT)
    eventually(lambda: not platform.ready_file.exists(), 5, "the stop has begun")
    began = time.monotonic()
    supervisor.send_signal(signal.SIGINT)
    supervisor.wait(5)
    assert time.monotonic() - began < 1.5
    assert platform.living() == {}


def test_a_killed_supervisor_leaves_no_orphan(platform: Platform) -> None:
    platform.start(worker="busy")
    platform.kill_supervisor()
    eventually(lambda: not platform.living(), 8, "no process left")


def _kill_supervisor(platform: Platform) -> None:
    platform.kill_supervisor()


def _kill_all_but_backends(platform: Platform) -> None:
    """As the kernel's out-of-memory killer or a service manager might: backends find themselves
    alone."""
    kill(pid for pid, what in platform.living().items() if not what.startswith("postgres:"))
    platform.kill_supervisor()


def _kill_all(platform: Platform) -> None:
    kill(platform.living())
    platform.kill_supervisor()


@pytest.mark.parametrize("strike", [_kill_supervisor, _kill_all_but_backends, _kill_all])
def test_after_a_kill_the_next_start_works_at_once(
    platform: Platform, strike: Callable[[Platform], None]
) -> None:
    platform.start(worker="busy")
    before, ports = platform.ready, platform.ports
    strike(platform)
    began = time.monotonic()
    platform.start(**ports)
    assert time.monotonic() - began < 6
    assert platform.ready == before


def test_what_hangs_and_holds_a_port_does_not_hinder_the_next_start(platform: Platform) -> None:
    platform.start()
    ports, api = platform.ports, platform.pid_of("api")
    assert api is not None
    os.kill(api, signal.SIGSTOP)
    platform.kill_supervisor()
    platform.start(http_port=ports["http_port"])
    assert platform.pid_of("api") not in (None, api)


def test_when_all_are_killed_busy_backends_end_too(platform: Platform) -> None:
    platform.start(worker="busy")
    _kill_all_but_backends(platform)
    eventually(lambda: not platform.living(), 6, "no process left")


def test_a_killed_program_returns_on_the_same_port(platform: Platform) -> None:
    platform.start()
    before = platform.ready_file.read_bytes()
    for name in ("api", "broker", "worker", "valkey", "postgres"):
        old = platform.pid_of(name)
        assert old is not None
        kill([old])
        eventually(partial(_has_returned, platform, name, old), 5, f"a new {name}")
    api, broker = platform.pid_of("api"), platform.pid_of("broker")
    assert ask(platform.ports["http_port"]).endswith(f"\r\n{api}".encode())
    assert ask(platform.ports["mqtt_port"]) == f"no TLS: {broker}".encode()
    assert platform.ready_file.read_bytes() == before


def _has_returned(platform: Platform, name: str, old: int) -> bool:
    return platform.pid_of(name) not in (None, old)


def test_a_program_that_always_crashes_ends_the_platform_with_its_log(platform: Platform) -> None:
    supervisor = platform.spawn(worker="crash")
    assert supervisor.wait(20) == 1
    shown = platform.output.read_text()
    assert "worker ended with exit code 3" in shown
    assert "the reason why it can't work" in shown
    assert platform.living() == {}
    assert not platform.ready_file.exists()


def test_a_program_that_has_answered_is_never_given_up_and_takes_no_other_along(
    platform: Platform,
) -> None:
    platform.start()
    names = ("broker", "worker", "valkey", "postgres")
    others = {name: platform.pid_of(name) for name in names}
    for _ in range(QUICK_FAILURES + 1):
        crashing = platform.pid_of("api")
        assert crashing is not None
        os.kill(crashing, signal.SIGSEGV)
        eventually(partial(_has_returned, platform, "api", crashing), 10, "a new api")
    assert ask(platform.ports["http_port"]).startswith(b"HTTP/1.1 200")
    assert {name: platform.pid_of(name) for name in names} == others


def test_a_long_path_with_spaces_works(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "a long name" / ("long" * 30))
    platform.state_dir.parent.mkdir()
    elsewhere = socket_directory(platform.state_dir / "run", "valkey.sock")
    try:
        platform.start()
        assert elsewhere.parent != platform.state_dir
        assert (elsewhere / "valkey.sock").is_socket()
        assert platform.stop() == 0
        assert not elsewhere.exists()
    finally:
        platform.remove()


def test_secrets_are_private_and_neither_in_arguments_nor_in_logs(platform: Platform) -> None:
    platform.start()
    file = platform.state_dir / "secrets.json"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = msgspec.json.decode(file.read_bytes(), type=Secrets)
    secrets = [kept.secret_key, kept.postgres, kept.iot_owner, kept.iot_ingest, kept.app]
    arguments = "\n".join(platform.living().values())
    assert platform.stop() == 0
    logs = "\n".join(log.read_text() for log in (platform.state_dir / "logs").iterdir())
    seen = arguments + logs + platform.output.read_text()
    assert [secret for secret in secrets if secret in seen] == []
    assert len(set(secrets)) == len(secrets)
