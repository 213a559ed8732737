"""A platform under test, seen from outside: its processes, its ready file, its ports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from app.embedded.leftovers import STATE_VARIABLE

RUN_PLATFORM = Path(__file__).with_name("run_platform.py")
T = TypeVar("T")


def eventually(ask: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true; fails with `what` after the seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return answer


class Platform:
    """One `up` at a time on a state directory."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.output = state_dir.with_name(state_dir.name[:40] + ".output")

    def start(
        self,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        metrics_port: int = 0,
        worker: str = "worker",
    ) -> None:
        self.ready_file.unlink(missing_ok=True)
        self.spawn(
            http_port=http_port, mqtt_port=mqtt_port, metrics_port=metrics_port, worker=worker
        )
        eventually(lambda: self.ready_file.exists() or self.ended(), 20, "ready.json")
        assert not self.ended(), self.output.read_text()
        if worker == "busy":
            eventually(self._is_busy, 5, "two backends at work")

    def spawn(
        self,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        metrics_port: int = 0,
        worker: str = "worker",
    ) -> subprocess.Popen[bytes]:
        argv = [
            sys.executable,
            str(RUN_PLATFORM),
            str(self.state_dir),
            str(http_port),
            str(mqtt_port),
            str(metrics_port),
            worker,
        ]
        with self.output.open("ab") as output:
            self.supervisor = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        return self.supervisor

    @property
    def ready_file(self) -> Path:
        return self.state_dir / "ready.json"

    @property
    def ready(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ready_file.read_bytes())
        return found

    @property
    def ports(self) -> dict[str, int]:
        ready = self.ready
        return {
            "http_port": int(ready["baseUrl"].rpartition(":")[2]),
            "mqtt_port": ready["mqttPort"],
            "metrics_port": int(ready["metricsUrl"].rpartition(":")[2].partition("/")[0]),
        }

    @property
    def cluster(self) -> Path:
        remembered = self.state_dir / "cluster"
        if remembered.exists():
            return Path("/var/lib/holdfast/clusters", remembered.read_text())
        return self.state_dir / "pg"

    def ended(self) -> bool:
        return self.supervisor is not None and self.supervisor.poll() is not None

    def stop(self) -> int:
        assert self.supervisor is not None
        self.supervisor.send_signal(signal.SIGTERM)
        return self.supervisor.wait(12)

    def kill_supervisor(self) -> None:
        assert self.supervisor is not None
        self.supervisor.kill()
        self.supervisor.wait()

    def living(self) -> dict[int, str]:
        """Every process that belongs to the state directory, whoever its parent is."""
        return {pid: what for pid, what in _processes() if self._owns(pid, what)}

    def pid_of(self, name: str) -> int | None:
        """The process of one program; None while there is none."""
        marks = {
            "postgres": f"-D {self.cluster / 'data'}",
            "valkey": "valkey-server",
        }
        mark = marks.get(name, f"stand_in.py {name}")
        return next((pid for pid, what in self.living().items() if mark in what), None)

    def remove(self) -> None:
        """End whatever is left and delete what lies outside the test's directory."""
        for pid in self.living():
            kill([pid])
        eventually(lambda: not self.living(), 5, "all ended")
        if self.supervisor is not None:
            self.supervisor.wait()
        if (self.state_dir / "cluster").exists():
            shutil.rmtree(self.cluster, ignore_errors=True)

    def _is_busy(self) -> bool:
        titles = " ".join(self.living().values())
        return "[local] SELECT" in titles and "[local] DO" in titles

    def _owns(self, pid: int, what: str) -> bool:
        environment = _read(pid, "environ").split(b"\0")
        directory = _cwd(pid)
        return (
            f"{STATE_VARIABLE}={self.state_dir}".encode() in environment
            or str(self.state_dir) in what
            or any(directory.is_relative_to(home) for home in (self.state_dir, self.cluster))
        )


def kill(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def ask(port: int) -> bytes:
    """What the program behind a port says first when spoken to."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /health/ready HTTP/1.1\r\n\r\n")
        return connection.recv(1000)


def _processes() -> list[tuple[int, str]]:
    own = os.getpid()
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [
        (pid, _read(pid, "cmdline").replace(b"\0", b" ").decode()) for pid in pids if pid != own
    ]


def _read(pid: int, file: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except OSError:
        return b""


def _cwd(pid: int) -> Path:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path("/nowhere")
