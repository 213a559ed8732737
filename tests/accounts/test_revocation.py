"""A session that ends is refused by every process, with the access tokens that it has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.make.apis import SecondApi, second_api
from tests.make.live import eventually
from tests.make.people import admin_address, new_member
from tests.make.platform import Organization, RunningPlatform


@pytest.fixture(scope="module")
def beside(platform: RunningPlatform) -> Iterator[SecondApi]:
    with second_api(platform) as api:
        yield api


class Person:
    """With an access token, at both processes."""

    def __init__(self, platform: RunningPlatform, beside: SecondApi, token: str) -> None:
        self.bases = (f"{platform.base_url}/api/v1", beside.base_url)
        self.headers = {"Authorization": f"Bearer {token}"}

    def statuses(self) -> list[int]:
        return [
            httpx.get(f"{base}/auth/me", headers=self.headers, trust_env=False).status_code
            for base in self.bases
        ]

    def is_refused(self) -> bool:
        return self.statuses() == [401, 401]


def signed_in(http: httpx.Client, organization: Organization) -> dict[str, Any]:
    body = {"email": organization.email, "password": organization.password}
    session: dict[str, Any] = http.post("/auth/login", json=body).json()
    return session


def _signs_out(_: RunningPlatform, http: httpx.Client, session: dict[str, Any]) -> None:
    http.post("/auth/logout", json={"refreshToken": session["refreshToken"]})


def _ends_it_from_elsewhere(
    _: RunningPlatform, http: httpx.Client, session: dict[str, Any]
) -> None:
    bearer = {"Authorization": f"Bearer {session['accessToken']}"}
    sessions = http.get("/auth/sessions", headers=bearer).json()["items"]
    [own] = [each["id"] for each in sessions if each["current"]]
    http.delete(f"/auth/sessions/{own}", headers=bearer)


def _while_nobody_listened(
    platform: RunningPlatform, http: httpx.Client, session: dict[str, Any]
) -> None:
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'holdfast session_ended'"
        )
    _signs_out(platform, http, session)


End = Callable[[RunningPlatform, httpx.Client, dict[str, Any]], None]


@pytest.mark.parametrize("end", [_signs_out, _ends_it_from_elsewhere, _while_nobody_listened])
def test_who_signs_out_is_refused_everywhere_and_their_other_session_is_not(
    platform: RunningPlatform, beside: SecondApi, organization: Organization, end: End
) -> None:
    with platform.client() as http:
        ended, other = (signed_in(http, organization) for _ in range(2))
        person, elsewhere = (
            Person(platform, beside, each["accessToken"]) for each in (ended, other)
        )
        assert person.statuses() == elsewhere.statuses() == [200, 200]
        end(platform, http, ended)
    eventually(person.is_refused, "a session that has ended is still good")
    assert elsewhere.statuses() == [200, 200]


def test_who_is_removed_from_the_organization_is_refused_everywhere(
    platform: RunningPlatform, beside: SecondApi, organization: Organization
) -> None:
    token = new_member(platform, organization, "ADMIN")
    person = Person(platform, beside, token)
    assert person.statuses() == [200, 200]
    with platform.client(token) as http:
        user_id = http.get("/auth/me").json()["userId"]
    removed = organization.http.delete(f"/organizations/current/members/{user_id}")
    assert removed.status_code == 200
    eventually(person.is_refused, "somebody who was removed is still let in")


def test_a_changed_password_ends_what_others_have(
    platform: RunningPlatform, beside: SecondApi, organization: Organization
) -> None:
    with platform.client() as http:
        own, stolen = (signed_in(http, organization) for _ in range(2))
        thief = Person(platform, beside, stolen["accessToken"])
        assert thief.statuses() == [200, 200]
        body = {"currentPassword": organization.password, "newPassword": "a wholly new sentence"}
        headers = {"Authorization": f"Bearer {own['accessToken']}"}
        assert http.post("/auth/change-password", json=body, headers=headers).status_code == 204
    eventually(thief.is_refused, "the password was changed, and the thief is let in")


def test_a_process_that_begins_knows_of_sessions_that_ended_before(
    platform: RunningPlatform, beside: SecondApi, organization: Organization
) -> None:
    with platform.client() as http:
        session = signed_in(http, organization)
        beside.kill()
        _signs_out(platform, http, session)
    beside.start()
    person = Person(platform, beside, session["accessToken"])
    eventually(person.is_refused, "a new process lets in whose session has ended")
