"""A stolen key: what it made ends with it, and it ends nobody else's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.make.live import streaming
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

ALL = ["api-keys:read", "api-keys:write", "devices:read", "devices:write", "readings:read"]
WEAK = ["api-keys:read", "api-keys:write"]


def made_by(http: httpx.Client, name: str, scopes: list[str]) -> dict[str, Any]:
    answer = http.post("/api-keys", json={"name": name, "scopes": scopes})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def is_good(platform: RunningPlatform, key: dict[str, Any]) -> bool:
    with platform.client(key["key"]) as http:
        return http.get("/auth/me").status_code != 401


def principal(key: dict[str, Any]) -> str:
    return f"key_{key['id'].replace('-', '')}"


@pytest.fixture
def family(platform: RunningPlatform, organization: Organization) -> list[dict[str, Any]]:
    """A key, one that it made, one that that one made, and a twin of the first."""
    eldest = made_by(organization.http, "stolen", ALL)
    with platform.client(eldest["key"]) as http:
        child = made_by(http, "twin, made by it", ALL)
    with platform.client(child["key"]) as http:
        grandchild = made_by(http, "made by the twin", WEAK)
    return [eldest, child, grandchild, made_by(organization.http, "nobody's", ALL)]


def test_what_a_key_made_ends_with_it_at_any_depth(
    platform: RunningPlatform, organization: Organization, family: list[dict[str, Any]]
) -> None:
    assert organization.http.delete(f"/api-keys/{family[0]['id']}").status_code == 204
    assert [is_good(platform, key) for key in family] == [False, False, False, True]
    assert organization.http.get("/auth/me").status_code == 200


def test_what_would_end_is_told_beforehand(
    organization: Organization, family: list[dict[str, Any]]
) -> None:
    eldest, child, grandchild, _ = family
    for key, expected in (
        (eldest, {child["id"], grandchild["id"]}),
        (child, {grandchild["id"]}),
        (grandchild, set()),
    ):
        answer = organization.http.get("/api-keys", params={"createdBy": principal(key)})
        assert {each["id"] for each in answer.json()["items"]} == expected
    found = organization.http.get(f"/api-keys/{child['id']}").json()
    assert found["createdBy"] == principal(eldest)


def test_what_a_revoked_key_in_between_made_is_still_a_descendant(
    platform: RunningPlatform, organization: Organization, family: list[dict[str, Any]]
) -> None:
    with platform.client(family[0]["key"]) as http:
        between = made_by(http, "between", ALL)
    with platform.client(between["key"]) as http:
        last = made_by(http, "last", WEAK)
        assert http.delete(f"/api-keys/{between['id']}").status_code == 204  # by itself
    assert not is_good(platform, last)


def test_a_stream_of_a_descendant_ends(
    platform: RunningPlatform, organization: Organization, family: list[dict[str, Any]]
) -> None:
    with streaming(organization, key=family[1]["key"]) as stream:
        stream.until_ready()
        assert organization.http.delete(f"/api-keys/{family[0]['id']}").status_code == 204
        assert stream.until_told("end").data == {"reason": "UNAUTHENTICATED"}
        stream.until_over()


def test_a_weak_key_ends_no_stronger_one_that_it_did_not_make(
    platform: RunningPlatform, organization: Organization, family: list[dict[str, Any]]
) -> None:
    weak = made_by(organization.http, "weak", WEAK)
    with platform.client(weak["key"]) as http:
        for key in family[:2]:
            assert_problem(http.delete(f"/api-keys/{key['id']}"), 403, code="FORBIDDEN")
        assert [is_good(platform, key) for key in family] == [True] * 4
        # What may no more than it, what it made, and itself it may end.
        assert http.delete(f"/api-keys/{family[2]['id']}").status_code == 204
        own = made_by(http, "own", WEAK)
        assert http.delete(f"/api-keys/{own['id']}").status_code == 204
        assert http.delete(f"/api-keys/{weak['id']}").status_code == 204
    assert not is_good(platform, weak)


def test_an_administrator_ends_any_key(
    platform: RunningPlatform, organization: Organization
) -> None:
    """As a person, by the role: whoever notices a theft must be able to end it."""
    owners = organization.http.post("/api-keys", json={"name": "all that the owner may"}).json()
    with platform.client(new_member(platform, organization, "ADMIN")) as admin:
        assert admin.delete(f"/api-keys/{owners['id']}").status_code == 204
    assert not is_good(platform, owners)


def test_a_key_that_is_being_revoked_makes_no_survivor(
    platform: RunningPlatform, organization: Organization
) -> None:
    for attempt in range(4):
        stolen = made_by(organization.http, f"stolen {attempt}", ALL)
        is_over = threading.Event()
        made: list[dict[str, Any]] = []

        def multiply(
            key: str = stolen["key"],
            is_over: threading.Event = is_over,
            made: list[dict[str, Any]] = made,
        ) -> None:
            with platform.client(key) as http:
                while not is_over.is_set():
                    answer = http.post("/api-keys", json={"name": "child", "scopes": WEAK})
                    if answer.status_code != 201:
                        return
                    made.append(answer.json())

        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(multiply) for _ in range(4)]
            try:
                while not made:
                    assert not all(each.done() for each in running)
                assert organization.http.delete(f"/api-keys/{stolen['id']}").status_code == 204
            finally:
                is_over.set()
            for each in running:
                each.result(30)
        left = organization.http.get("/api-keys", params={"createdBy": principal(stolen)}).json()
        assert left["items"] == []
        assert not any(is_good(platform, each) for each in made)
