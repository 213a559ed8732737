"""What the document promises of every resource, asked of every resource: validators, totals, sorts, retries."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.isolation.worlds import World, make_world
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
API = "/api/v1"


def _operations(method: str, parameter: str) -> list[str]:
    """Paths whose method takes this parameter."""
    return [
        path
        for path, methods in DOCUMENT["paths"].items()
        if path.startswith(API)
        for known in methods.get(method, {}).get("parameters", [])
        if known["name"] == parameter
    ]


def _sorts() -> Iterator[tuple[str, str]]:
    for path in _operations("get", "sort"):
        (sort,) = (p for p in DOCUMENT["paths"][path]["get"]["parameters"] if p["name"] == "sort")
        yield from ((path, order) for order in sort["schema"]["enum"])


@pytest.fixture(scope="module")
def world(platform: RunningPlatform) -> World:
    world = make_world(platform, "every")
    for n in range(2):  # so that each list has a second page
        _fill(world.organization, world.ids, str(n))
    return world


def _fill(organization: Organization, ids: dict[str, str], name: str) -> None:
    for path, body in _bodies(ids, name).items():
        answer = organization.http.post(path.removeprefix(API).format(**ids), json=body)
        assert answer.is_success, answer.text


def _bodies(ids: dict[str, str], name: str) -> dict[str, dict[str, Any]]:
    """A body for everything that can be created and retried."""
    today = datetime.now(UTC).replace(microsecond=0)
    window = {"from": (today - timedelta(hours=1)).isoformat(), "to": today.isoformat()}
    new_sensor = {"deviceId": ids["device_id"], "valueType": "DOUBLE"}
    return {
        f"{API}/api-keys": {"name": f"key {name}"},
        f"{API}/sites": {"name": f"site {name}"},
        f"{API}/device-groups": {"name": f"group {name}", "tags": [f"tag-{name}"]},
        f"{API}/sensor-profiles": {"name": f"climate-{name}", "version": "1.0", "fields": CLIMATE},
        f"{API}/device-profiles": {"name": f"station-{name}", "version": "1.0"},
        f"{API}/devices/bulk": {
            "operations": [{"op": "create", "data": {"name": f"device {name}"}}]
        },
        f"{API}/devices/registration/tokens": {"deviceName": f"awaited {name}"},
        f"{API}/devices/registration/tokens/bulk": {"deviceNames": [f"a {name}", f"b {name}"]},
        f"{API}/devices/{{device_id}}/components": {"key": f"probe-{name}"},
        f"{API}/devices/{{device_id}}/registration-token": {"expiresInSeconds": 60},
        f"{API}/sensors": {**new_sensor, "key": f"one-{name}"},
        f"{API}/sensors/bulk": {
            "operations": [{"op": "create", "data": {**new_sensor, "key": f"bulk-{name}"}}]
        },
        f"{API}/exports": {"scopeType": "DEVICE", "scopeId": ids["device_id"], **window},
    }


@pytest.mark.parametrize("path", _operations("get", "If-None-Match"))
def test_who_has_the_answer_already_is_sent_nothing(world: World, path: str) -> None:
    url = path.removeprefix(API).format(**world.ids)
    http = world.organization.http
    answer = http.get(url)
    assert answer.status_code == 200, answer.text
    same = http.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.content, same.headers["ETag"]) == (
        304,
        b"",
        answer.headers["ETag"],
    )
    assert http.get(url, headers={"If-None-Match": '"another"'}).json() == answer.json()


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for method in ("patch", "delete") for path in _operations(method, "If-Match")],
)
def test_who_changes_an_old_version_changes_nothing(world: World, method: str, path: str) -> None:
    url = path.removeprefix(API).format(**world.ids)
    http = world.organization.http
    before = http.get(url)
    body = {"json": {}} if method == "patch" else {}
    answer = http.request(method, url, headers={"If-Match": '"older"'}, **body)
    assert (answer.status_code, answer.json()["code"]) == (412, "PRECONDITION_FAILED")
    after = http.get(url)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


@pytest.mark.parametrize("path", _operations("patch", "If-Match"))
def test_a_patch_that_fits_nothing_says_so_and_an_empty_one_is_welcome(
    world: World, path: str
) -> None:
    url = path.removeprefix(API).format(**world.ids)
    http = world.organization.http
    before = http.get(url)
    empty = http.patch(url, json={}, headers={"If-Match": before.headers["ETag"]})
    assert empty.status_code == 200, empty.text
    for body in ({"nothingOfThisName": 1}, [], "text", None):
        answer = http.patch(url, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED"), body
    merge_patch = http.patch(
        url, content=b"{}", headers={"Content-Type": "application/merge-patch+json"}
    )
    assert merge_patch.status_code == 200, merge_patch.text


@pytest.mark.parametrize(("path", "sort"), list(_sorts()))
def test_every_sort_walks_all_once_and_in_order(world: World, path: str, sort: str) -> None:
    url = path.removeprefix(API).format(**world.ids)
    http = world.organization.http
    whole = http.get(url, params={"sort": sort, "limit": 500, "includeTotal": True}).json()
    assert whole["total"] == len(whole["items"])
    walked: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = http.get(url, params={"sort": sort, "limit": 2, **cursor}).json()
        walked += page["items"]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert [item["id"] for item in walked] == [item["id"] for item in whole["items"]]
    assert len({item["id"] for item in walked}) == len(walked)
    field = sort.removeprefix("-")
    keys = [(item[field] is None, item[field]) for item in walked]
    if field in (
        "createdAt",
        "updatedAt",
        "lastSeenAt",
    ):  # text is ordered as people read it, by the database
        present = [key for is_missing, key in keys if not is_missing]
        assert present == sorted(present, reverse=sort.startswith("-"))


def test_everything_that_can_be_retried_is_tried_here(world: World) -> None:
    assert sorted(_bodies(world.ids, "")) == sorted(_operations("post", "Idempotency-Key"))


@pytest.mark.parametrize("path", _operations("post", "Idempotency-Key"))
def test_a_retry_answers_the_same_and_does_nothing_more(world: World, path: str) -> None:
    name = secrets.token_hex(4)
    body = _bodies(world.ids, name)[path]
    url = path.removeprefix(API).format(**world.ids)
    retry = {"Idempotency-Key": secrets.token_hex(8)}
    http = world.organization.http
    first, second = (http.post(url, json=body, headers=retry) for _ in range(2))
    assert first.is_success, first.text
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers.get("Location") == first.headers.get("Location")
    reused = http.post(
        url, json=_bodies(world.ids, "x" + name)[path] | {"unknown": 1}, headers=retry
    )
    assert reused.status_code in (400, 422), reused.text
