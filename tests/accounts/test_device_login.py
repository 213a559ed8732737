"""A program that signs in by a person's yes in the console, and what others make of that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from app.accounts.device_logins.store import DeviceLogins, plain_code, shown_code
from app.core.keys import Keys
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Program:
    """Knows RFC 8628 and nothing of us."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._http = httpx.Client(base_url=f"{platform.base_url}/oauth", trust_env=False)
        self.code = ""
        self.user_code = ""

    def begin(self, **form: str) -> dict[str, Any]:
        answer = self._http.post("/device", data={"client_id": "a program", **form})
        found: dict[str, Any] = answer.json()
        self.code, self.user_code = found.get("device_code", ""), found.get("user_code", "")
        return found

    def poll(self, **form: str) -> dict[str, Any]:
        body = {"grant_type": GRANT, "device_code": self.code, **form}
        found: dict[str, Any] = self._http.post("/token", data=body).json()
        return found

    def until(self, name: str) -> str:
        """What it is told under that name, as it asks again."""
        found: dict[str, str] = {}

        def is_told() -> bool:
            told = self.poll()
            if told.get("error") != "slow_down":
                found.update(told)
            return name in found

        wait_until(is_told, f"the program is told its {name}")
        return found[name]

    def revoke(self, token: str) -> int:
        return self._http.post("/revoke", data={"token": token}).status_code


@pytest.fixture
def program(platform: RunningPlatform) -> Program:
    return Program(platform)


def answered(http: httpx.Client, program: Program, **fields: Any) -> httpx.Response:
    body = {"userCode": program.user_code, "approved": True, **fields}
    return http.post("/auth/device-login", json=body)


def test_a_program_is_given_a_key_with_the_scopes_that_were_chosen(
    platform: RunningPlatform, organization: Organization, program: Program
) -> None:
    begun = program.begin(scope="devices:read organization:read")
    assert re.fullmatch("[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", program.user_code)
    assert begun["verification_uri_complete"].endswith(f"/console/-/device#{program.user_code}")
    assert program.poll() == {"error": "authorization_pending"}
    assert any(program.poll() == {"error": "slow_down"} for _ in range(20))
    with platform.client(organization.access_token) as person:
        typed = {"userCode": program.user_code.lower().replace("-", " ")}
        asked = person.get("/auth/device-login", params=typed).json()
        assert (asked["client"], asked["scopes"]) == (
            "a program",
            ["devices:read", "organization:read"],
        )
        assert answered(person, program, scopes=["organization:read"]).status_code == 204
        assert_problem(answered(person, program), 404, code="NOT_FOUND")
        assert_problem(person.get("/auth/device-login", params=typed), 404, code="NOT_FOUND")
    key = program.until("access_token")
    with platform.client(key) as http:
        me = http.get("/auth/me").json()
        assert (me["organizationId"], me["permissions"]) == (organization.id, ["organization:read"])
    [made] = [
        each
        for each in organization.http.get("/api-keys").json()["items"]
        if each["name"].startswith("a program, signed in from")
    ]
    assert made["expiresAt"] is not None
    assert program.revoke("sk_live_of_nobody") == program.revoke(key) == 200
    with platform.client(key) as http:
        wait_until(lambda: http.get("/auth/me").status_code == 401, "the key is revoked")


def test_a_program_that_is_refused_gets_nothing(
    platform: RunningPlatform, organization: Organization, program: Program
) -> None:
    program.begin()
    with platform.client(organization.access_token) as person:
        assert answered(person, program, approved=False).status_code == 204
        # A person gives no more than they have, and by trying that nobody is let in.
        other = Program(platform)
        other.begin()
        assert_problem(answered(person, other, scopes=["devices:fly"]), 422, code="UNPROCESSABLE")
    assert program.until("error") == "access_denied"
    assert other.until("error") == "access_denied"


def test_who_may_make_no_keys_lets_no_program_in(
    platform: RunningPlatform, organization: Organization, program: Program
) -> None:
    program.begin()
    with platform.client(new_member(platform, organization, "MEMBER")) as member:
        assert_problem(answered(member, program), 403, code="FORBIDDEN")
    assert_problem(answered(organization.http, program), 403, code="FORBIDDEN")
    assert program.poll() == {"error": "authorization_pending"}


def test_what_a_program_makes_up_is_refused_in_oauths_words(program: Program) -> None:
    assert program.begin(scope="devices:fly") == {"error": "invalid_scope"}
    assert program.begin(client_id="") == {"error": "invalid_client"}
    assert program.begin(client_id="a\nb") == {"error": "invalid_client"}
    for code in ("", "x" * 43, "\0", "x" * 3000):
        assert program.poll(device_code=code) == {"error": "expired_token"}
    assert program.poll(grant_type="password") == {"error": "unsupported_grant_type"}


def test_who_types_codes_at_random_is_made_to_wait(
    platform: RunningPlatform, organization: Organization
) -> None:
    with platform.client(organization.access_token) as person:
        statuses = {
            person.get("/auth/device-login", params={"userCode": f"BBBB-BBB{last}"}).status_code
            for last in "BCDFGHJKLMNPQRSTVWXZ" * 3
        }
    assert statuses == {404, 429}


async def test_what_waits_in_valkey_opens_nothing_and_has_an_end(
    platform: RunningPlatform,
) -> None:
    url = platform.program("api").environ()["HOLDFAST_REDIS_URL"]
    async with Redis.from_url(url) as redis:
        logins = DeviceLogins(redis, Keys.derive(platform.secret_key()))
        code, user_code = await logins.begin(
            client="x", scopes=None, address="x", agent="x", network="a network of this test"
        )
        login = await logins.take(user_code)
        assert login is not None
        assert await logins.take(user_code) is None
        await logins.approve(login, "sk_live_x")
        kept = [name async for name in redis.scan_iter(f"device-login:*{login.device}*")]
        assert len(kept) == 2
        for name in kept:
            assert await redis.ttl(name) > 0
            assert not {code, user_code, "sk_live_x"} & {(await redis.get(name)).decode("latin-1")}
        assert await logins.poll(code) == "sk_live_x"
    assert plain_code(shown_code(user_code)) == user_code


def test_the_command_signs_in_keeps_the_key_for_others_and_signs_out(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "HOLDFAST_URL": platform.base_url}
    command = [sys.executable, "-m", "holdfast_client"]
    with subprocess.Popen(
        [*command, "login", "--scope", "devices:read"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as login:
        assert login.stderr is not None
        user_code = login.stderr.readline().strip().rpartition("#")[2]
        with platform.client(organization.access_token) as person:
            body = {"userCode": user_code, "approved": True}
            assert person.post("/auth/device-login", json=body).status_code == 204
        assert login.wait() == 0, login.stderr.read()
    kept = tmp_path / "holdfast" / "config.toml"
    assert kept.stat().st_mode & 0o777 == 0o600
    (profile,) = tomllib.loads(kept.read_text())["profiles"].values()
    assert profile["url"] == platform.base_url
    with platform.client(profile["key"]) as http:
        assert http.get("/devices").status_code == 200
        out = subprocess.run([*command, "logout"], env=environment, check=False)
        assert (out.returncode, tomllib.loads(kept.read_text())) == (0, {})
        wait_until(lambda: http.get("/devices").status_code == 401, "the key is revoked")
