"""schemathesis against a live platform: the document's examples, the edges of every schema, made-up requests and
sequences of them. Every answer must be one that the document has: its status, its format, its shape, its headers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.documentation import example_id
from app.openapi.handlers import camel
from tests.make.platform import Organization, RunningPlatform, start_platform, state_directory
from tests.make.readings import at, by_key, send
from tests.make.resources import RESOURCES, make_world

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("FUZZ_SECONDS", "50"))
# Fuzzing is one client that asks as fast as it can. It signs in as a person: a key would be found and revoked.
SETTINGS = {"HOLDFAST_ACCESS_TOKEN_SECONDS": "86400"} | {
    f"HOLDFAST_{whose}_REQUESTS_PER_SECOND": "1000000"
    for whose in ("KEY", "ORGANIZATION", "CLIENT")
}


@pytest.fixture(scope="module")
def patient_platform() -> Iterator[RunningPlatform]:
    """A platform of its own, since its limits are off and its data is made up."""
    with state_directory() as state, pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        platform = start_platform(state)
        yield platform
        platform.stop()


def furnish(
    platform: RunningPlatform, organization: Organization
) -> tuple[dict[str, str], dict[str, str]]:
    """One of every resource and an hour of readings: ids by the document's example, and by parameter."""
    world = make_world(platform, "furnished", organization)
    hour = [by_key(world.device.id, "temperature", at(60 * n + 2), 20.5 + n) for n in range(60)]
    assert send(organization, hour)["accepted"] == 60
    examples = {
        resource.example: world.ids[resource.id_name]
        for resource in RESOURCES
        if resource.example is not None
    }
    return examples, {camel(name): id_ for name, id_ in world.ids.items()}


@pytest.mark.timeout(SECONDS + 120)
def test_no_made_up_request_gets_an_answer_that_the_document_has_not(
    patient_platform: RunningPlatform, tmp_path: Path
) -> None:
    organization = patient_platform.new_organization()
    examples, names = furnish(patient_platform, organization)
    started = time.monotonic()
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            *(
                Path(sys.executable).parent / "schemathesis",
                "--config-file",
                "tests/openapi/schemathesis.toml",
            ),
            *("run", ROOT / "docs" / "openapi.json", "--url", patient_platform.base_url),
            *(
                "--header",
                f"Authorization: Bearer {organization.access_token}",
                "--max-time",
                str(SECONDS),
            ),
            *("--continue-on-failure", "--generation-database", "none", "--no-color"),
            *("--report", "json", "--report-json-path", report),
        ],
        cwd=ROOT,
        env={**os.environ, "FUZZ_IDS": json.dumps(examples), "FUZZ_NAMES": json.dumps(names)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-1500:], f"{time.monotonic() - started:.0f} s")
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    with patient_platform.client(organization.access_token) as http:
        assert http.get("/organizations/current").status_code == 200


def test_a_refused_request_leaves_no_transaction_open(organization: Organization) -> None:
    """A pool that leaks one connection a refusal is empty after ten."""
    for path in ("/devices", "/sensors", "/components", "/api-keys", "/admin/quarantine"):
        for _ in range(12):
            assert organization.http.get(path, params={"limit": 0}).status_code == 400
    answer = organization.http.get("/organizations/current", timeout=5)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "/components?deviceId=null",
        "/sensors?deviceId=NULL",
        "/devices?connected=null",
        "/devices?lastSeenBefore=null",
        "/devices?status=",
        "/devices?tag=,",
        "/devices?lastSeenBefore=0.5",
        "/admin/quarantine?reason=null",
        "/admin/quarantine?from=1700000000",
        f"/readings/sensor/{example_id('sensor')}?from=0&to=1700000000",
    ],
)
def test_a_parameter_is_not_read_more_kindly_than_it_is_documented(
    organization: Organization, query: str
) -> None:
    answer = organization.http.get(query)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "MALFORMED"


def test_the_word_null_is_text_like_any_other(organization: Organization) -> None:
    for query in ("q=null", "tag=null", "firmwareVersion=null"):
        assert organization.http.get(f"/devices?{query}").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Type": "application/merge-patch+json"}, 200),
        ({}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_bodies_are_json_as_they_stand(
    organization: Organization, headers: dict[str, str], status: int
) -> None:
    answer = organization.http.patch(
        "/organizations/current", content=b'{"name": "x"}', headers=headers
    )
    assert answer.status_code == status, answer.text
