"""What the document promises of every resource, asked of every resource: validators, totals, sorts, retries."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.models import Row
from tests.make.live import eventually
from tests.make.platform import RunningPlatform
from tests.make.resources import RESOURCES, Resource, World, bodies_of, make_world
from tests.make.routes import route_of

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
OPERATIONS = {route_of(path): methods for path, methods in DOCUMENT["paths"].items()}
API = "/api/v1"


def _operations(method: str, parameter: str) -> list[str]:
    """Routes whose method takes this parameter."""
    return [
        path
        for path, methods in OPERATIONS.items()
        if path.startswith(API)
        for known in methods.get(method, {}).get("parameters", [])
        if known["name"] == parameter
    ]


def _sorts() -> Iterator[tuple[str, str]]:
    for path in _operations("get", "sort"):
        (sort,) = (p for p in OPERATIONS[path]["get"]["parameters"] if p["name"] == "sort")
        yield from ((path, order) for order in sort["schema"]["enum"])


@pytest.fixture(scope="module")
def world(platform: RunningPlatform) -> World:
    world = make_world(platform, "every")
    for n in range(2):  # so that each list has a second page
        _fill(world, str(n))
    eventually(lambda: not _runs_that_go_on(world), "all runs over groups")
    return world


def _runs_that_go_on(world: World) -> list[dict[str, Any]]:
    """A worker still adds commands to lists."""
    jobs = world.organization.http.get("/admin/jobs", params={"limit": 500}).json()["items"]
    over = ("SUCCEEDED", "DISCARDED", "DEAD")
    return [job for job in jobs if job["kind"] == "command-run" and job["state"] not in over]


def _fill(world: World, name: str) -> None:
    for path, body in bodies_of(world.ids, name).items():
        answer = world.organization.http.post(path.format(**world.ids), json=body)
        assert answer.is_success, answer.text


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
    id_ = next((each.shown_as for each in RESOURCES if f"{API}{each.path}" == path), "id")
    assert [item[id_] for item in walked] == [item[id_] for item in whole["items"]]
    assert len({item[id_] for item in walked}) == len(walked)
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
    known = [API + path for path in bodies_of(world.ids, "")]
    assert sorted(known) == sorted(_operations("post", "Idempotency-Key"))


@pytest.mark.parametrize("path", _operations("post", "Idempotency-Key"))
def test_a_retry_answers_the_same_and_does_nothing_more(world: World, path: str) -> None:
    name = secrets.token_hex(4)
    template = path.removeprefix(API)
    body, other = (bodies_of(world.ids, each)[template] for each in (name, "x" + name))
    url = template.format(**world.ids)
    retry = {"Idempotency-Key": secrets.token_hex(8)}
    http = world.organization.http
    first, second = (http.post(url, json=body, headers=retry) for _ in range(2))
    assert first.is_success, first.text
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers.get("Location") == first.headers.get("Location")
    reused = http.post(url, json={**other, "unknown": 1}, headers=retry)
    assert reused.status_code in (400, 422), reused.text


def _stands_below_a_device(resource: Resource) -> bool:
    table = Row.metadata.tables[f"platform.{resource.table}"]
    above = {key.column.table.name for key in table.foreign_keys}
    return "device" in above and "deleted_at" in table.columns


def test_what_stands_below_a_device_ends_with_it(platform: RunningPlatform) -> None:
    world = make_world(platform, "ending")
    ids = [each.id_name for each in RESOURCES if _stands_below_a_device(each)]
    paths = [
        path.removeprefix(API)
        for path, methods in OPERATIONS.items()
        if methods.keys() >= {"get", "delete"}
        and path.endswith(tuple(f"/{{{id_}}}" for id_ in ids))
    ]
    assert {"/components/{component_id}", "/sensors/{sensor_id}"} <= set(paths)
    http = world.organization.http

    def statuses() -> dict[str, int]:
        return {path: http.get(path.format(**world.ids)).status_code for path in paths}

    assert statuses() == dict.fromkeys(paths, 200)
    assert http.delete(f"/devices/{world.device.id}").status_code == 204
    assert statuses() == dict.fromkeys(paths, 404), "platform.end_device ends them too"
