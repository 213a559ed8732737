"""Registering, signing in, and staying signed in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
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
    assert session.keys() == {
        *("accessToken", "refreshToken", "expiresIn", "organizationId", "role", "customerId"),
        "mustEnrol",
    }
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
        for table in ("user_account", "user_session", "api_key"):
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


def test_a_refresh_token_gives_the_next(http: httpx.Client, tenant: Organization) -> None:
    first = sign_in(http, tenant)
    second = refresh(http, first["refreshToken"])
    assert second.status_code == 200, second.text
    assert second.json()["refreshToken"] != first["refreshToken"]
    assert second.json()["organizationId"] == tenant.id
    third = refresh(http, second.json()["refreshToken"])
    assert third.status_code == 200


def test_whoever_lost_the_answer_gets_it_again(http: httpx.Client, tenant: Organization) -> None:
    first = sign_in(http, tenant)["refreshToken"]
    answers = [refresh(http, first).json()["refreshToken"] for _ in range(3)]
    assert len(set(answers)) == 1
    assert refresh(http, answers[0]).status_code == 200


def test_tabs_that_refresh_at_once_get_the_same_token(
    platform: RunningPlatform, http: httpx.Client, tenant: Organization
) -> None:
    token = sign_in(http, tenant)["refreshToken"]
    start = threading.Barrier(8)
    answers: list[httpx.Response] = []

    def race() -> None:
        with platform.client() as client:
            client.get("/pki/ca.pem")
            start.wait()
            answers.append(refresh(client, token))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 8
    [successor] = {answer.json()["refreshToken"] for answer in answers}
    assert refresh(http, successor).status_code == 200


def test_a_token_that_was_kept_for_long_ends_the_session_and_is_told_of(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    stolen, other = sign_in(http, organization), sign_in(http, organization)
    newest = stolen["refreshToken"]
    for _ in range(2):
        newest = refresh(http, newest).json()["refreshToken"]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.user_session SET refreshed_at = now() - interval '11 seconds' "
            "WHERE org_id = %s",
            [organization.id],
        )
    assert_problem(refresh(http, stolen["refreshToken"]), 401)
    assert_problem(refresh(http, newest), 401)
    assert refresh(http, other["refreshToken"]).status_code == 200
    with psycopg.connect(admin_address(platform)) as admin:
        told = admin.execute(
            "SELECT severity FROM platform.event WHERE org_id = %s AND type = 'SESSION'",
            [organization.id],
        ).fetchall()
    assert told == [("WARNING",)]


@pytest.mark.parametrize(
    "change",
    [lambda token: token[:-2] + "AA", lambda token: "rt_", lambda token: token[3:], lambda _: "x"],
)
def test_a_refresh_token_that_is_not_ours_is_refused(
    http: httpx.Client, tenant: Organization, change: Callable[[str], str]
) -> None:
    assert_problem(refresh(http, change(sign_in(http, tenant)["refreshToken"])), 401)


def test_a_session_ends_so_long_after_it_began_however_often_it_is_refreshed(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    token = sign_in(http, organization)["refreshToken"]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.user_session SET created_at = now() - interval '91 days' "
            "WHERE org_id = %s",
            [organization.id],
        )
    assert_problem(refresh(http, token), 401)


def test_a_page_of_ours_has_the_refresh_token_in_a_cookie_that_no_script_reads(
    platform: RunningPlatform, tenant: Organization
) -> None:
    body = {"email": tenant.email, "password": tenant.password, "cookie": True}
    with platform.client() as browser:
        answer = browser.post("/auth/login", json=body)
        assert answer.json()["refreshToken"] is None
        cookie = answer.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=strict", "Path=/api/v1/auth", "Max-Age=2592000"):
            assert part.lower() in cookie.lower(), cookie
        assert "Secure" not in cookie, "the public address is http"
        first = answer.cookies["holdfast_session"]
        again = browser.post("/auth/refresh", json={})
        assert again.status_code == 200, again.text
        assert again.json()["refreshToken"] is None
        assert browser.cookies["holdfast_session"] != first
        assert browser.post("/auth/logout", json={}).status_code == 204
        assert "holdfast_session" not in browser.cookies
        assert_problem(browser.post("/auth/refresh", json={}), 401)
    with platform.client() as late:
        assert_problem(refresh(late, first), 401)


def test_a_person_sees_their_sessions_and_ends_them(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    here, there = sign_in(http, organization), sign_in(http, organization)
    with platform.client(here["accessToken"]) as person:
        items = person.get("/auth/sessions").json()["items"]
        # Newest first; the third is of when the organization was made.
        assert [item["current"] for item in items] == [False, True, False]
        assert items[0]["address"] == "127.0.0.1"
        assert person.delete(f"/auth/sessions/{items[0]['id']}").status_code == 204
        assert_problem(refresh(http, there["refreshToken"]), 401)
        assert refresh(http, here["refreshToken"]).status_code == 200
        assert person.delete("/auth/sessions").status_code == 204
        assert_problem(refresh(http, here["refreshToken"]), 401)
    assert organization.http.get("/auth/sessions").json()["items"] == []


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
            "UPDATE platform.user_session SET expires_at = now() WHERE org_id = %s",
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
        assert_problem(removed.post("/api-keys", json={"name": "for later"}), 401, 403)


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


def test_organizations_of_one_name_are_called_apart_in_addresses(
    platform: RunningPlatform, http: httpx.Client
) -> None:
    name = f"Käse & Söhne {secrets.token_hex(4)}"
    slugs = []
    for _ in range(3):
        session = http.post("/auth/register", json=registration(organizationName=name)).json()
        with platform.client(session["accessToken"]) as owner:
            slugs.append(owner.get("/organizations/current").json()["slug"])
            taken = owner.patch("/organizations/current", json={"slug": slugs[0]})
            assert taken.status_code == (200 if len(slugs) == 1 else 409), taken.text
            for wrong in ("-x", "X", "a b", "", "x" * 64):
                assert_problem(owner.patch("/organizations/current", json={"slug": wrong}), 400)
    assert slugs[0] == f"k-se-s-hne-{name[-8:]}"
    assert len(set(slugs)) == 3
    assert all(slug.startswith(slugs[0]) for slug in slugs)
