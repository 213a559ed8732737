"""compose.yaml says what the programs understand: there is no Docker here to try it."""

from __future__ import annotations

import re
import tomllib
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from app.cli import cli
from app.core.objects.open import s3_address
from app.settings import Settings
from tests.make.compose import ROOT, TEXT, VARIABLES, services

ADDRESSES = {"PUBLIC_URL": "https://x.test", "MQTT_HOST": "m.test", "OBJECTS_URL": "https://o.test"}
GIVEN = dict.fromkeys(VARIABLES, "0" * 32) | ADDRESSES
SERVICES = services(GIVEN)
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def settings_of(name: str) -> Settings:
    return Settings.from_environment(OURS[name]["environment"])


def unknown_settings(environment: dict[str, Any]) -> set[str]:
    return set(Settings.unknown_in(environment))


def test_every_holdfast_variable_is_a_setting() -> None:
    assert set(OURS) == {"migrate", "api", "broker", "worker"}
    for name, service in OURS.items():
        assert unknown_settings(service["environment"]) == set(), name
    assert unknown_settings({"HOLDFAST_TYPO": "x"}) == {"HOLDFAST_TYPO"}


def test_what_must_be_given_is_written_at_the_top() -> None:
    head = "".join(line for line in TEXT.splitlines() if line.startswith("#"))
    assert {name for name in re.findall(r"[A-Z0-9_]+", head) if "_" in name} == VARIABLES


def test_each_program_has_the_addresses_that_it_needs_and_no_others() -> None:
    for name in OURS:
        settings = settings_of(name)
        assert (settings.database.owner_url is not None) == (name in ("migrate", "worker")), name
        assert (settings.database.admin_url is not None) == (name == "migrate"), name
    assert settings_of("migrate").database.timeseries == "timescale"


def test_addresses_inside_lead_to_services() -> None:
    settings = settings_of("migrate")
    urls = [settings.database.url, settings.database.ingest_url, settings.storage.redis_url]
    urls += [str(settings.database.owner_url), str(settings.database.admin_url)]
    parts = urlsplit(settings.storage.objects_url)
    address = s3_address(parts.netloc, parts.query)
    assert {urlsplit(url).hostname for url in [*urls, str(address.endpoint)]} == {
        "database",
        "valkey",
        "objects",
    }
    assert (address.bucket, address.public_endpoint) == ("holdfast", "https://o.test")
    assert address.region is not None  # from there, since boto3 reads no AWS_REGION
    assert f"-s3.port={urlsplit(str(address.endpoint)).port}" in SERVICES["objects"]["command"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    match OURS[name]["command"].split():
        case ["holdfast", command]:
            assert command in get_command(cli).commands  # type: ignore[attr-defined]
        case other:
            raise AssertionError(other)


def test_published_ports_are_those_that_are_listened_on() -> None:
    for name, port in (
        ("api", settings_of("api").server.http_port),
        ("broker", settings_of("broker").server.mqtt_port),
    ):
        assert OURS[name]["ports"] == [f"{port}:{port}"]
        assert str(port) in re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[0].split()
    assert (settings_of("api").server.http_host, settings_of("broker").server.mqtt_host) == (
        "0.0.0.0",
        "0.0.0.0",
    )


def test_who_is_waited_for_and_what_is_kept_exists() -> None:
    kept = set(yaml.safe_load(TEXT)["volumes"])
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[other], name
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in kept, name


def test_the_image_has_every_package_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f"COPY {package} {package}\n" in DOCKERFILE
