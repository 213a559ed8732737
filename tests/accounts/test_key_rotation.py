"""A key made anew while the former one goes on; from where it may be used; how it is written."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.key_text import is_mistyped, new_key
from tests.make.live import streaming
from tests.make.people import admin_address, new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until

ELSEWHERE = "203.0.113.0/24"


def make_key(organization: Organization, **fields: Any) -> dict[str, Any]:
    answer = organization.http.post("/api-keys", json={"name": "a key", **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def rotate(organization: Organization, key_id: str, seconds: int) -> dict[str, Any]:
    path = f"/api-keys/{key_id}/rotate"
    answer = organization.http.post(path, json={"overlapSeconds": seconds})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def status(platform: RunningPlatform, key: str) -> int:
    with platform.client(key) as http:
        return http.get("/devices").status_code


def test_the_former_key_goes_on_until_its_end_and_tells_who_still_uses_it(
    platform: RunningPlatform, organization: Organization
) -> None:
    before = make_key(organization, scopes=["devices:read"])
    assert status(platform, before["key"]) == 200
    after = rotate(organization, before["id"], 3600)
    assert after["id"] == before["id"]
    assert after["key"] != before["key"]
    assert after["scopes"] == ["devices:read"]
    assert [status(platform, each["key"]) for each in (before, after)] == [200, 200]
    path = f"/api-keys/{before['id']}"
    [former] = organization.http.get(path).json()["formerKeys"]
    assert before["key"].startswith(former["prefix"])
    assert former["lastUsedAt"] is not None

    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.former_api_key SET expires_at = now() WHERE key_id = %s",
            [before["id"]],
        )
    wait_until(lambda: status(platform, before["key"]) == 401, "the former key is refused")
    assert status(platform, after["key"]) == 200
    assert organization.http.get(path).json()["formerKeys"] == []


def test_without_an_overlap_the_former_keys_end_at_once(
    platform: RunningPlatform, organization: Organization
) -> None:
    first = make_key(organization)
    second = rotate(organization, first["id"], 3600)
    assert [status(platform, each["key"]) for each in (first, second)] == [200, 200]
    third = rotate(organization, first["id"], 0)
    keys = (first, second, third)
    assert [status(platform, each["key"]) for each in keys] == [401, 401, 200]


def test_a_revoked_key_takes_its_former_ones_with_it(
    platform: RunningPlatform, organization: Organization
) -> None:
    first = make_key(organization)
    second = rotate(organization, first["id"], 3600)
    assert status(platform, first["key"]) == 200
    assert organization.http.delete(f"/api-keys/{first['id']}").status_code == 204
    assert [status(platform, each["key"]) for each in (first, second)] == [401, 401]
    answer = organization.http.post(f"/api-keys/{first['id']}/rotate", json={})
    assert_problem(answer, 404)


def test_a_rotation_that_is_asked_for_twice_is_one(organization: Organization) -> None:
    key_id = make_key(organization)["id"]
    answers = [
        organization.http.post(
            f"/api-keys/{key_id}/rotate", json={}, headers={"Idempotency-Key": "once"}
        ).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(organization.http.get(f"/api-keys/{key_id}").json()["formerKeys"]) == 1


def test_a_key_has_five_former_ones_at_most(organization: Organization) -> None:
    key_id = make_key(organization)["id"]
    for _ in range(5):
        rotate(organization, key_id, 3600)
    answer = organization.http.post(f"/api-keys/{key_id}/rotate", json={})
    assert_problem(answer, 409, code="QUOTA_EXCEEDED")
    assert rotate(organization, key_id, 0)["formerKeys"] == []


def test_nobody_is_shown_a_key_that_may_more_than_they(
    platform: RunningPlatform, organization: Organization
) -> None:
    """Nor one that ends later, or may be used from elsewhere."""
    everything = make_key(organization)
    lower = make_key(organization, scopes=["api-keys:write", "devices:read"])
    ending = make_key(
        organization,
        scopes=["api-keys:write", "devices:read"],
        expiresAt="2099-01-01T00:00:00Z",
    )
    bound = make_key(
        organization, scopes=["api-keys:write", "devices:read"], allowedAddresses=["127.0.0.1"]
    )
    for above, below in (
        (everything, lower["key"]),
        (everything, new_member(platform, organization, "ADMIN")),
        (lower, ending["key"]),
        (lower, bound["key"]),
    ):
        with platform.client(below) as http:
            assert_problem(http.post(f"/api-keys/{above['id']}/rotate", json={}), 403)
            assert_problem(http.patch(f"/api-keys/{above['id']}", json={"name": "mine"}), 403)
    with platform.client(ending["key"]) as http:
        own = http.post(f"/api-keys/{ending['id']}/rotate", json={"overlapSeconds": 0})
    assert status(platform, own.json()["key"]) == 200


def test_a_key_is_refused_from_where_it_may_not_be_used(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization, allowedAddresses=[ELSEWHERE])
    assert made["allowedAddresses"] == [ELSEWHERE]
    with platform.client(made["key"]) as http:
        assert_problem(http.get("/devices"), 403, code="FORBIDDEN")
    path = f"/api-keys/{made['id']}"
    for allowed, expected in ((["127.0.0.1", "::1"], 200), ([ELSEWHERE], 403), (None, 200)):
        changed = organization.http.patch(path, json={"allowedAddresses": allowed})
        assert changed.status_code == 200, changed.text
        assert status(platform, made["key"]) == expected


def test_a_key_gives_no_more_addresses_than_it_has(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = make_key(organization, allowedAddresses=["127.0.0.0/8"])
    with platform.client(made["key"]) as http:
        same = http.post("/api-keys", json={"name": "the same"})
        assert same.json()["allowedAddresses"] == ["127.0.0.0/8"]
        fewer = {"name": "fewer", "allowedAddresses": ["127.0.0.1"]}
        assert http.post("/api-keys", json=fewer).json()["allowedAddresses"] == ["127.0.0.1/32"]
        more = {"name": "more", "allowedAddresses": ["127.0.0.1", "::/0"]}
        assert_problem(http.post("/api-keys", json=more), 403, code="FORBIDDEN")
        path = f"/api-keys/{made['id']}"
        assert_problem(http.patch(path, json={"allowedAddresses": ["0.0.0.0/0"]}), 403)
        kept = http.patch(path, json={"allowedAddresses": None})
        assert kept.json()["allowedAddresses"] == ["127.0.0.0/8"]


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["nowhere"], 422),
        (["10.0.0.1/8"], 422),  # which of the two is meant?
        (["1.2.3.4/33"], 422),
        (["fe80::1%eth0/64"], 422),
        ([], 400),
        ([""], 400),
        (["127.0.0.1"] * 51, 400),
    ],
)
def test_addresses_that_are_none_are_refused(
    tenant: Organization, addresses: list[str], expected: int
) -> None:
    body = {"name": "a key", "allowedAddresses": addresses}
    assert_problem(tenant.http.post("/api-keys", json=body), expected)


def test_a_stream_ends_when_its_key_may_be_somewhere_else(organization: Organization) -> None:
    made = make_key(organization)
    with streaming(organization, key=made["key"]) as stream:
        stream.until_ready()
        path = f"/api-keys/{made['id']}"
        organization.http.patch(path, json={"allowedAddresses": [ELSEWHERE]})
        stream.until_over()


@given(st.integers(0, 42), st.characters(codec="ascii"))
def test_a_typing_error_is_found(place: int, typed: str) -> None:
    key = new_key()
    assert not is_mistyped(key)
    at = len("sk_live_") + place
    assert is_mistyped(key[:at] + typed + key[at + 1 :]) == (typed != key[at])


def test_a_typing_error_is_told(platform: RunningPlatform, organization: Organization) -> None:
    key = make_key(organization)["key"]
    other = "A" if key[20] != "A" else "B"
    with platform.client(key[:20] + other + key[21:]) as http:
        assert "typing error" in assert_problem(http.get("/devices"), 401)["detail"]


def test_keys_of_before_have_no_checksum() -> None:
    assert not is_mistyped("sk_live_Vb3kQzY7mT1xN5pRw8sLc2Jd4Hf6Ga9Ue0Ki-Qo_B7x")
