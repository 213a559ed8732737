"""The installation's secrets: changed without losing anything, and known to those alone who need
them."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
from rich.console import Console

from app.core.keys import CanNotDecrypt, Keys
from app.core.objects.links import BadLink, Link, read_link, signed_path
from app.core.webhooks import signature_headers
from app.embedded.ready import Ready
from app.embedded.state import open_state
from app.embedded.up import print_addresses
from tests.embedded.outside import eventually
from tests.make.devices import connect, new_key, provision_device, register_device, signing_request
from tests.make.platform import Organization, RunningPlatform, start_platform, state_directory

PURPOSE = "a test"


def admin(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "admin", "keys", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200"},
    )


@pytest.fixture
def directory() -> Iterator[Path]:
    with state_directory() as directory:
        yield directory


class Installation:
    """One that is stopped and started again at the same address."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.state = directory, directory / "state"
        self.platform = start_platform(directory)

    def __enter__(self) -> RunningPlatform:
        return self.platform

    def restarted(self) -> RunningPlatform:
        port = urlsplit(self.platform.base_url).port or 0
        self.platform = start_platform(self.directory, http_port=port)
        return self.platform

    def secrets(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.state / "secrets.json").read_text())
        return found

    def __exit__(self, *_: object) -> None:
        if self.platform.process.poll() is None:
            self.platform.stop()


def status_with(platform: RunningPlatform, token: str) -> int:
    with platform.client(token) as http:
        return http.get("/devices").status_code


def keys_of(platform: RunningPlatform) -> list[str]:
    answer = httpx.get(f"{platform.base_url}/.well-known/jwks.json", trust_env=False)
    return [key["kid"] for key in answer.json()["keys"]]


def session_of(platform: RunningPlatform, organization: Organization) -> dict[str, Any]:
    body = {"email": organization.email, "password": organization.password}
    with platform.client() as http:
        session: dict[str, Any] = http.post("/auth/login", json=body).json()
    return session


@pytest.mark.timeout(240)
def test_a_secret_is_changed_and_nothing_is_lost_until_it_is_dropped(directory: Path) -> None:
    installation = Installation(directory)
    with installation as first:
        platform = first
        organization = platform.new_organization()
        session = session_of(platform, organization)
        device = provision_device(organization, "provisioned before")
        token = register_device(organization, "provisioned after")
        unused = organization.http.post("/api-keys", json={"name": "unused"}).json()["key"]
        [first_kid] = keys_of(platform)

        refused = admin("rotate", "--state-dir", installation.state)
        assert (refused.returncode, "in use" in refused.stderr) == (2, True)
        assert platform.stop() == 0
        before = installation.secrets()
        assert admin("rotate", "--state-dir", installation.state).returncode == 0
        after = installation.secrets()
        assert after["secret_keys_old"] == [before["secret_key"]]
        assert after["secret_key"] != before["secret_key"]
        assert stat.S_IMODE((installation.state / "secrets.json").stat().st_mode) == 0o600

        platform = installation.restarted()
        new_kid, old_kid = keys_of(platform)
        assert (old_kid, new_kid != old_kid) == (first_kid, True)
        for credential in (organization.key, session["accessToken"]):
            assert status_with(platform, credential) == 200
        with platform.client() as http:
            refreshed = http.post(
                "/auth/refresh", json={"refreshToken": session["refreshToken"]}
            ).json()
            body = {"token": token["token"], "csr": signing_request(new_key())}
            provisioned = http.post("/devices/provision", json=body)
        assert provisioned.status_code == 200
        assert jwt.get_unverified_header(refreshed["accessToken"])["kid"] == new_kid
        assert provisioned.json()["caCertificates"] == device.provisioned["caCertificates"]
        connect(platform, device).close()

        assert status_with(platform, platform.ready["apiKey"]) == 200
        not_yet = admin("status", "--state-dir", installation.state)
        assert (not_yet.returncode, "API keys" in not_yet.stdout) == (1, True), not_yet

        platform.stop()
        assert admin("drop", "--yes", "--state-dir", installation.state).returncode == 0
        assert installation.secrets() == after | {"secret_keys_old": []}
        platform = installation.restarted()
        assert keys_of(platform) == [new_kid]
        assert status_with(platform, organization.key) == 200  # hashed anew when it was used
        assert status_with(platform, refreshed["accessToken"]) == 200
        assert status_with(platform, session["accessToken"]) == 401
        assert status_with(platform, unused) == 401
        connect(platform, device).close()


def test_a_crash_while_secrets_are_kept_leaves_those_before(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        before = state.secrets()
        (tmp_path / "secrets.json.new").write_text('{"secret_key": "half')
    with open_state(tmp_path) as state:
        assert state.secrets() == before
        state.keep_secrets(before.rotated())
        assert state.secrets().secret_keys_old == [before.secret_key]
        state.keep_secrets(state.secrets().rotated())
        assert state.secrets().secret_keys_old[1:] == [before.secret_key]


def test_what_an_older_secret_made_is_good_and_what_a_strangers_made_is_not() -> None:
    old, new, stranger = Keys.derive("o" * 32), Keys.derive("n" * 32), Keys.derive("s" * 32)
    both = Keys.derive("n" * 32, "o" * 32)
    sealed = old.encrypt(b"plain", purpose=PURPOSE)
    assert both.decrypt(sealed, purpose=PURPOSE) == b"plain"
    for keys, purpose in ((new, PURPOSE), (stranger, PURPOSE), (both, "another")):
        with pytest.raises(CanNotDecrypt):
            keys.decrypt(sealed, purpose=purpose)
    anew = both.encrypted_anew(sealed, purpose=PURPOSE)
    assert anew is not None
    assert new.decrypt(anew, purpose=PURPOSE) == b"plain"
    assert both.encrypted_anew(anew, purpose=PURPOSE) is None
    assert both.hash("token") == new.hash("token") == both.hashes("token")[0]
    assert both.hashes("token")[1] == old.hash("token")
    assert both.link_signing == [*new.link_signing, *old.link_signing]


def test_what_up_says_to_a_journal_holds_no_credentials(platform: RunningPlatform) -> None:
    log, named = platform.state / "up.log", str(platform.state / "state" / "credentials.json")
    said = eventually(lambda: named in log.read_text() and log.read_text(), 10, "it says where")
    for name in ("apiKey", "adminPassword"):
        assert platform.ready[name] not in str(said), name


@pytest.mark.parametrize("is_terminal", [True, False])
def test_credentials_are_shown_to_a_terminal_alone(is_terminal: bool) -> None:
    said = StringIO()
    ready = Ready(
        base_url="http://x",
        metrics_url="http://127.0.0.1:1/metrics",
        mqtt_host="x",
        mqtt_port=1,
        ca_file="/ca.pem",
        organization_id="o",
        api_key="sk_live_secret",
        admin_email="a@x",
        admin_password="hunter2",
    )
    console = Console(file=said, force_terminal=is_terminal)
    print_addresses(ready, console, Path("/state/credentials.json"))
    assert ("sk_live_secret" in said.getvalue()) == is_terminal
    assert ("hunter2" in said.getvalue()) == is_terminal
    assert ("/state/credentials.json" in said.getvalue()) != is_terminal


def test_a_link_that_an_older_secret_signed_is_good() -> None:
    old, new = Keys.derive("o" * 32), Keys.derive("n" * 32)
    now = datetime(2026, 11, 29, tzinfo=UTC)
    link = Link("GET", "key", now + timedelta(minutes=1), {})
    query = dict(parse_qsl(urlsplit(signed_path(link, old.link_signing[0])).query))
    both = [*new.link_signing, *old.link_signing]
    assert read_link("GET", "key", query, both, now=now) == link
    with pytest.raises(BadLink):
        read_link("GET", "key", query, new.link_signing, now=now)


def test_a_receiver_verifies_with_the_secret_that_it_was_given() -> None:
    old, both, export = Keys.derive("o" * 32), Keys.derive("n" * 32, "o" * 32), uuid4()
    [given] = old.webhook_secrets(export)
    by_old = signature_headers([given], "id", 1, b"{}")["webhook-signature"]
    signed = signature_headers(both.webhook_secrets(export), "id", 1, b"{}")["webhook-signature"]
    assert by_old in signed.split(" ")
    assert len(signed.split(" ")) == 2


def test_the_broker_is_told_neither_the_secret_nor_the_services_way_into_the_database(
    platform: RunningPlatform,
) -> None:
    secrets = json.loads((platform.state / "state" / "secrets.json").read_text())
    told = "\n".join(platform.program("broker").environ().values())
    for name in ("secret_key", "app", "iot_owner", "postgres"):
        assert secrets[name] not in told, name
    assert secrets["iot_ingest"] in told
    ours = Keys.derive(secrets["secret_key"])
    assert platform.program("broker").environ()["HOLDFAST_SECRET_KEY"] == ours.broker_secret
    assert platform.program("api").environ()["HOLDFAST_SECRET_KEY"] == secrets["secret_key"]
