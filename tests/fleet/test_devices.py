"""Devices: finding them, changing them, deleting them."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import psycopg
import pytest

from tests.make.devices import register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key, span


def listed(organization: Organization, **parameters: Any) -> list[str]:
    """The names of the devices that match, as the list orders them."""
    answer = organization.http.get("/devices", params={"limit": 500, **parameters})
    assert answer.status_code == 200, answer.text
    return [device["name"] for device in answer.json()["items"]]


def patch(organization: Organization, device_id: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = organization.http.patch(f"/devices/{device_id}", json=body)
    assert answer.status_code == 200, answer.text
    device: dict[str, Any] = answer.json()
    return device


@pytest.fixture
def device_id(tenant: Organization, request: pytest.FixtureRequest) -> str:
    return str(register_device(tenant, request.node.name[:200])["deviceId"])


@pytest.fixture(scope="module")
def fleet(platform: RunningPlatform) -> Organization:
    """Six devices that differ in everything one can filter by, the newest last."""
    organization = platform.new_organization()
    rows = [
        # name, tags, status, connected, firmware, seen hours ago
        ("north-1", ["pump", "north"], "ACTIVE", True, "1.0.0", 1),
        ("north-2", ["pump", "north", "old"], "OFFLINE", False, "1.0.0", 48),
        ("south-1", ["pump", "south"], "ACTIVE", True, "1.1.0", 2),
        ("south-2", ["fan", "south"], "MAINTENANCE", False, "1.1.0", 72),
        ("100% south_3", ["fan", "a,b"], "INACTIVE", False, "2", None),
        ("new", [], "PENDING", False, None, None),
    ]
    with psycopg.connect(admin_address(platform)) as admin:
        for name, tags, status, connected, firmware, hours in rows:
            made = organization.http.post(
                "/devices/registration/tokens", json={"deviceName": name, "tags": tags}
            )
            admin.execute(
                "UPDATE platform.device SET status = %s, is_connected = %s, firmware_version = %s, "
                "last_seen_at = now() - make_interval(hours => %s) WHERE id = %s",
                [status, connected, firmware, hours, made.json()["deviceId"]],
            )
    return organization


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, ["new", "100% south_3", "south-2", "south-1", "north-2", "north-1"]),
        ({"status": "ACTIVE"}, ["south-1", "north-1"]),
        ({"status": ["ACTIVE", "OFFLINE"]}, ["south-1", "north-2", "north-1"]),
        ({"status": "ACTIVE,OFFLINE"}, ["south-1", "north-2", "north-1"]),
        ({"tag": "pump"}, ["south-1", "north-2", "north-1"]),
        ({"tag": ["pump", "north"]}, ["north-2", "north-1"]),
        ({"tag": "pump,north"}, ["north-2", "north-1"]),
        ({"tag": "PUMP"}, []),
        ({"connected": "true"}, ["south-1", "north-1"]),
        ({"connected": "false", "tag": "south"}, ["south-2"]),
        ({"firmwareVersion": "1.0.0"}, ["north-2", "north-1"]),
        ({"firmwareVersion": "1.0"}, []),
        ({"lastSeenBefore": (at(0)).isoformat(), "tag": "pump"}, ["north-2"]),
        ({"q": "SOUTH"}, ["100% south_3", "south-2", "south-1"]),
        ({"q": "sou"}, ["100% south_3", "south-2", "south-1"]),
        ({"q": "3 SOUTH"}, ["100% south_3"]),
        ({"q": "south_3"}, ["100% south_3"]),
        ({"q": "outh"}, []),
        ({"q": "--"}, []),
        ({"q": "%"}, []),
        (
            {"sort": "lastSeenAt"},
            ["100% south_3", "new", "south-2", "north-2", "south-1", "north-1"],
        ),
        ({"sort": "-lastSeenAt", "tag": "pump"}, ["north-1", "south-1", "north-2"]),
        ({"lastSeenBefore": (at(0)).isoformat()}, ["south-2", "north-2"]),
        (
            {"q": "south", "status": "MAINTENANCE,ACTIVE", "tag": "south", "connected": "false"},
            ["south-2"],
        ),
        ({"q": "south", "firmwareVersion": "1.0.0"}, []),
    ],
)
def test_all_conditions_given_must_hold(
    fleet: Organization, parameters: dict[str, Any], names: list[str]
) -> None:
    assert listed(fleet, **parameters) == names


def test_pages_stay_what_they_were_while_devices_are_added(organization: Organization) -> None:
    expected = [f"device {n}" for n in range(7)]
    for name in expected:
        register_device(organization, name)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = organization.http.get("/devices", params=parameters).json()
        seen += [device["name"] for device in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
        register_device(organization, f"late {len(seen)}")
    assert seen == expected[::-1]


def test_a_patch_changes_what_it_names_and_nothing_else(
    tenant: Organization, device_id: str
) -> None:
    before = tenant.http.get(f"/devices/{device_id}").json()
    patch(tenant, device_id, {"name": f"{device_id} renamed", "tags": ["a", "b"]})
    after = patch(tenant, device_id, {"location": {"latitude": 59.33, "longitude": 18.07}})
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"name", "tags", "location", "updatedAt"}
    assert patch(tenant, device_id, {"location": None})["location"] is None
    assert patch(tenant, device_id, {})["tags"] == ["a", "b"]


@pytest.mark.parametrize(
    ("target", "change", "merged"),
    [
        # RFC 7396, appendix A, below one key
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": None}}}, {"a": {"b": {"d": 2}}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
    ],
)
def test_metadata_merges_as_rfc_7396_says(
    tenant: Organization, device_id: str, target: Any, change: Any, merged: Any
) -> None:
    patch(tenant, device_id, {"metadata": {"x": target}})
    assert patch(tenant, device_id, {"metadata": {"x": change}})["metadata"] == {"x": merged}


def test_patches_at_the_same_moment_lose_nothing(
    platform: RunningPlatform, tenant: Organization, device_id: str
) -> None:
    start = threading.Barrier(8)

    def race(n: int) -> None:
        with platform.client(tenant.key) as http:
            http.get("/devices", params={"limit": 1})
            start.wait()
            http.patch(f"/devices/{device_id}", json={"metadata": {f"key {n}": n}})

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metadata = tenant.http.get(f"/devices/{device_id}").json()["metadata"]
    assert metadata == {f"key {n}": n for n in range(8)}


def test_metadata_can_not_grow_without_end(tenant: Organization, device_id: str) -> None:
    for n in range(6):
        patch(tenant, device_id, {"metadata": {str(n): "x" * 10_000}})
    answer = tenant.http.patch(f"/devices/{device_id}", json={"metadata": {"6": "x" * 10_000}})
    assert_problem(answer, 422, code="METADATA_TOO_LARGE")
    assert set(tenant.http.get(f"/devices/{device_id}").json()["metadata"]) == set("012345")


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "MAINTENANCE"])
def test_a_device_that_was_never_provisioned_stays_pending(
    tenant: Organization, device_id: str, status: str
) -> None:
    # Not by a detour either: ACTIVE can be reached from the other two.
    answer = tenant.http.patch(f"/devices/{device_id}", json={"status": status})
    assert_problem(answer, 409, code="DEVICE_NOT_PROVISIONED")
    assert tenant.http.get(f"/devices/{device_id}").json()["status"] == "PENDING"


def test_a_name_is_taken_until_its_device_is_deleted(tenant: Organization, device_id: str) -> None:
    name = tenant.http.get(f"/devices/{device_id}").json()["name"]
    other = register_device(tenant, "another")["deviceId"]
    assert_problem(
        tenant.http.patch(f"/devices/{other}", json={"name": name}), 409, code="ALREADY_EXISTS"
    )
    assert tenant.http.delete(f"/devices/{device_id}").status_code == 204
    assert patch(tenant, other, {"name": name})["name"] == name
    assert tenant.http.delete(f"/devices/{other}").status_code == 204
    assert register_device(tenant, name)["deviceName"] == name


def test_a_deleted_device_takes_everything_of_its_own_along(organization: Organization) -> None:
    http = organization.http
    made = http.post(
        "/devices/registration/tokens",
        json={"deviceName": "doomed", "components": [{"key": "probe"}]},
    )
    id_ = made.json()["deviceId"]
    assert send(organization, [by_key(id_, "t", at(0), 1.5)])["accepted"] == 1
    sensor = sensors_by_key(organization, id_)["t"]["id"]
    component = http.get("/components", params={"deviceId": id_}).json()["items"][0]["id"]
    assert http.delete(f"/devices/{id_}").status_code == 204

    for path in (
        f"/devices/{id_}",
        f"/devices/{id_}/components",
        f"/devices/{id_}/certificates",
        f"/components/{component}",
        f"/sensors/{sensor}",
        f"/readings/sensor/{sensor}/latest",
    ):
        assert_problem(http.get(path), 404, code="NOT_FOUND")
    for path, parameters in (
        ("", span()),
        ("/stats", span()),
        ("/aggregated", {**span(), "interval": "P1D"}),
        ("/window", {"last": "PT1H"}),
    ):
        assert_problem(http.get(f"/readings/sensor/{sensor}{path}", params=parameters), 404)
    for path in ("/devices", "/components", "/sensors", "/devices/registration/tokens"):
        assert http.get(path).json()["items"] == []
    assert http.get("/readings/latest", params={"sensorIds": sensor}).json()["items"] == []
    assert_problem(http.delete(f"/devices/{id_}"), 404)
    assert_problem(http.patch(f"/devices/{id_}", json={"name": "x"}), 404)
    assert_problem(http.post(f"/devices/{id_}/registration-token"), 404)


def test_readings_for_a_deleted_device_are_refused_at_once(organization: Organization) -> None:
    id_ = register_device(organization, "doomed")["deviceId"]
    assert send(organization, [by_key(id_, "t", at(0), 1.5)])["accepted"] == 1
    sensor = sensors_by_key(organization, id_)["t"]["id"]
    organization.http.delete(f"/devices/{id_}")

    def refused() -> bool:
        by_id = {"sensorId": sensor, "timestamp": at(2).isoformat(), "value": 1.5}
        codes = [
            error["code"]
            for error in send(organization, [by_key(id_, "t", at(1), 1.5), by_id])["errors"]
        ]
        return codes == ["UNKNOWN_SENSOR", "UNKNOWN_SENSOR"]

    # The pipeline hears of it at the commit, by NOTIFY: a request or two may be quicker.
    assert any(refused() for _ in range(50))


def test_a_stale_etag_is_412_and_the_newest_is_taken(tenant: Organization, device_id: str) -> None:
    path = f"/devices/{device_id}"
    first = tenant.http.get(path).headers["etag"]
    assert send(tenant, [by_key(device_id, "t", at(0), 1.5)])["accepted"] == 1
    assert tenant.http.get(path).headers["etag"] == first, "telemetry is no edit"
    changed = tenant.http.patch(path, json={"tags": ["x"]}, headers={"If-Match": first})
    assert changed.status_code == 200
    second = changed.headers["etag"]
    assert second != first
    assert second == tenant.http.get(path).headers["etag"]

    def answer(method: str, tag: str) -> httpx.Response:
        body = {"tags": ["y"]} if method == "PATCH" else None
        return tenant.http.request(method, path, json=body, headers={"If-Match": tag})

    for tag in (first, f"W/{first}", '"x"', "nonsense", ""):
        assert_problem(answer("PATCH", tag), 412)
        assert_problem(answer("DELETE", tag), 412)
    answered = answer("PATCH", f'"x", W/{second}')  # what a proxy that compresses makes of it
    assert answered.status_code == 200
    assert answer("PATCH", answered.headers["etag"]).status_code == 200
    assert answer("DELETE", "*").status_code == 204
