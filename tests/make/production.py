"""The platform as production runs it: each program by itself, on a database server that is there
already."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from app.embedded.installation import Installation
from app.embedded.listeners import Listeners, listen
from app.embedded.process import Program, spawn
from app.embedded.programs import own_programs
from app.embedded.state import State, open_state
from app.embedded.valkey import Valkey
from app.settings import (
    DatabaseSettings,
    SecuritySettings,
    ServerSettings,
    Settings,
    StorageSettings,
)
from app.settings.limits import LimitSettings
from app.settings.mail import MailSettings
from tests.make.database import BACKENDS, DatabaseUrls, empty_database, timescale_server
from tests.make.platform import START_SECONDS, RunningPlatform, state_directory

ON_EITHER_BACKEND = pytest.mark.parametrize("platform", BACKENDS, indirect=True, scope="session")
"""For test files that concern readings: everything in them runs on plain PostgreSQL and on
TimescaleDB."""


@dataclass
class ProductionPlatform(RunningPlatform):
    """Like a platform from `holdfast up`, without a supervisor: what dies stays dead."""

    settings: Settings
    urls: DatabaseUrls
    programs: dict[str, subprocess.Popen[bytes]]

    def program(self, name: str) -> psutil.Process:
        return psutil.Process(self.programs[name].pid)

    def secret_urls(self) -> dict[str, str]:
        return {
            "database_url": self.urls.app,
            "ingest_database_url": self.urls.ingest,
            "owner_database_url": self.urls.owner,
            "admin_database_url": self.urls.admin,
        }

    def secret_key(self) -> str:
        return self.settings.security.secret_key


@contextlib.contextmanager
def platform_on_timescale(settings: Mapping[str, str] | None = None) -> Iterator[RunningPlatform]:
    """On the server of TEST_TIMESCALE_URL, in a database of its own; skips the test where there is
    none. With settings of its own, by their names in the environment."""
    admin_url = timescale_server()
    with (
        state_directory() as directory,
        empty_database(admin_url) as urls,
        _installation(directory, admin_url, urls, settings or {}) as installation,
    ):
        valkey = Valkey(
            installation.state.valkey, installation.state.run, installation.state.log("valkey")
        )
        ours = own_programs(installation)
        installation.state.metrics.mkdir(mode=0o700)
        running: dict[str, subprocess.Popen[bytes]] = {}
        try:
            _to_its_end(ours.migrate)
            programs = (valkey.program(), ours.api, ours.broker, ours.worker)
            for program in programs:
                running[program.name] = _start(program)
            for program in programs:
                _await(program, running[program.name])
            yield _platform(installation, urls, running)
        finally:
            for process in reversed(running.values()):
                _stop(process)
            valkey.clear()


@contextlib.contextmanager
def _installation(
    directory: Path, admin_url: str, urls: DatabaseUrls, settings: Mapping[str, str]
) -> Iterator[Installation]:
    reading, writing = os.pipe()
    listeners = listen("127.0.0.1", 0, 0)
    try:
        with open_state(directory / "state") as state:
            made = _settings(state, admin_url, urls, listeners).to_environment()
            yield Installation(
                state, Settings.from_environment({**made, **settings}), listeners, lifeline=reading
            )
    finally:
        listeners.close()
        os.close(reading)
        os.close(writing)


def _settings(state: State, admin_url: str, urls: DatabaseUrls, listeners: Listeners) -> Settings:
    return Settings(
        server=ServerSettings(
            public_url=listeners.base_url,
            mqtt_public_host=listeners.mqtt_host,
            mqtt_public_port=listeners.mqtt_port,
            http_fd=listeners.http.fileno(),
            mqtt_fd=listeners.mqtt.fileno(),
            metrics_fd=listeners.metrics.fileno(),
        ),
        database=DatabaseSettings(
            url=urls.app,
            ingest_url=urls.ingest,
            owner_url=urls.owner,
            admin_url=admin_url,
            timeseries="timescale",
        ),
        storage=StorageSettings(
            redis_url=Valkey(state.valkey, state.run, state.log("valkey")).url,
            objects_url=state.objects.as_uri(),
        ),
        security=SecuritySettings(secret_key=state.secrets().secret_key, allow_registration=True),
        # All tests come from one address, and many without a token.
        limits=LimitSettings(client_requests_per_second=1000),
        mail=MailSettings(folder=str(state.directory / "mail")),
    )


def _to_its_end(program: Program) -> None:
    assert spawn(program).wait(START_SECONDS) == 0, program.log.read_text()[-4000:]


def _start(program: Program) -> subprocess.Popen[bytes]:
    program.prepare()
    return spawn(program)


def _await(program: Program, process: subprocess.Popen[bytes]) -> None:
    loop = asyncio.new_event_loop()
    deadline = time.monotonic() + START_SECONDS
    try:
        while not loop.run_until_complete(program.is_ready()):
            alive = process.poll() is None and time.monotonic() < deadline
            assert alive, f"{program.name} did not start:\n{program.log.read_text()[-4000:]}"
            time.sleep(0.02)
    finally:
        loop.close()


def _platform(
    installation: Installation, urls: DatabaseUrls, running: dict[str, subprocess.Popen[bytes]]
) -> ProductionPlatform:
    base_url, ca_file = installation.listeners.base_url, installation.state.ca_file
    ca_file.write_text(
        httpx.get(f"{base_url}/api/v1/pki/ca.pem", trust_env=False, verify=False)
        .raise_for_status()
        .text
    )
    ready = {
        "baseUrl": base_url,
        "metricsUrl": installation.listeners.metrics_url,
        "mqttPort": str(installation.listeners.mqtt_port),
        "caFile": str(ca_file),
    }
    return ProductionPlatform(
        installation.state.directory, running["api"], ready, installation.settings, urls, running
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
