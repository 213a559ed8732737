"""A real platform for tests: `holdfast up` on free ports, in a state directory of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

START_SECONDS = 180


@dataclass
class Organization:
    """A tenant with its owner's key, as a client sees it."""

    id: str
    key: str
    http: httpx.Client
    access_token: str
    email: str
    password: str


@dataclass
class RunningPlatform:
    state: Path
    process: subprocess.Popen[bytes]
    ready: dict[str, str]

    @property
    def base_url(self) -> str:
        return self.ready["baseUrl"]

    @property
    def metrics_url(self) -> str:
        return self.ready["metricsUrl"]

    @property
    def mqtt_port(self) -> int:
        return int(self.ready["mqttPort"])

    @property
    def ca_file(self) -> str:
        return self.ready["caFile"]

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # It is http://, and loading the certificate store takes 16 ms for each client: hence no `verify`.
        return httpx.Client(
            base_url=f"{self.base_url}/api/v1",
            headers=headers,
            timeout=60,
            trust_env=False,
            verify=False,
        )

    def new_organization(self) -> Organization:
        """Register a person with an organization, and make a key with all rights."""
        email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(16)
        with self.client() as http:
            answer = http.post(
                "/auth/register",
                json={
                    "email": email,
                    "password": password,
                    "name": "Tester",
                    "organizationName": "Test",
                },
            )
            assert answer.status_code == 201, answer.text
            session = answer.json()
        with self.client(session["accessToken"]) as http:
            key = http.post("/api-keys", json={"name": "all rights"}).json()["key"]
        return Organization(
            session["organizationId"],
            key,
            self.client(key),
            session["accessToken"],
            email,
            password,
        )

    def program(self, name: str) -> psutil.Process:
        """The process of that name: "api", "broker", "worker", "recorder", "postgres", "valkey"."""
        module = {"worker": "workers", "recorder": "workers.recorder"}.get(name, name)
        for child in psutil.Process(self.process.pid).children():
            command = child.cmdline()
            if module in command:
                return child
            if command and name in Path(command[0]).name:
                return child
        raise LookupError(f"no {name} runs")

    def secret_urls(self) -> dict[str, str]:
        """The database addresses of every role, by setting name. The superuser's is in the same database."""
        given = self.program("api").environ()["HOLDFAST_DATABASE_URL"]
        passwords = json.loads((self.state / "state" / "secrets.json").read_text())
        where = given.rpartition("@")[2]
        return {
            setting: f"postgresql://{role}:{passwords[role]}@{where}"
            for setting, role in (
                ("database_url", "app"),
                ("ingest_database_url", "iot_ingest"),
                ("owner_database_url", "iot_owner"),
                ("admin_database_url", "postgres"),
            )
        }

    def secret_key(self) -> str:
        """The installation's secret, as the api process was given it."""
        return self.program("api").environ()["HOLDFAST_SECRET_KEY"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def kill_everything(self) -> None:
        """kill -9 of the supervisor and all that it started, at once."""
        supervisor = psutil.Process(self.process.pid)
        family = [*supervisor.children(recursive=True), supervisor]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        self.process.wait(10)
        psutil.wait_procs(family[:-1], timeout=10)


def start_platform(
    state: Path,
    *,
    http_port: int = 0,
    mqtt_port: int = 0,
    command: Sequence[str] = ("up",),
    settings: Mapping[str, str] | None = None,
) -> RunningPlatform:
    """Start `holdfast up`, or another command with its options, and wait for its ready.json."""
    log = (state / "up.log").open("ab")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "app", *command, "--state-dir", state / "state"),
            *("--http-port", str(http_port), "--mqtt-port", str(mqtt_port)),
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        # All tests come from one address, and many without a token.
        env={
            "HOLDFAST_CLIENT_REQUESTS_PER_SECOND": "1000",
            "HOLDFAST_REVOCATION_LIST_SECONDS": "1",
            **os.environ,
            **(settings or {}),
            "COLUMNS": "200",
        },
    )
    ready = state / "state" / "ready.json"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        # ready.json of an earlier run is removed at the beginning of the start.
        with contextlib.suppress(FileNotFoundError):
            if ready.stat().st_mtime_ns > 0 and _is_from(ready, process):
                return RunningPlatform(state, process, json.loads(ready.read_text()))
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"the platform did not start:\n{(state / 'up.log').read_text()[-4000:]}")


def _is_from(ready: Path, process: subprocess.Popen[bytes]) -> bool:
    return ready.stat().st_mtime >= psutil.Process(process.pid).create_time()


@contextlib.contextmanager
def state_directory() -> Iterator[Path]:
    """A directory that PostgreSQL's account may pass through, removed at the end with all that still runs in it."""
    directory = Path(tempfile.mkdtemp(prefix="holdfast-test-"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_platform(settings: Mapping[str, str] | None = None) -> Iterator[RunningPlatform]:
    """With settings of its own, by their names in the environment."""
    with state_directory() as state:
        platform = start_platform(state, settings=settings)
        try:
            yield platform
        finally:
            if platform.process.poll() is None:
                platform.stop()
