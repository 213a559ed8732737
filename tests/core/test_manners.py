"""What every resource does alike: pages, sort, totals, ETags, retries, limits, problems."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from app.problem_codes import CODES
from tests.make.devices import register_device
from tests.make.platform import (
    Organization,
    RunningPlatform,
    running_platform,
    start_platform,
    state_directory,
)


def _names(organization: Organization, **params: object) -> list[str]:
    """All names, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = organization.http.get(
            "/devices", params={**params, **({"cursor": cursor} if cursor else {})}
        )
        assert page.status_code == 200, page.text
        found += [item["name"] for item in page.json()["items"]]
        cursor = page.json()["nextCursor"]
        if cursor is None:
            return found


def _create(organization: Organization, *names: str) -> None:
    operations = [{"op": "create", "data": {"name": name}} for name in names]
    organization.http.post("/devices/bulk", json={"operations": operations}).raise_for_status()


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_a_list_can_be_walked_in_both_orders_whatever_the_page_size(
    organization: Organization, limit: int
) -> None:
    names = [f"gerät {n}" for n in range(7)]
    _create(organization, *reversed(names))
    assert _names(organization, sort="name", limit=limit) == names
    assert _names(organization, sort="-name", limit=limit) == names[::-1]
    assert sorted(_names(organization, limit=limit)) == names


def test_a_page_counts_all_that_match_when_asked(organization: Organization) -> None:
    _create(organization, "a1", "a2", "b1")
    page = organization.http.get(
        "/devices", params={"q": "a", "limit": 1, "includeTotal": "true"}
    ).json()
    assert (len(page["items"]), page["total"]) == (1, 2)
    assert "total" not in organization.http.get("/devices").json()


def test_a_cursor_belongs_to_its_sort_and_an_unknown_sort_is_refused(
    organization: Organization,
) -> None:
    _create(organization, "a", "b")
    cursor = organization.http.get("/devices", params={"sort": "name", "limit": 1}).json()[
        "nextCursor"
    ]
    for params in (
        {"cursor": cursor},
        {"cursor": cursor, "sort": "-name"},
        {"sort": "status"},
        {"sort": "-"},
    ):
        assert organization.http.get("/devices", params=params).status_code == 400


def test_a_stale_if_match_changes_nothing(organization: Organization) -> None:
    device = register_device(organization, "one")["deviceId"]
    path = f"/devices/{device}"
    read = organization.http.get(path).headers["ETag"]
    changed = organization.http.patch(path, json={"name": "two"}, headers={"If-Match": read})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != read
    for refused in (
        organization.http.patch(path, json={"name": "x"}, headers={"If-Match": read}),
        organization.http.delete(path, headers={"If-Match": f"W/{read}"}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (412, "PRECONDITION_FAILED")
    shown = organization.http.get(path)
    assert (shown.json()["name"], shown.headers["ETag"]) == ("two", changed.headers["ETag"])
    assert organization.http.delete(path, headers={"If-Match": "*"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        (
            "/exports",
            {"scopeType": "ORGANIZATION", "from": 0, "to": "2026-01-01T00:00:00Z"},
            "$.from",
        ),
        ("/sites", {"name": "a", "latitude": "52.3"}, "$.latitude"),
        ("/sites", {"name": 7}, "$.name"),
        ("/device-groups", {"name": "a", "tags": ["b", 1]}, "$.tags[1]"),
        ("/api-keys", {"name": "a", "expiresAt": "4070908800"}, "$.expiresAt"),
        (
            "/devices/registration/tokens",
            {"deviceName": "a", "expiresInSeconds": "60"},
            "$.expiresInSeconds",
        ),
    ],
)
def test_a_body_is_of_the_types_that_the_document_says(
    organization: Organization, path: str, body: dict[str, object], place: str
) -> None:
    answer = organization.http.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")
    assert [fault["path"] for fault in answer.json()["errors"]] == [place]


def test_the_same_idempotency_key_gives_the_same_token_once(
    organization: Organization, neighbour: Organization
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = {"deviceName": "warehouse-gateway-01"}
    path = "/devices/registration/tokens"
    barrier = threading.Barrier(8)

    def send(_: int) -> httpx.Response:
        barrier.wait()
        return organization.http.post(path, json=body, headers=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["token"] for answer in answers}) == 1
    assert len(organization.http.get("/devices").json()["items"]) == 1
    other = organization.http.post(path, json={"deviceName": "another"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    theirs = neighbour.http.post(path, json=body, headers=key)
    assert theirs.json()["token"] != answers[0].json()["token"]


def test_a_request_that_failed_leaves_its_idempotency_key_free(organization: Organization) -> None:
    register_device(organization, "taken")
    key = {"Idempotency-Key": "try-again"}
    path = "/devices/registration/tokens"
    assert (
        organization.http.post(path, json={"deviceName": "taken"}, headers=key).status_code == 409
    )
    assert organization.http.post(path, json={"deviceName": "free"}, headers=key).status_code == 201


def test_a_problem_leads_to_its_words(
    platform: RunningPlatform, organization: Organization
) -> None:
    problem = organization.http.get(f"/devices/{uuid4()}").json()
    page, _, anchor = problem["type"].partition("#")
    assert page == f"{platform.base_url}/api/problems"
    text = httpx.get(page, trust_env=False).text
    assert f'id="{anchor}"' in text
    assert all(f"<code>{code}</code>" in text for code in CODES)


def test_public_routes_are_limited_by_the_address_that_a_trusted_proxy_tells() -> None:
    settings = {"HOLDFAST_TRUSTED_PROXIES": "127.0.0.2", "HOLDFAST_CLIENT_REQUESTS_PER_SECOND": "1"}
    with running_platform(settings) as platform, ThreadPoolExecutor(10) as pool:

        def statuses(sender: str, told: Iterable[int]) -> list[int]:
            def ask(number: int) -> int:
                headers = {"X-Forwarded-For": f"198.51.100.{number}"}
                return http.post(
                    "/auth/refresh", json={"refreshToken": "x" * 43}, headers=headers
                ).status_code

            transport = httpx.HTTPTransport(local_address=sender)
            with httpx.Client(
                base_url=f"{platform.base_url}/api/v1", transport=transport, timeout=60
            ) as http:
                return list(pool.map(ask, told))

        assert set(statuses("127.0.0.2", range(10))) == {401}
        assert 429 in statuses("127.0.0.2", [0] * 10)
        assert 429 in statuses("127.0.0.1", range(10, 20))


def test_limits_are_per_key_and_per_organization_and_say_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOLDFAST_KEY_REQUESTS_PER_SECOND", "10")
    monkeypatch.setenv("HOLDFAST_ORGANIZATION_REQUESTS_PER_SECOND", "15")
    with state_directory() as state:
        platform = start_platform(state)
        ours, theirs = platform.new_organization(), platform.new_organization()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ours.http.get("/organizations/current"), range(160)))
        allowed = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(allowed) + len(refused) == 160
        assert 20 <= len(allowed) < 160  # a burst of two seconds, and what came back meanwhile
        assert refused[0].json()["code"] == "RATE_LIMITED"
        assert int(refused[0].headers["Retry-After"]) >= 1
        assert allowed[0].headers["RateLimit-Policy"] == '"key";q=20;w=2, "organization";q=30;w=2'
        assert allowed[0].headers["RateLimit"].startswith('"key";r=')
        # Another credential of the same organization has what the organization has left, and no
        # more.
        with platform.client(ours.access_token) as person, ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda _: person.get("/auth/me").status_code, range(160)))
        assert set(statuses) == {200, 429}
        assert theirs.http.get("/organizations/current").status_code == 200
        # Without Valkey the limits are each process's own: the API goes on, and still limits.
        platform.program("valkey").kill()
        assert theirs.http.get("/organizations/current").status_code == 200
        with ThreadPoolExecutor(8) as pool:
            statuses = list(
                pool.map(
                    lambda _: theirs.http.get("/organizations/current").status_code, range(160)
                )
            )
        assert set(statuses) == {200, 429}
        platform.stop()
