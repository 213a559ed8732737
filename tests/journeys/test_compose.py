"""What compose.yaml starts works together: its commands and its environment, with the images' parts stood in for."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.embedded.process import spawn
from app.embedded.valkey import Valkey
from tests.make.compose import VARIABLES, services
from tests.make.database import empty_database, timescale_server
from tests.make.exports import opened
from tests.make.objects import moto_server
from tests.make.platform import state_directory
from tests.make.readings import assert_problem
from tests.make.workers import wait_until

PERSON = {"email": "a@example.com", "password": "correct horse battery"}
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def valkey(directory: Path) -> Iterator[str]:
    (directory / "valkey").mkdir(mode=0o700)
    server = Valkey(directory / "valkey", directory / "valkey", directory / "valkey.log")
    program = server.program()
    program.prepare()
    process = spawn(program)
    try:
        yield server.url
    finally:
        process.terminate()
        process.wait(10)
        server.clear()


@contextlib.contextmanager
def composed(directory: Path) -> Iterator[str]:
    """The four programs as compose.yaml has them; the API's address."""
    http_port, mqtt_port = free_port(), free_port()
    base_url = f"http://127.0.0.1:{http_port}"
    admin_url = timescale_server()
    with (
        empty_database(admin_url) as urls,
        moto_server() as endpoint,
        valkey(directory) as redis_url,
        contextlib.ExitStack() as stack,
    ):
        given = {name: sha256(name.encode()).hexdigest() for name in VARIABLES} | {
            "APP_PASSWORD": "app",
            "INGEST_PASSWORD": "iot_ingest",
            "OWNER_PASSWORD": "iot_owner",
            "POSTGRES_PASSWORD": urlsplit(admin_url).password or "",
            "PUBLIC_URL": base_url,
            "MQTT_HOST": "localhost",
            "OBJECTS_URL": endpoint,
        }
        # Where the images' parts are, instead of by their names in Docker's network.
        server = urlsplit(admin_url).netloc.rpartition("@")[2]
        places = {
            "@database/holdfast": f"@{server}{urlsplit(urls.admin).path}",
            "@database/postgres": f"@{server}/postgres",
            f"redis://:{given['VALKEY_PASSWORD']}@valkey:6379": redis_url,
            "http://objects:8333": endpoint,
        }

        def environment_of(name: str) -> dict[str, str]:
            service = services(given)[name]
            environment = {"PATH": f"{BIN}:/usr/bin:/bin"}
            for variable in service["environment"]:
                environment[variable] = service["environment"][variable]
                for inside, here in places.items():
                    environment[variable] = environment[variable].replace(inside, here)
            environment |= {
                "HOLDFAST_HTTP_PORT": str(http_port),
                "HOLDFAST_MQTT_PORT": str(mqtt_port),
            }
            return environment

        def start(name: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context((directory / f"{name}.log").open("wb"))
            command = services(given)[name]["command"].split()
            return subprocess.Popen(
                command,
                env=environment_of(name),
                cwd="/",
                stdout=log,
                stderr=subprocess.STDOUT,
                executable=BIN / command[0],
            )

        migrate = start("migrate")
        assert migrate.wait(60) == 0, (directory / "migrate.log").read_text()[-3000:]
        running = [start(name) for name in ("api", "broker", "worker")]
        try:
            wait_until(lambda: is_ready(base_url), "everything answers")
            for name in ("api", "broker", "worker"):
                asked = services(given)[name]["healthcheck"]["test"].split()
                is_healthy = partial(ends_well, asked, environment_of(name))
                wait_until(is_healthy, f"{name} is healthy")
            command = ["holdfast", "admin", "organization", "O", "--email", PERSON["email"]]
            subprocess.run(
                command,
                env=environment_of("api"),
                input=PERSON["password"],
                text=True,
                check=True,
                executable=BIN / command[0],
            )
            yield base_url
        finally:
            for process in running:
                process.terminate()
            codes = [process.wait(20) for process in running]
        assert set(codes) <= {0, -signal.SIGTERM}  # uvicorn ends by the signal itself


def ends_well(command: list[str], environment: dict[str, str]) -> bool:
    done = subprocess.run(command, env=environment, executable=BIN / command[0], check=False)
    return done.returncode == 0


def is_ready(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/health/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.timeout(180)
def test_a_reading_goes_in_and_an_export_comes_out() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with state_directory() as directory, composed(directory) as base_url:
        with httpx.Client(base_url=f"{base_url}/api/v1", trust_env=False, timeout=30) as http:
            refused = http.post(
                "/auth/register", json=PERSON | {"name": "A", "organizationName": "B"}
            )
            assert_problem(refused, 403, code="FORBIDDEN")
            session = http.post("/auth/login", json=PERSON).json()
            http.headers["Authorization"] = f"Bearer {session['accessToken']}"
            token = http.post("/devices/registration/tokens", json={"deviceName": "d"}).json()
            assert token["provisionEndpoint"].startswith(base_url)
            reading = {
                "deviceId": token["deviceId"],
                "sensor": "t",
                "timestamp": now.isoformat(),
                "value": 21.5,
            }
            assert http.post("/readings", json=reading).json()["accepted"] == 1
            span = {
                "from": (now - timedelta(days=1)).isoformat(),
                "to": (now + timedelta(days=1)).isoformat(),
            }
            made = http.post("/exports", json={"scopeType": "ORGANIZATION", **span}).json()

            def ready() -> dict[str, Any] | None:
                export: dict[str, Any] = http.get(f"/exports/{made['id']}").json()
                return export if export["status"] == "READY" else None

            export = wait_until(ready, "the export is READY")
        readings, _, manifest = opened(httpx.get(export["downloadUrl"], trust_env=False).content)
    assert readings["value_double"].to_pylist() == [21.5]
    assert manifest["counts"]["readings"] == 1
