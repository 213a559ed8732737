"""Components and sensors: made, changed, deleted, found."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.make.fleet import make_component, make_device, make_sensor, make_site
from tests.make.platform import Organization, running_platform
from tests.make.readings import assert_problem, at, by_key, errors_of, send, sensors_by_key


@pytest.fixture
def device_id(tenant: Organization, request: pytest.FixtureRequest) -> str:
    return make_device(tenant, request.node.name[:200])


def keys(organization: Organization, **parameters: Any) -> set[str]:
    answer = organization.http.get("/sensors", params={"limit": 500, **parameters})
    assert answer.status_code == 200, answer.text
    return {sensor["key"] for sensor in answer.json()["items"]}


def test_a_component_is_made_changed_and_deleted_with_its_sensors(
    tenant: Organization, device_id: str
) -> None:
    http = tenant.http
    component = make_component(tenant, device_id, "probe-1")
    assert (component["name"], component["deviceId"]) == ("probe-1", device_id)
    taken = http.post(f"/devices/{device_id}/components", json={"key": "probe-1"})
    assert_problem(taken, 409, code="ALREADY_EXISTS")
    path = f"/components/{component['id']}"
    stale = http.get(path).headers["etag"]
    changed = http.patch(
        path, json={"name": "At the door", "key": "door"}, headers={"If-Match": stale}
    )
    assert (changed.json()["name"], changed.json()["key"]) == ("At the door", "door")
    assert_problem(http.delete(path, headers={"If-Match": stale}), 412)
    sensor = make_sensor(tenant, device_id, "t", componentId=component["id"])
    assert keys(tenant, componentId=component["id"]) == {"t"}
    assert http.delete(path).status_code == 204
    for gone in (path, f"/sensors/{sensor['id']}"):
        assert_problem(http.get(gone), 404, code="NOT_FOUND")
    assert_problem(http.get("/sensors", params={"componentId": component["id"]}), 404)
    make_component(tenant, device_id, "door")  # its key is free again


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 65, "a\n"])
def test_a_components_key_is_short_and_plain(
    tenant: Organization, device_id: str, key: str
) -> None:
    assert_problem(tenant.http.post(f"/devices/{device_id}/components", json={"key": key}), 400)


def test_a_sensor_made_beforehand_has_the_type_that_was_wanted(
    tenant: Organization, device_id: str
) -> None:
    sensor = make_sensor(
        tenant, device_id, "count", valueType="BIGINT", unit="1", name="Count of doors"
    )
    assert (sensor["unit"], sensor["name"], sensor["latestValue"]) == ("1", "Count of doors", None)
    receipt = send(
        tenant, [by_key(device_id, "count", at(0), 3), by_key(device_id, "count", at(1), 3.5)]
    )
    # Not born from a bare integer, so it doesn't widen.
    assert errors_of(receipt) == [(1, "WRONG_TYPE")]
    shown = tenant.http.get(f"/sensors/{sensor['id']}").json()
    assert (shown["latestValue"], shown["valueType"]) == (3, "BIGINT")


def test_a_sensors_name_and_unit_change_and_its_type_never(
    tenant: Organization, device_id: str
) -> None:
    sensor = make_sensor(tenant, device_id, "t")
    path = f"/sensors/{sensor['id']}"
    changed = tenant.http.patch(path, json={"name": "Door", "unit": "°C"}).json()
    assert {name for name in sensor if changed[name] != sensor[name]} == {
        "name",
        "unit",
        "updatedAt",
    }
    assert tenant.http.patch(path, json={"unit": None}).json()["unit"] is None
    for body in (
        {"valueType": "TEXT"},
        {"key": "x"},
        {"deviceId": device_id},
        {"name": None},
        {"name": ""},
    ):
        assert_problem(tenant.http.patch(path, json=body), 400, code="MALFORMED")


def test_a_deleted_sensor_that_is_reported_again_is_a_new_one(
    tenant: Organization, device_id: str
) -> None:
    assert send(tenant, [by_key(device_id, "t", at(0), 1.5)])["accepted"] == 1
    old = sensors_by_key(tenant, device_id)["t"]["id"]
    assert tenant.http.delete(f"/sensors/{old}").status_code == 204
    for path in (f"/sensors/{old}", f"/readings/sensor/{old}/latest"):
        assert_problem(tenant.http.get(path), 404)

    def reported_anew(n: int) -> bool:
        # The pipeline hears of it at the commit, by NOTIFY: a request or two may be quicker.
        send(tenant, [by_key(device_id, "t", at(n), "now a text")])
        return "t" in sensors_by_key(tenant, device_id)

    assert any(reported_anew(n) for n in range(1, 50))
    new = sensors_by_key(tenant, device_id)["t"]
    assert new["id"] != old
    assert new["valueType"] == "TEXT"


def test_sensors_are_found_by_everything_at_once(organization: Organization) -> None:
    site = make_site(organization, "here")["id"]
    first = make_device(organization, "first", siteId=site)
    second = make_device(organization, "second")
    probe = make_component(organization, first, "probe")["id"]
    make_sensor(organization, first, "temperature_inside", unit="°C")
    make_sensor(organization, first, "door", valueType="BOOLEAN", name="Tür am Eingang")
    make_sensor(organization, first, "humidity", componentId=probe)
    make_sensor(organization, second, "temperature")
    assert keys(organization) == {"temperature_inside", "door", "humidity", "temperature"}
    assert keys(organization, deviceId=first) == {"temperature_inside", "door", "humidity"}
    assert keys(organization, siteId=site, valueType="DOUBLE") == {"temperature_inside", "humidity"}
    assert keys(organization, valueType="BOOLEAN,TEXT") == {"door"}
    assert keys(organization, componentId=probe) == {"humidity"}
    assert keys(organization, q="TEMP") == {"temperature_inside", "temperature"}
    assert keys(organization, q="ins temp") == {"temperature_inside"}
    assert keys(organization, q="TÜR") == {"door"}
    assert keys(organization, q="emperature") == set()
    assert keys(organization, q="temp", siteId=site, valueType="DOUBLE") == {"temperature_inside"}
    assert keys(organization, deviceId=second, componentId=probe) == set()
    for name in ("deviceId", "componentId", "siteId"):
        assert_problem(organization.http.get("/sensors", params={name: str(uuid4())}), 404)
    assert_problem(organization.http.get("/sensors", params={"valueType": "FLOAT"}), 400)


def test_many_sensors_are_changed_in_one_request(
    organization: Organization, neighbour: Organization
) -> None:
    device = make_device(organization, "one")
    theirs = make_device(neighbour, "theirs")
    old = make_sensor(organization, device, "old")["id"]
    operations = [
        {"op": "create", "data": {"deviceId": device, "key": "a", "valueType": "DOUBLE"}},
        {"op": "create", "data": {"deviceId": device, "key": "a", "valueType": "DOUBLE"}},
        {"op": "create", "data": {"deviceId": theirs, "key": "a", "valueType": "DOUBLE"}},
        {"op": "create", "data": {"deviceId": device, "key": " a", "valueType": "DOUBLE"}},
        {"op": "patch", "id": old, "data": {"unit": "K"}},
        {"op": "patch", "id": old, "data": {"valueType": "TEXT"}},
        {"op": "tag", "id": old, "data": {"add": ["x"]}},
        {"op": "delete", "id": old},
        {"op": "delete", "id": old},
    ]
    answer = organization.http.post("/sensors/bulk", json={"operations": operations})
    statuses = [result["status"] for result in answer.json()["results"]]
    assert statuses == [201, 409, 404, 400, 200, 400, 400, 204, 404]
    assert keys(organization) == {"a"}
    assert keys(neighbour) == set()


def test_a_component_of_another_device_or_neighbour_takes_no_sensor(
    organization: Organization, neighbour: Organization
) -> None:
    one, two, theirs = (
        make_device(organization, "one"), make_device(organization, "two"), make_device(neighbour, "theirs")
    )  # fmt: skip
    foreign = [
        make_component(organization, two, "p")["id"],
        make_component(neighbour, theirs, "p")["id"],
    ]
    for component in [*foreign, str(uuid4())]:
        body = {"deviceId": one, "componentId": component, "key": "t", "valueType": "DOUBLE"}
        assert_problem(organization.http.post("/sensors", json=body), 404, code="NOT_FOUND")


def test_a_device_has_only_so_many_sensors() -> None:
    with running_platform({"HOLDFAST_SENSORS_PER_DEVICE": "3"}) as platform:
        organization = platform.new_organization()
        device = make_device(organization, "one")
        ids = [make_sensor(organization, device, key)["id"] for key in "abc"]
        body = {"deviceId": device, "key": "d", "valueType": "DOUBLE"}
        assert_problem(organization.http.post("/sensors", json=body), 409, code="SENSOR_LIMIT")
        organization.http.delete(f"/sensors/{ids[0]}")
        make_sensor(organization, device, "d")
        organization.http.close()
