"""Device groups: who is in one follows from tags, at every moment."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.make.fleet import make_device, make_group
from tests.make.platform import Organization
from tests.make.readings import assert_problem


def members(organization: Organization, group_id: str, **parameters: Any) -> list[str]:
    answer = organization.http.get(
        f"/device-groups/{group_id}/devices", params={"sort": "name", **parameters}
    )
    assert answer.status_code == 200, answer.text
    filtered = organization.http.get(
        "/devices", params={"groupId": group_id, "sort": "name", **parameters}
    ).json()
    assert filtered == answer.json()
    return [device["name"] for device in answer.json()["items"]]


def test_a_group_has_the_devices_with_any_or_all_of_its_tags(organization: Organization) -> None:
    for name, tags in (("a", ["cold", "new"]), ("b", ["cold"]), ("c", ["new", "new"]), ("d", [])):
        make_device(organization, name, tags=tags)
    every, some = (
        make_group(organization, match, "cold", "new", match=match)["id"]
        for match in ("ALL", "ANY")
    )
    assert members(organization, every) == ["a"]
    assert members(organization, some) == ["a", "b", "c"]
    assert members(organization, some, limit=2, includeTotal="true") == ["a", "b"]


def test_who_is_in_a_group_changes_with_every_way_of_tagging(organization: Organization) -> None:
    group = make_group(organization, "cold", "cold")["id"]
    device = make_device(organization, "one")
    http = organization.http
    assert members(organization, group) == []
    http.patch(f"/devices/{device}", json={"tags": ["cold", "x"]})
    assert members(organization, group) == ["one"]
    for data, expected in (({"remove": ["cold"]}, []), ({"add": ["cold"]}, ["one"])):
        operation = {"op": "tag", "id": device, "data": data}
        http.post("/devices/bulk", json={"operations": [operation]})
        assert members(organization, group) == expected
    http.post(
        "/devices/import", content="name,tags\none,warm\n", headers={"Content-Type": "text/csv"}
    )
    assert members(organization, group) == []
    http.patch(f"/device-groups/{group}", json={"tags": ["warm"]})
    assert members(organization, group) == ["one"]
    http.delete(f"/devices/{device}")
    assert members(organization, group) == []


def test_a_group_is_changed_deleted_and_its_name_used_again(organization: Organization) -> None:
    http = organization.http
    group = make_group(organization, "one", "x")
    path = f"/device-groups/{group['id']}"
    changed = http.patch(path, json={"match": "ANY", "description": "d"}).json()
    assert {name for name in group if changed[name] != group[name]} == {
        "match",
        "description",
        "updatedAt",
    }
    taken = {"name": "one", "tags": ["y"]}
    assert_problem(http.post("/device-groups", json=taken), 409, code="ALREADY_EXISTS")
    assert http.delete(path).status_code == 204
    for call in (http.get(path), http.delete(path), http.get(f"{path}/devices")):
        assert_problem(call, 404, code="NOT_FOUND")
    assert_problem(http.get("/devices", params={"groupId": group["id"]}), 404, code="NOT_FOUND")
    make_group(organization, "one", "y")
    assert [item["name"] for item in http.get("/device-groups").json()["items"]] == ["one"]


@pytest.mark.parametrize(
    "body", [{"tags": []}, {"tags": [""]}, {"tags": ["x"], "match": "NONE"}, {}]
)
def test_a_group_needs_tags_and_a_known_match(tenant: Organization, body: dict[str, Any]) -> None:
    assert_problem(tenant.http.post("/device-groups", json={"name": str(uuid4()), **body}), 400)


def test_a_neighbours_group_is_like_nobodys(
    organization: Organization, neighbour: Organization
) -> None:
    theirs = make_group(neighbour, "theirs", "x")["id"]
    for group in (theirs, str(uuid4())):
        assert_problem(
            organization.http.get("/devices", params={"groupId": group}), 404, code="NOT_FOUND"
        )
