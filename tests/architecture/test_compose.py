"""compose.yaml says what the programs understand: there is no Docker here to try it."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from app.cli import cli
from app.core.objects.open import s3_address
from app.settings import Settings
from tests.make.compose import DOCUMENT, OPTIONAL, ROOT, TEXT, VARIABLES, services

ADDRESSES = {"PUBLIC_URL": "https://x.test", "MQTT_HOST": "m.test", "OBJECTS_URL": "https://o.test"}
GIVEN = {name: sha256(name.encode()).hexdigest() for name in VARIABLES} | ADDRESSES
SERVICES = services(GIVEN)
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def settings_of(name: str) -> Settings:
    return Settings.from_environment(OURS[name]["environment"])


def unknown_settings(environment: dict[str, Any]) -> set[str]:
    return set(Settings.unknown_in(environment))


def test_every_holdfast_variable_is_a_setting() -> None:
    assert set(OURS) == {"migrate", "api", "broker", "worker", "recorder"}
    for name, service in OURS.items():
        assert unknown_settings(service["environment"]) == set(), name
    assert unknown_settings({"HOLDFAST_TYPO": "x"}) == {"HOLDFAST_TYPO"}


def test_what_must_be_given_is_written_at_the_top() -> None:
    head = "".join(line for line in TEXT.splitlines() if line.startswith("#"))
    named = {name for name in re.findall(r"[A-Z0-9_]+", head) if "_" in name}
    assert named == VARIABLES | OPTIONAL


def test_each_program_has_the_addresses_that_it_needs_and_no_others() -> None:
    for name in OURS:
        settings = settings_of(name)
        assert (settings.database.owner_url is not None) == (name in ("migrate", "worker")), name
        assert (settings.database.admin_url is not None) == (name == "migrate"), name
        roles = {urlsplit(url).username for url in (settings.database.url,)}
        assert roles == ({"iot_ingest"} if name in ("broker", "recorder") else {"app"}), name
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


def test_ports_are_those_that_are_listened_on() -> None:
    for port in (settings_of("api").server.http_port, settings_of("broker").server.mqtt_port):
        assert str(port) in re.findall(r"^EXPOSE (.*)$", DOCKERFILE, re.MULTILINE)[0].split()
    assert (settings_of("api").server.http_host, settings_of("broker").server.mqtt_host) == (
        "0.0.0.0",
        "0.0.0.0",
    )


def test_nothing_is_published_that_is_not_encrypted() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    # 80 leads to 443, and proves to the certificates' authority whose name it is.
    assert published == {"caddy": ["80:80", "443:443", "443:443/udp"], "broker": ["8883:8883"]}
    assert settings_of("broker").server.mqtt_port == 8883


def test_caddy_stands_before_the_api_and_the_objects_and_shows_no_figures() -> None:
    caddyfile = DOCUMENT["configs"]["caddyfile"]["content"]
    for address, service, port in (
        ("PUBLIC_URL", "api", settings_of("api").server.http_port),
        ("OBJECTS_URL", "objects", 8333),
    ):
        site = re.search(
            rf"^\$\{{{address}:\?\}} \{{\n(.*?)^\}}", caddyfile, re.DOTALL | re.MULTILINE
        )
        assert site is not None
        assert f"reverse_proxy {service}:{port}" in site[1]
        assert set(SERVICES["caddy"]["networks"]) & set(SERVICES[service]["networks"])
    assert "respond /metrics 404" in caddyfile


def test_the_api_believes_caddys_network_and_nobody_else() -> None:
    [subnet] = DOCUMENT["networks"]["front"]["ipam"]["config"]
    assert settings_of("api").server.trusted_proxies == subnet["subnet"]
    assert ip_network(subnet["subnet"]).is_private
    there = {name for name, service in SERVICES.items() if "front" in service["networks"]}
    assert there == {"caddy", "api"}


def test_who_keeps_data_is_reached_by_those_who_need_it_and_has_no_way_out() -> None:
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert networks["database"] == networks["valkey"] == {"data"}
    assert networks["objects"] == {"store"}
    assert DOCUMENT["networks"]["data"] == DOCUMENT["networks"]["store"] == {"internal": True}
    assert {name for name, found in networks.items() if "store" in found} == {
        *("caddy", "objects", "api", "worker", "recorder")
    }
    assert {name for name, found in networks.items() if "data" in found} == {
        *("database", "valkey", "migrate", "api", "broker", "worker", "recorder")
    }
    command = SERVICES["objects"]["command"].split()
    assert {"-ip.bind=127.0.0.1", "-s3.ip.bind=0.0.0.0"} <= set(command)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "healthcheck" in service or name in ("objects", "migrate")
    if name in OURS:
        assert "cap_add" not in service
        assert service["tmpfs"] == ["/tmp"]


def test_the_broker_knows_no_secret_of_the_others() -> None:
    broker = OURS["broker"]["environment"]
    others = {GIVEN[name] for name in VARIABLES if name.endswith(("SECRET_KEY", "_PASSWORD"))}
    known = {secret for secret in others if any(secret in str(value) for value in broker.values())}
    assert known == {
        GIVEN[name] for name in ("BROKER_SECRET_KEY", "INGEST_PASSWORD", "VALKEY_PASSWORD")
    }
    assert not [name for name in broker if name.startswith("AWS_")]
    assert settings_of("broker").security.secret_key == GIVEN["BROKER_SECRET_KEY"]
    for name in ("migrate", "worker"):
        security = settings_of(name).security
        assert security.broker_secret_key == GIVEN["BROKER_SECRET_KEY"]
        assert security.secret_key == settings_of("api").security.secret_key


def test_nobody_may_register_unless_the_operator_says_so() -> None:
    assert not any(settings_of(name).security.allow_registration for name in OURS)


def test_valkey_asks_for_a_password() -> None:
    password = GIVEN["VALKEY_PASSWORD"]
    assert f"--requirepass {password}" in SERVICES["valkey"]["command"]
    for name in OURS:
        assert urlsplit(settings_of(name).storage.redis_url).password == password, name


@pytest.mark.parametrize("name", ["api", "broker", "worker", "recorder"])
def test_programs_are_asked_whether_they_work(name: str) -> None:
    assert OURS[name]["healthcheck"]["test"] == f"holdfast healthy {name}"
    assert "healthy" in get_command(cli).commands  # type: ignore[attr-defined]


def test_who_is_waited_for_and_what_is_kept_exists() -> None:
    kept = set(yaml.safe_load(TEXT)["volumes"])
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, name
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[other], name
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in kept, name
        assert set(service["networks"]) <= set(DOCUMENT["networks"]), name


def test_the_image_has_every_package_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f"COPY {package} {package}\n" in DOCKERFILE
