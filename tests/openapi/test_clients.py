"""Clients that are generated from the document take a platform through the main things that a program does."""

from __future__ import annotations

import importlib
import json
import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.make.platform import RunningPlatform

HERE = Path(__file__).parent
# Runs apart from everything that is installed here: it wants an older typer than the product has.
GENERATOR = "openapi-python-client==0.29.1"
GENERATED = "generated_client"  # beside holdfast_client, which is ours
START = (datetime.now(UTC) - timedelta(hours=2)).replace(microsecond=0)


@pytest.fixture(scope="module")
def document(platform: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as the running platform serves it."""
    answer = httpx.get(f"{platform.base_url}/api/v3/api-docs", trust_env=False)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["servers"][0]["url"] == platform.base_url
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_bytes(answer.content)
    return file


@pytest.fixture(scope="module")
def python_client(document: Path, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("python-client")
    uv = Path(sys.executable).parent / "uv"
    tool = [uv, "tool", "run", "--quiet", "--from", GENERATOR, "openapi-python-client"]
    if subprocess.run([*tool, "--version"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{GENERATOR} can't be had here: the Python client is not tried")
    done = subprocess.run(
        [
            *tool,
            "generate",
            "--path",
            document,
            "--meta",
            "none",
            "--output-path",
            folder / GENERATED,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Unable to parse" not in said, said
    assert "ERROR" not in said, said
    sys.path.insert(0, str(folder))
    return importlib.import_module(GENERATED)


def call(operation: str, **arguments: Any) -> Any:
    """Call an operation of the generated package by `tag.operation`; the answer's parsed body."""
    module = importlib.import_module(f"{GENERATED}.api.{operation}")
    return module.sync(**arguments)


def model(shape: str, /, **values: Any) -> Any:
    return getattr(importlib.import_module(f"{GENERATED}.models"), shape).from_dict(values)


@pytest.mark.timeout(300)
def test_a_generated_python_client_makes_the_journey(
    python_client: ModuleType, platform: RunningPlatform
) -> None:
    nobody = python_client.Client(base_url=platform.base_url)
    registration = model(
        "Registration",
        email=f"{secrets.token_hex(8)}@example.com",
        password="correct horse battery",
        name="Ada Example",
        organizationName="Example Cold Chain",
    )
    session = call("accounts.register", client=nobody, body=registration)
    person = python_client.AuthenticatedClient(
        base_url=platform.base_url, token=session.access_token
    )
    key = call("accounts.create_api_key", client=person, body=model("ApiKeyCreate", name="journey"))
    client = python_client.AuthenticatedClient(base_url=platform.base_url, token=key.key)

    token = call(
        "provisioning.create_registration_token",
        client=client,
        body=model("RegistrationTokenCreate", deviceName="warehouse-gateway-01"),
    )
    readings = [
        model(
            "ReadingCreate",
            deviceId=str(token.device_id),
            sensor="temperature",
            timestamp=(START + timedelta(minutes=minute)).isoformat(),
            value=value,
        )
        for minute, value in enumerate([20.0, 21.0, 22.0])
    ]
    receipt = call("readings.create_readings", client=client, body=readings)
    assert (receipt.accepted, receipt.duplicates, receipt.quarantined) == (3, 0, 0)

    [sensor] = call("devices.list_sensors", client=client, device_id=token.device_id).items
    assert (sensor.key, sensor.latest_value) == ("temperature", 22)
    span = {
        "client": client,
        "sensor_id": sensor.id,
        "from_": START,
        "to": START + timedelta(hours=1),
    }
    assert [item.value for item in call("readings.list_readings", **span).items] == [20, 21, 22]
    buckets = call("readings.get_aggregated_readings", **span, interval="P1D").items
    assert sum(bucket.count for bucket in buckets) == 3
    assert call("readings.get_reading_stats", **span).avg == 21
    problem = call("devices.get_device", client=client, device_id=sensor.id)
    assert (type(problem).__name__, problem.code) == ("ProblemDetails", "NOT_FOUND")


@pytest.mark.node
@pytest.mark.timeout(400)
@pytest.mark.xdist_group("node")
def test_a_generated_typescript_client_compiles_and_makes_the_journey(
    node_modules: Path, document: Path, platform: RunningPlatform, tmp_path: Path
) -> None:
    def run(*command: str | Path, **environment: str) -> None:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "journey.ts").write_text((HERE / "journey.ts").read_text())
    options = {
        "compilerOptions": {
            "strict": True,
            "noUncheckedIndexedAccess": True,
            "target": "es2022",
            "module": "nodenext",
            "lib": ["es2022", "dom"],
            "types": [],
        },
        "files": ["journey.ts"],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    run(node_modules / ".bin" / "openapi-typescript", document, "--output", "schema.d.ts")
    run(node_modules / ".bin" / "tsc")
    run("node", "journey.js", HOLDFAST_URL=platform.base_url, HOLDFAST_START=START.isoformat())
