"""API keys: shown once, worth what their scopes say, and ended at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from app.permissions import ALL_PERMISSIONS
from tests.embedded.outside import eventually
from tests.make.people import admin_address, new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


def make_key(organization: Organization, **fields: Any) -> dict[str, Any]:
    answer = organization.http.post("/api-keys", json={"name": "a key", **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_key_is_shown_once_and_works(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization)
    assert made.keys() == {
        *("id", "name", "prefix", "key", "scopes", "createdAt", "expiresAt"),
        *("allowedAddresses", "cameraIds", "formerKeys", "customerId"),
    }
    assert made["key"].startswith("sk_live_")
    assert made["key"].startswith(made["prefix"])
    assert len(made["prefix"]) < 16
    listed = organization.http.get("/api-keys")
    assert made["key"] not in listed.text
    assert made["id"] in {key["id"] for key in listed.json()["items"]}
    with platform.client(made["key"]) as http:
        me = http.get("/auth/me").json()
    assert me["organizationId"] == organization.id
    assert me["permissions"] == sorted(ALL_PERMISSIONS)


def test_a_revoked_key_is_refused_from_its_next_request_on(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization)
    with platform.client(made["key"]) as http:
        assert http.get("/devices").status_code == 200
        assert organization.http.delete(f"/api-keys/{made['id']}").status_code == 204
        assert_problem(http.get("/devices"), 401)
    assert_problem(organization.http.delete(f"/api-keys/{made['id']}"), 404)
    assert made["id"] not in {
        key["id"] for key in organization.http.get("/api-keys").json()["items"]
    }


def test_an_expired_key_is_refused(platform: RunningPlatform, organization: Organization) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = make_key(organization, expiresAt=soon)
    with platform.client(made["key"]) as http:
        assert http.get("/devices").status_code == 200
        with psycopg.connect(admin_address(platform)) as admin:
            admin.execute(
                "UPDATE platform.api_key SET expires_at = now() WHERE id = %s", [made["id"]]
            )
        # Behind the API's back: its processes hear of it by a notification.
        eventually(lambda: http.get("/devices").status_code == 401, 1, "the key is refused")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"expiresAt": "2030-01-01T00:00:00"}, 400),
        ({"expiresAt": "9999-12-31T23:59:59-14:00"}, 400),
        ({"expiresAt": "soon"}, 400),
        ({"expiresAt": []}, 400),
        ({"scopes": ["devices:explode"]}, 422),
        ({"scopes": ["*"]}, 422),
        ({"scopes": "devices:read"}, 400),
        ({"scopes": [""]}, 422),
        ({"scopes": ["x" * 65]}, 400),
        ({"scopes": ["devices:read"] * 101}, 400),
        ({"cameraIds": []}, 400),
        ({"cameraIds": ["0190d3a0-0000-7000-8000-00000000dead"]}, 422),
        ({"name": ""}, 400),
        ({"name": "\0"}, 400),
        ({"organizationId": "0190d3a0-0000-7000-8000-00000000dead"}, 400),
    ],
)
def test_a_bad_key_is_refused(tenant: Organization, fields: dict[str, Any], status: int) -> None:
    assert_problem(tenant.http.post("/api-keys", json={"name": "a key", **fields}), status)


def test_a_key_never_rises_above_its_maker(
    platform: RunningPlatform, organization: Organization
) -> None:
    lower = make_key(organization, scopes=["api-keys:write", "devices:read"])
    with platform.client(lower["key"]) as http:
        for scopes in (
            ["devices:write"],
            ["devices:read", "organization:write"],
            sorted(ALL_PERMISSIONS),
        ):
            assert_problem(http.post("/api-keys", json={"name": "higher", "scopes": scopes}), 403)
        same = http.post("/api-keys", json={"name": "the same"}).json()
        none = http.post("/api-keys", json={"name": "nothing", "scopes": []}).json()
    assert same["scopes"] == ["api-keys:write", "devices:read"]
    assert none["scopes"] == []
    with platform.client(none["key"]) as http:
        assert_problem(http.get("/devices"), 403)


def test_an_administrators_key_is_worth_an_administrator(
    platform: RunningPlatform, organization: Organization
) -> None:
    with platform.client(new_member(platform, organization, "ADMIN")) as admin:
        scopes = admin.post("/api-keys", json={"name": "all that I may"}).json()["scopes"]
        assert "organization:write" not in scopes
        assert "devices:write" in scopes
        assert_problem(
            admin.post("/api-keys", json={"name": "more", "scopes": ["organization:write"]}), 403
        )
    with platform.client(new_member(platform, organization, "MEMBER")) as member:
        assert_problem(member.post("/api-keys", json={"name": "mine", "scopes": []}), 403)


def test_the_last_use_of_a_key_is_written_down(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization)

    def last_used() -> str | None:
        keys = organization.http.get("/api-keys").json()["items"]
        return next(key["lastUsedAt"] for key in keys if key["id"] == made["id"])

    assert last_used() is None
    with platform.client(made["key"]) as http:
        http.get("/devices")
    used = datetime.fromisoformat(last_used() or "")
    assert abs(datetime.now(UTC) - used) < timedelta(minutes=1)


def test_a_key_made_by_a_key_ends_with_it_at_the_latest(
    platform: RunningPlatform, organization: Organization
) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    maker = make_key(organization, expiresAt=ends.isoformat())
    with platform.client(maker["key"]) as http:
        same = http.post("/api-keys", json={"name": "as long as I"}).json()
        assert datetime.fromisoformat(same["expiresAt"]) == ends
        sooner = {"name": "sooner", "expiresAt": (ends - timedelta(minutes=1)).isoformat()}
        assert http.post("/api-keys", json=sooner).status_code == 201
        later = {"name": "later", "expiresAt": (ends + timedelta(seconds=1)).isoformat()}
        assert_problem(http.post("/api-keys", json=later), 403, code="FORBIDDEN")


def test_a_key_is_refused_within_a_second_however_it_was_ended(
    platform: RunningPlatform, organization: Organization
) -> None:
    for change in (
        "UPDATE platform.api_key SET revoked_at = now() WHERE id = %s",
        "UPDATE platform.api_key SET expires_at = now() WHERE id = %s",
        "UPDATE platform.api_key SET key_hash = sha256(key_hash) WHERE id = %s",
        "DELETE FROM platform.api_key WHERE id = %s",
    ):
        made = make_key(organization)
        with platform.client(made["key"]) as http:
            for _ in range(5):
                assert http.get("/auth/me").status_code == 200
            with psycopg.connect(admin_address(platform)) as admin:
                admin.execute(change, [made["id"]])
            ended = time.monotonic()
            while http.get("/auth/me").status_code == 200:
                assert time.monotonic() < ended + 1, change


def test_a_key_that_lost_a_scope_loses_it_within_a_second(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization)
    with platform.client(made["key"]) as http:
        assert http.get("/devices").status_code == 200
        with psycopg.connect(admin_address(platform)) as admin:
            admin.execute("UPDATE platform.api_key SET scopes = '{}' WHERE id = %s", [made["id"]])
        changed = time.monotonic()
        while http.get("/devices").status_code == 200:
            assert time.monotonic() < changed + 1
        assert_problem(http.get("/devices"), 403)


def test_a_key_revoked_under_load_answers_nothing_that_is_asked_afterwards(
    platform: RunningPlatform, organization: Organization
) -> None:
    """Requests in flight look the key up while it is being revoked: none of them may bring it back."""
    for _ in range(5):
        made = make_key(organization)
        is_over = threading.Event()

        def ask(key: str = made["key"], is_over: threading.Event = is_over) -> None:
            with platform.client(key) as http:
                while not is_over.is_set():
                    http.get("/auth/me")

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask) for _ in range(4)]
            try:
                assert organization.http.delete(f"/api-keys/{made['id']}").status_code == 204
                with platform.client(made["key"]) as http:
                    assert [http.get("/auth/me").status_code for _ in range(20)] == [401] * 20
            finally:
                is_over.set()
            for each in asking:
                each.result(10)
