"""A second factor: enrolled, asked for, required by an organization, given again for what is
dangerous."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from app.accounts.factor_codes import (
    STEP_SECONDS,
    code_at,
    new_recovery_codes,
    recovery_hash,
    step_of,
)
from app.accounts.sessions.access_tokens import issue_access_token
from tests.make.letters import letter_to, letters_to
from tests.make.live import eventually
from tests.make.people import admin_address, new_member, signing_key
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


class Person:
    """The owner of an organization, at their first session."""

    def __init__(self, platform: RunningPlatform, organization: Organization) -> None:
        self.platform, self.organization = platform, organization
        self.http = platform.client(organization.access_token)
        self.secret = b""
        self.recovery_codes: list[str] = []

    def code(self, away: int = 0) -> str:
        return code_at(self.secret, int(time.time() // STEP_SECONDS) + away)

    def fresh_code(self) -> str:
        """As if no code of these minutes had been used yet: no test waits for the next."""
        with psycopg.connect(admin_address(self.platform)) as admin:
            admin.execute(
                "UPDATE platform.second_factor SET last_step = 0 WHERE user_id = "
                "(SELECT id FROM platform.user_account WHERE email = %s)",
                [self.organization.email],
            )
        return self.code()

    def enrol(self) -> None:
        body = {"password": self.organization.password}
        answer = self.http.post("/auth/second-factor", json=body)
        assert answer.status_code == 200, answer.text
        self.secret = base64.b32decode(answer.json()["secret"])
        confirmed = self.http.post("/auth/second-factor/confirm", json={"code": self.code()})
        assert confirmed.status_code == 200, confirmed.text
        self.recovery_codes = confirmed.json()["recoveryCodes"]

    def sign_in(self, **fields: str) -> httpx.Response:
        body = {"email": self.organization.email, "password": self.organization.password, **fields}
        with self.platform.client() as http:
            return http.post("/auth/login", json=body)

    def go_on_with(self, session: httpx.Response) -> dict[str, Any]:
        assert session.status_code == 200, session.text
        self.http.headers["Authorization"] = f"Bearer {session.json()['accessToken']}"
        given: dict[str, Any] = session.json()
        return given

    def claims(self) -> dict[str, Any]:
        token = self.http.headers["Authorization"].removeprefix("Bearer ")
        found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return found


@pytest.fixture
def person(platform: RunningPlatform, organization: Organization) -> Iterator[Person]:
    found = Person(platform, organization)
    yield found
    found.http.close()


def test_a_code_is_of_the_step_before_this_one_or_the_next() -> None:
    # RFC 6238, appendix B: SHA-1, of which the last six digits.
    secret, now = b"12345678901234567890", 1111111109.0
    assert code_at(secret, int(now // 30)) == "081804"
    steps = [step_of(secret, code_at(secret, int(now // 30) + away), now=now) for away in (-1, 1)]
    assert steps == [int(now // 30) - 1, int(now // 30) + 1]
    assert step_of(secret, code_at(secret, int(now // 30) + 2), now=now) is None
    assert step_of(secret, "08180", now=now) is None


def test_a_recovery_code_is_the_same_however_it_is_typed() -> None:
    [code, other, *_] = new_recovery_codes()
    somebody, neighbour = uuid.uuid4(), uuid.uuid4()
    typed = f" {code.upper().replace('-', ' ')}"
    assert recovery_hash(somebody, typed) == recovery_hash(somebody, code)
    assert recovery_hash(somebody, code) != recovery_hash(somebody, other)
    assert recovery_hash(somebody, code) != recovery_hash(neighbour, code)


def test_a_code_is_asked_for_after_the_password_and_good_once(person: Person) -> None:
    elsewhere = person.platform.client(person.sign_in().json()["accessToken"])
    assert person.http.get("/auth/second-factor").json()["status"] == "NONE"
    person.enrol()
    found = person.http.get("/auth/second-factor").json()
    assert (found["status"], found["recoveryCodesLeft"]) == ("ACTIVE", 10)
    eventually(
        lambda: elsewhere.get("/auth/me").status_code == 401, "a session without a factor goes on"
    )
    elsewhere.close()

    assert_problem(person.sign_in(), 401, code="SECOND_FACTOR_REQUIRED")
    assert_problem(
        person.sign_in(password="wrong", code=person.code()), 401, code="UNAUTHENTICATED"
    )
    assert_problem(person.sign_in(code=person.code()), 401, code="WRONG_CODE")  # confirmed with it
    code = person.fresh_code()
    person.go_on_with(person.sign_in(code=code))
    claims = person.claims()
    assert (claims["amr"], "enrol" in claims) == (["pwd", "otp"], False)
    assert claims["iat"] - claims["mfa_at"] <= 5
    assert_problem(person.sign_in(code=code), 401, code="WRONG_CODE")

    first, second, *_ = person.recovery_codes
    for code in (first.upper(), second):
        assert person.sign_in(code=code).status_code == 200
        assert_problem(person.sign_in(code=code), 401, code="WRONG_CODE")
    assert person.http.get("/auth/second-factor").json()["recoveryCodesLeft"] == 8
    eventually(
        lambda: any(
            "recovery code was used" in str(letter.get_body(("plain",)))
            for letter in letters_to(person.platform, person.organization.email)
        ),
        "no letter tells that a recovery code was used",
    )


def test_who_guesses_codes_is_made_to_wait_though_they_have_the_password(person: Person) -> None:
    person.enrol()
    wrong = "000000" if person.code() != "000000" else "000001"
    statuses = [person.sign_in(code=wrong).status_code for _ in range(7)]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses


def test_what_is_dangerous_asks_for_a_code_again_after_a_while(person: Person) -> None:
    person.enrol()
    person.go_on_with(person.sign_in(code=person.recovery_codes[0]))
    assert person.http.post("/api-keys", json={"name": "at once"}).status_code == 201
    session_id = person.claims()["sid"]
    old = issue_access_token(
        signing_key(person.platform),
        issuer=person.claims()["iss"],
        user_id=uuid.UUID(person.claims()["sub"]),
        org_id=uuid.UUID(person.organization.id),
        role="OWNER",
        seconds=900,
        session_id=uuid.UUID(session_id),
        mfa_at=datetime.now(UTC) - timedelta(minutes=16),
    )
    person.http.headers["Authorization"] = f"Bearer {old}"
    me = person.http.get("/auth/me").json()["userId"]
    for method, path, body in (
        ("POST", "/api-keys", {"name": "later"}),
        ("PATCH", f"/organizations/current/members/{me}", {"role": "OWNER"}),
        ("DELETE", f"/organizations/current/members/{me}", None),
        ("PATCH", "/organizations/current", {"name": "Later"}),
        ("POST", "/auth/second-factor/recovery-codes", None),
        ("DELETE", "/auth/second-factor", None),
        ("POST", "/auth/change-password", {"currentPassword": "x", "newPassword": "x" * 12}),
    ):
        answer = person.http.request(method, path, json=body)
        assert_problem(answer, 403, code="STEP_UP_REQUIRED")
    assert person.http.get("/devices").status_code == 200

    wrong = person.http.post("/auth/step-up", json={"code": person.recovery_codes[0]})
    assert_problem(wrong, 401, code="WRONG_CODE")
    fresh = person.http.post("/auth/step-up", json={"code": person.recovery_codes[1]})
    assert person.go_on_with(fresh)["refreshToken"] is None
    assert person.claims()["sid"] == session_id
    assert person.http.post("/api-keys", json={"name": "again"}).status_code == 201


def test_an_organization_that_requires_it_lets_who_has_none_enrol_and_nothing_else(
    person: Person,
) -> None:
    require = {"requireSecondFactor": True}
    refused = person.http.patch("/organizations/current", json=require)
    assert_problem(refused, 409, code="NO_SECOND_FACTOR")
    person.enrol()
    person.go_on_with(person.sign_in(code=person.recovery_codes[0]))
    assert person.http.patch("/organizations/current", json=require).status_code == 200

    # Whoever joins has none, and a token that opens nothing but the way to one.
    member = person.platform.client(new_member(person.platform, person.organization, "ADMIN"))
    assert_problem(member.get("/devices"), 403, code="FORBIDDEN")
    assert_problem(member.get("/auth/me"), 403, code="FORBIDDEN")
    assert_problem(member.post("/api-keys", json={"name": "x"}), 403, code="FORBIDDEN")
    assert member.get("/auth/second-factor").json()["status"] == "NONE"
    # The API key of the organization is no person, and goes on.
    assert person.organization.http.get("/devices").status_code == 200
    member.close()

    # Who removes theirs is where the others are, from the next token on.
    assert person.http.delete("/auth/second-factor").status_code == 204
    again = person.go_on_with(person.sign_in())
    assert again["mustEnrol"] is True
    assert_problem(person.http.get("/devices"), 403, code="FORBIDDEN")
    person.enrol()
    token = {"refreshToken": again["refreshToken"]}
    with person.platform.client() as http:
        person.go_on_with(http.post("/auth/refresh", json=token))
    assert person.http.get("/devices").status_code == 200


def test_enrolling_needs_the_password_and_a_confirmed_one_isnt_replaced(person: Person) -> None:
    wrong = person.http.post("/auth/second-factor", json={"password": "not mine"})
    assert_problem(wrong, 401, code="UNAUTHENTICATED")
    missing = person.http.post("/auth/second-factor/confirm", json={"code": "123456"})
    assert_problem(missing, 409, code="NO_SECOND_FACTOR")
    assert_problem(
        person.http.post("/auth/step-up", json={"code": "123456"}), 409, code="NO_SECOND_FACTOR"
    )
    body = {"password": person.organization.password}
    first = person.http.post("/auth/second-factor", json=body).json()["secret"]
    assert first != person.http.post("/auth/second-factor", json=body).json()["secret"]
    assert person.sign_in().status_code == 200  # not confirmed: not asked for
    assert_problem(
        person.http.post("/auth/second-factor/confirm", json={"code": "no"}), 401, code="WRONG_CODE"
    )
    person.enrol()
    again = person.http.post("/auth/second-factor", json=body)
    assert_problem(again, 409, code="ALREADY_EXISTS")
    key = person.organization.http.post("/auth/second-factor", json=body)
    assert_problem(key, 403, code="FORBIDDEN")


def test_a_factor_that_is_lost_is_taken_away_by_the_operator(person: Person) -> None:
    person.enrol()

    def remove(email: str) -> int:
        environment = os.environ | person.platform.program("api").environ()
        command = [sys.executable, "-m", "app", "admin", "second-factor", "remove", email]
        return subprocess.run(command, env=environment, check=False).returncode

    email = person.organization.email
    assert [remove(email), remove(email), remove("nobody@example.com")] == [0, 1, 2]
    assert person.sign_in().json()["mustEnrol"] is False
    letter = letter_to(person.platform, email, "The second factor", after=2)
    assert "by who runs the platform" in str(letter.get_body(("plain",)))
