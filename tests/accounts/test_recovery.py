"""Forgotten passwords, changed ones, and addresses that are proven."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from app.accounts.letter_tokens import issue_proof
from app.core.keys import Keys
from tests.make.letters import letter_to, letters_to, token_in
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

NEW = "a wholly new sentence"


@pytest.fixture
def http(platform: RunningPlatform) -> Iterator[httpx.Client]:
    with platform.client() as client:
        yield client


def sign_in(http: httpx.Client, email: str, password: str) -> httpx.Response:
    return http.post("/auth/login", json={"email": email, "password": password})


def forgotten(platform: RunningPlatform, http: httpx.Client, organization: Organization) -> str:
    """The token that the owner was sent."""
    answer = http.post("/auth/forgot-password", json={"email": organization.email})
    assert answer.status_code == 204, answer.text
    return token_in(letter_to(platform, organization.email, "new password"))


def reset(http: httpx.Client, token: str, password: str = NEW) -> httpx.Response:
    return http.post("/auth/reset-password", json={"token": token, "password": password})


def account(platform: RunningPlatform, email: str) -> tuple[Any, ...]:
    with psycopg.connect(admin_address(platform)) as admin:
        row = admin.execute(
            "SELECT id, password_hash, email_verified_at FROM platform.user_account "
            "WHERE email = %s",
            [email],
        ).fetchone()
    assert row is not None
    return row


def test_a_forgotten_password_is_replaced_once_and_signs_everybody_out(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    session = sign_in(http, organization.email, organization.password).json()
    token = forgotten(platform, http, organization)
    assert reset(http, token).status_code == 204
    assert_problem(sign_in(http, organization.email, organization.password), 401)
    assert sign_in(http, organization.email, NEW).status_code == 200
    refreshed = http.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
    assert_problem(refreshed, 401)
    assert_problem(reset(http, token, "yet another long sentence"), 401)
    assert account(platform, organization.email)[2] is not None
    letter_to(platform, organization.email, "was changed")


def test_a_reset_that_is_refused_leaves_the_token_good(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    token = forgotten(platform, http, organization)
    assert_problem(reset(http, token, "aaaaaaaaaaaa"), 400, code="WEAK_PASSWORD")
    assert_problem(reset(http, token, organization.email), 400, code="WEAK_PASSWORD")
    assert reset(http, token).status_code == 204


def test_only_the_newest_password_can_be_replaced_by_what_was_sent_before(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    token = forgotten(platform, http, organization)
    headers = {"Authorization": f"Bearer {organization.access_token}"}
    body = {"currentPassword": organization.password, "newPassword": NEW}
    assert http.post("/auth/change-password", json=body, headers=headers).status_code == 204
    assert_problem(reset(http, token, "yet another long sentence"), 401)


def test_nobody_learns_by_asking_who_has_an_account(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    nobody = f"{secrets.token_hex(8)}@example.com"
    told = [
        http.post("/auth/forgot-password", json={"email": email})
        for email in (organization.email, nobody)
    ]
    assert [(answer.status_code, answer.content) for answer in told] == [(204, b"")] * 2
    letter_to(platform, organization.email, "new password")
    assert letters_to(platform, nobody) == []


def test_letters_about_one_account_have_an_end(http: httpx.Client) -> None:
    body = {"email": f"{secrets.token_hex(8)}@example.com"}
    statuses = [http.post("/auth/forgot-password", json=body).status_code for _ in range(6)]
    assert statuses == [204] * 5 + [429]


def test_forged_outlived_and_strangers_tokens_reset_nothing(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    token = forgotten(platform, http, organization)
    user_id, password_hash, _ = account(platform, organization.email)
    keys = Keys.derive(platform.secret_key())
    other = platform.new_organization()
    stranger, other_hash, _ = account(platform, other.email)
    other.http.close()

    def issued(user: UUID, about: str, seconds: int = 60) -> str:
        return issue_proof(keys, "reset", user, about=about, seconds=seconds)

    verifying = issue_proof(keys, "verify", user_id, about=organization.email, seconds=60)
    for bad in (
        "",
        "x",
        "not base64 !",
        token[:-4],
        token + "AAAA",
        ("B" if token[0] == "A" else "A") + token[1:],
        token[:-8] + ("BBBB" if token[-8:-4] == "AAAA" else "AAAA") + token[-4:],
        issued(user_id, password_hash, -1),
        issued(user_id, other_hash),
        issued(stranger, password_hash),
        verifying,
        issue_proof(keys, "verify", user_id, about=password_hash, seconds=60),
    ):
        assert reset(http, bad).status_code in (400, 401), bad
    assert sign_in(http, organization.email, organization.password).status_code == 200
    assert reset(http, issued(user_id, password_hash)).status_code == 204


def test_a_changed_password_keeps_the_session_that_asks_and_no_other(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    asks, other = (
        sign_in(http, organization.email, organization.password).json() for _ in range(2)
    )
    headers = {"Authorization": f"Bearer {asks['accessToken']}"}
    wrong = {"currentPassword": "not my password", "newPassword": NEW}
    assert_problem(http.post("/auth/change-password", json=wrong, headers=headers), 401)
    body = {"currentPassword": organization.password, "newPassword": NEW}
    assert http.post("/auth/change-password", json=body, headers=headers).status_code == 204

    def refreshed(session: dict[str, Any]) -> int:
        token = session["refreshToken"]
        return http.post("/auth/refresh", json={"refreshToken": token}).status_code

    assert (refreshed(asks), refreshed(other)) == (200, 401)
    assert sign_in(http, organization.email, NEW).status_code == 200


def test_a_key_has_no_password_to_change(organization: Organization) -> None:
    body = {"currentPassword": organization.password, "newPassword": NEW}
    assert_problem(organization.http.post("/auth/change-password", json=body), 403)


def test_a_new_account_is_asked_to_prove_its_address(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    token = token_in(letter_to(platform, organization.email, "your address"))
    assert account(platform, organization.email)[2] is None
    assert_problem(http.post("/auth/verify-email", json={"token": token[:-4] + "AAAA"}), 401)
    for _ in range(2):
        assert http.post("/auth/verify-email", json={"token": token}).status_code == 204
    assert account(platform, organization.email)[2] is not None


def test_who_used_an_old_refresh_token_is_told_of_to_its_person(
    platform: RunningPlatform, http: httpx.Client, organization: Organization
) -> None:
    first = sign_in(http, organization.email, organization.password).json()["refreshToken"]
    token = first
    for _ in range(3):
        token = http.post("/auth/refresh", json={"refreshToken": token}).json()["refreshToken"]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.user_session SET refreshed_at = now() - interval '1 hour' "
            "WHERE org_id = %s",
            [organization.id],
        )
    assert_problem(http.post("/auth/refresh", json={"refreshToken": first}), 401)
    letter_to(platform, organization.email, "was ended")


def test_what_waits_to_be_sent_can_be_read_by_nobody_with_the_database_alone(
    platform: RunningPlatform,
) -> None:
    with (
        psycopg.connect(platform.secret_urls()["database_url"]) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("SELECT * FROM platform.account_mail")
