"""Registering, signing in, and staying signed in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.make.people import admin_address, new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


@pytest.fixture
def http(platform: RunningPlatform) -> Iterator[httpx.Client]:
    with platform.client() as client:
        yield client


def registration(**fields: Any) -> dict[str, Any]:
    """A sound registration with some fields changed; None leaves one out."""
    body = {
        "email": f"{secrets.token_hex(8)}@example.com",
        "password": "correct horse battery",
        "name": "Ada",
        "organizationName": "Engines",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def sign_in(http: httpx.Client, organization: Organization) -> dict[str, Any]:
    answer = http.post(
        "/auth/login", json={"email": organization.email, "password": organization.password}
    )
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def refresh(http: httpx.Client, token: str) -> httpx.Response:
    return http.post("/auth/refresh", json={"refreshToken": token})


def test_registering_makes_an_organization_and_its_owner(http: httpx.Client) -> None:
    body = registration()
    answer = http.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    session = answer.json()
    assert session.keys() == {"accessToken", "refreshToken", "expiresIn", "organizationId", "role"}
    assert (session["role"], session["expiresIn"]) == ("OWNER", 900)
    me = http.get("/auth/me", headers={"Authorization": f"Bearer {session['accessToken']}"}).json()
    assert (me["email"], me["name"], me["role"]) == (body["email"], "Ada", "OWNER")
    assert me["organizationId"] == session["organizationId"]


@pytest.mark.parametrize(
    "fields",
    [
        {"email": None}, {"email": ""}, {"email": "nobody"}, {"email": "a@"}, {"email": "@b"}, {"email": "a b@c"},
        {"email": "a@b@c"}, {"email": "a@b\n"}, {"email": "a\r\nBcc: x@y"}, {"email": "a@\0"}, {"email": 5},
        {"email": "a@" + "b" * 253}, {"password": None}, {"password": "eleven char"}, {"password": "x" * 1025},
        {"password": ["x" * 12]}, {"name": ""}, {"name": "x" * 201}, {"name": "\0"}, {"organizationName": None},
        {"organizationName": ""}, {"role": "OWNER"}, {"organizationId": "0190d3a0-0000-7000-8000-00000000dead"},
    ],
)  # fmt: skip
def test_a_bad_registration_is_refused(http: httpx.Client, fields: dict[str, Any]) -> None:
    assert_problem(http.post("/auth/register", json=registration(**fields)), 400)


def test_an_address_registers_once_whatever_its_case(http: httpx.Client) -> None:
    body = registration()
    assert http.post("/auth/register", json=body).status_code == 201
    shouted = {**body, "email": body["email"].upper()}
    assert_problem(http.post("/auth/register", json=shouted), 409, code="ALREADY_EXISTS")
    answer = http.post(
        "/auth/login", json={"email": shouted["email"], "password": body["password"]}
    )
    assert answer.status_code == 200


def test_a_registration_that_fails_leaves_no_organization(
    platform: RunningPlatform, http: httpx.Client
) -> None:
    name = f"never {secrets.token_hex(8)}"
    body = registration()
    http.post("/auth/register", json=body)
    assert_problem(http.post("/auth/register", json={**body, "organizationName": name}), 409)
    with psycopg.connect(admin_address(platform)) as admin:
        found = admin.execute(
            "SELECT count(*) FROM platform.organization WHERE name = %s", [name]
        ).fetchone()
    assert found == (0,)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    http: httpx.Client, tenant: Organization
) -> None:
    wrong = http.post("/auth/login", json={"email": tenant.email, "password": "wrong password"})
    unknown = http.post(
        "/auth/login", json={"email": "no@body.example", "password": "wrong password"}
    )
    told = [
        {name: value for name, value in assert_problem(answer, 401).items() if name != "requestId"}
        for answer in (wrong, unknown)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("email", "password"),
    [("' OR true --", "x"), ("%", "x"), ("\0", "x"), ("{email}", ""), ("{email}\0", "{password}"), ("{email}", "\0"),
     ("{email} ", "{password}"), ("{email}", "{password}x"), ("{email}", "{password}\0")],
)  # fmt: skip
def test_only_the_exact_address_and_password_sign_in(
    http: httpx.Client, tenant: Organization, email: str, password: str
) -> None:
    body = {
        "email": email.replace("{email}", tenant.email),
        "password": password.replace("{password}", tenant.password),
    }
    assert_problem(http.post("/auth/login", json=body), 401)


def test_the_password_and_the_tokens_are_nowhere_in_the_database(
    platform: RunningPlatform, http: httpx.Client, tenant: Organization
) -> None:
    session = sign_in(http, tenant)
    with psycopg.connect(admin_address(platform)) as admin:
        for table in ("user_account", "refresh_token", "api_key"):
            rows = admin.execute(f"SELECT t::text FROM platform.{table} t".encode()).fetchall()
            text = "\n".join(row for (row,) in rows)
            assert text
            for secret in (tenant.password, session["refreshToken"], tenant.key):
                assert secret not in text
                assert secret.encode().hex() not in text
        [hash_] = admin.execute(
            "SELECT password_hash FROM platform.user_account WHERE email = %s", [tenant.email]
        ).fetchone()  # type: ignore[misc]
    assert hash_.startswith("$argon2id$")


def test_a_refresh_token_works_once_and_gives_the_next(
    http: httpx.Client, tenant: Organization
) -> None:
    first = sign_in(http, tenant)
    second = refresh(http, first["refreshToken"])
    assert second.status_code == 200, second.text
    assert second.json()["refreshToken"] != first["refreshToken"]
    assert second.json()["organizationId"] == tenant.id
    third = refresh(http, second.json()["refreshToken"])
    assert third.status_code == 200


def test_a_second_use_of_a_refresh_token_ends_the_whole_family(
    http: httpx.Client, tenant: Organization
) -> None:
    stolen, other = sign_in(http, tenant), sign_in(http, tenant)
    thief = refresh(http, stolen["refreshToken"]).json()
    assert_problem(refresh(http, stolen["refreshToken"]), 401)
    assert_problem(refresh(http, thief["refreshToken"]), 401)
    assert refresh(http, other["refreshToken"]).status_code == 200


def test_of_simultaneous_uses_of_a_refresh_token_at_most_one_wins(
    platform: RunningPlatform, http: httpx.Client, tenant: Organization
) -> None:
    token = sign_in(http, tenant)["refreshToken"]
    start = threading.Barrier(4)
    answers: list[httpx.Response] = []

    def race() -> None:
        with platform.client() as client:
            client.get("/pki/ca.pem")
            start.wait()
            answers.append(refresh(client, token))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    [winner] = [answer.json() for answer in answers if answer.status_code == 200]
    assert_problem(refresh(http, winner["refreshToken"]), 401)


def test_signing_out_ends_the_session_and_says_nothing_of_unknown_tokens(
    http: httpx.Client, tenant: Organization
) -> None:
    session = sign_in(http, tenant)
    for token in (session["refreshToken"], session["refreshToken"], "never made"):
        assert http.post("/auth/logout", json={"refreshToken": token}).status_code == 204
    assert_problem(refresh(http, session["refreshToken"]), 401)


def test_an_expired_refresh_token_is_refused(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    session = sign_in(http, organization)
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.refresh_token SET expires_at = now() WHERE org_id = %s",
            [organization.id],
        )
    assert_problem(refresh(http, session["refreshToken"]), 401)


def test_someone_who_was_removed_can_not_refresh_nor_make_keys(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    session = sign_in(http, organization)
    token = new_member(platform, organization, "ADMIN")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute("DELETE FROM platform.membership WHERE org_id = %s", [organization.id])
    assert_problem(refresh(http, session["refreshToken"]), 401)
    with platform.client(token) as removed:
        assert_problem(removed.post("/api-keys", json={"name": "for later"}), 403)


def test_someone_whose_role_was_lowered_can_not_use_the_old_one_for_privileged_writes(
    platform: RunningPlatform, organization: Organization
) -> None:
    token = new_member(platform, organization, "ADMIN")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.membership SET role = 'MEMBER' WHERE org_id = %s AND role = 'ADMIN'",
            [organization.id],
        )
    with platform.client(token) as lowered:
        assert_problem(lowered.post("/api-keys", json={"name": "for later"}), 403)


def test_an_owner_renames_the_organization(
    platform: RunningPlatform, organization: Organization
) -> None:
    with platform.client(organization.access_token) as owner:
        answer = owner.patch("/organizations/current", json={"name": "Ärger & Söhne"})
        assert answer.status_code == 200, answer.text
        assert owner.get("/organizations/current").json()["name"] == "Ärger & Söhne"
        assert_problem(owner.patch("/organizations/current", json={"id": organization.id}), 400)
