"""Versions of profiles over HTTP: added, compared, found, and deleted where nothing uses them."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem


def test_a_version_is_kept_as_it_was_sent(tenant: Organization) -> None:
    fields = [
        {
            "key": "voltage", "type": "DOUBLE", "arraySize": 3, "unit": "V", "min": 0, "max": 500.5,
            "required": True, "description": "Phase to neutral.",
        },
        {"key": "count", "type": "BIGINT", "min": -(2**63), "max": 2**63 - 1},
        {"key": "relay", "type": "BOOLEAN", "writable": True},
        {"key": "state", "type": "TEXT", "enum": ["OK", "DÉFAUT", "°"]},
    ]  # fmt: skip
    answer = tenant.http.post(
        "/sensor-profiles",
        json={
            "name": "Acme.Meter-3_x",
            "version": "1.0",
            "fields": fields,
            "description": "d",
            "changes": "first",
        },
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["fields"] == fields
    assert (made["name"], made["version"], made["pack"]) == ("Acme.Meter-3_x", "1.0", None)
    again = tenant.http.get(answer.headers["location"].removeprefix("/api/v1"))
    assert again.json() == made
    assert again.headers["etag"] == answer.headers["etag"]
    assert made in tenant.http.get("/sensor-profiles", params={"limit": 500}).json()["items"]


def test_a_profile_is_found_by_name_and_version(organization: Organization) -> None:
    for name, version in [("a", "1.0"), ("a", "1.1"), ("a", "2.0"), ("b", "1.0")]:
        make_sensor_profile(organization, name, version)

    def found(**parameters: str) -> list[tuple[str, str]]:
        items = organization.http.get("/sensor-profiles", params=parameters).json()["items"]
        return [(item["name"], item["version"]) for item in items]

    assert found(name="a") == [("a", "2.0"), ("a", "1.1"), ("a", "1.0")]
    assert found(name="a", version="1.1") == [("a", "1.1")]
    assert found(version="1.0") == [("b", "1.0"), ("a", "1.0")]
    assert found(name="c") == found(q="nothing of it") == found(pack="environment") == []
    assert found(q="B") == [("b", "1.0")]
    assert_problem(organization.http.get("/sensor-profiles", params={"version": "one"}), 400)


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ([{"key": "a", "type": "TEXT"}, {"key": "a", "type": "TEXT"}], ["$.fields[1].key"]),
        ([{"key": "a", "type": "DOUBLE", "min": 2, "max": 1}], ["$.fields[0].min"]),
        (
            [{"key": "a", "type": "TEXT", "min": 2, "max": 3}],
            ["$.fields[0].min", "$.fields[0].max"],
        ),
        ([{"key": "a", "type": "BIGINT", "min": 0.5}], ["$.fields[0].min"]),
        ([{"key": "a", "type": "BIGINT", "max": 2**63}], ["$.fields[0].max"]),
        ([{"key": "a", "type": "DOUBLE", "max": 10**310}], ["$.fields[0].max"]),
        (
            [{"key": "a", "type": "BIGINT", "enum": [1, "2", 1]}],
            ["$.fields[0].enum[1]", "$.fields[0].enum[2]"],
        ),
        ([{"key": "a", "type": "TEXT", "enum": [1]}], ["$.fields[0].enum[0]"]),
        ([{"key": "a", "type": "DOUBLE", "enum": [1]}], ["$.fields[0].enum"]),
        ([{"key": "a", "type": "BIGINT", "enum": [1], "min": 0}], ["$.fields[0].enum"]),
    ],
)
def test_fields_that_contradict_themselves_are_refused_with_every_place(
    tenant: Organization, fields: list[dict[str, Any]], places: list[str]
) -> None:
    answer = tenant.http.post(
        "/sensor-profiles", json={"name": "bad", "version": "1.0", "fields": fields}
    )
    problem = assert_problem(answer, 422, code="PROFILE_INVALID")
    assert [fault["path"] for fault in problem["errors"]] == places


@pytest.mark.parametrize(
    "change",
    [
        {"name": "-x"}, {"name": "a b"}, {"name": ""}, {"name": "a\n"}, {"name": "x" * 65},
        {"version": "0.1"}, {"version": "1"}, {"version": "1.01"}, {"version": "1.0.0"}, {"version": 1.0},
        {"fields": []}, {"fields": [{"key": "a.b", "type": "TEXT"}]}, {"fields": [{"key": "a", "type": "FLOAT"}]},
        {"fields": [{"key": "a", "type": "TEXT", "arraySize": 0}]},
        {"fields": [{"key": "a", "type": "TEXT", "colour": "red"}]},
        {"description": "\0"}, {"fields": [{"key": "a", "type": "TEXT", "description": "\0"}]},
    ],
)  # fmt: skip
def test_a_profile_of_no_shape_is_refused(tenant: Organization, change: dict[str, Any]) -> None:
    body = {"name": "shape", "version": "1.0", "fields": CLIMATE, **change}
    assert_problem(tenant.http.post("/sensor-profiles", json=body), 400)


def test_too_small_a_version_is_refused_with_every_breaking_point(
    organization: Organization,
) -> None:
    first = make_sensor_profile(organization)
    narrower = [
        CLIMATE[0] | {"max": 50},
        {"key": "co2", "type": "DOUBLE", "unit": "ppm", "required": True},
    ]
    dry = organization.http.post(
        f"/sensor-profiles/{first['id']}/compatibility", json={"fields": narrower}
    )
    assert dry.status_code == 200
    assert (dry.json()["isCompatible"], dry.json()["leastVersion"]) == (False, "2.0")
    assert [change["code"] for change in dry.json()["changes"]] == [
        "RANGE_NARROWED",
        "FIELD_ADDED",
        "FIELD_REMOVED",
    ]
    body = {"name": "climate", "version": "1.1", "fields": narrower}
    problem = assert_problem(
        organization.http.post("/sensor-profiles", json=body), 422, code="VERSION_TOO_SMALL"
    )
    assert "2.0" in problem["detail"]
    assert [(fault["path"], fault["code"]) for fault in problem["errors"]] == [
        ("$.fields[0].max", "RANGE_NARROWED"),
        ("$.fields[1]", "FIELD_ADDED"),
        ("$.fields[1]", "FIELD_REMOVED"),
    ]
    make_sensor_profile(organization, version="2.0", fields=narrower)
    wider = [*CLIMATE, {"key": "co2", "type": "DOUBLE", "unit": "ppm"}]
    make_sensor_profile(organization, version="1.1", fields=wider)
    same = organization.http.post("/sensor-profiles", json={**body, "version": "2.0"})
    assert_problem(same, 409, code="ALREADY_EXISTS")
    late = organization.http.post("/sensor-profiles", json={**body, "version": "1.0"})
    assert_problem(late, 409, code="ALREADY_EXISTS")
    make_sensor_profile(organization, version="1.3", fields=wider)
    between = organization.http.post(
        "/sensor-profiles", json={"name": "climate", "version": "1.2", "fields": wider}
    )
    assert_problem(between, 422, code="VERSION_TOO_SMALL")


def test_a_version_never_changes(tenant: Organization) -> None:
    made = make_sensor_profile(tenant, "fixed")
    for method in ("PUT", "PATCH"):
        answer = tenant.http.request(
            method, f"/sensor-profiles/{made['id']}", json={"description": "x"}
        )
        assert_problem(answer, 405)


def test_the_same_request_with_its_key_is_done_once(tenant: Organization) -> None:
    body = {"name": "once", "version": "1.0", "fields": CLIMATE}
    answers = [
        tenant.http.post("/sensor-profiles", json=body, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_versions_that_come_at_the_same_moment_are_compared_with_each_other(
    platform: RunningPlatform, organization: Organization
) -> None:
    """1.1 … 1.8 at once, each with one field more that no other has: whatever wins, minors never lose a field."""
    make_sensor_profile(organization)
    start = threading.Barrier(8)

    def race(minor: int) -> None:
        with platform.client(organization.key) as http:
            http.get("/devices", params={"limit": 1})
            start.wait()
            fields = [*CLIMATE, {"key": f"extra{minor}", "type": "TEXT"}]
            http.post(
                "/sensor-profiles",
                json={"name": "climate", "version": f"1.{minor}", "fields": fields},
            )

    threads = [threading.Thread(target=race, args=(minor,)) for minor in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    items = organization.http.get("/sensor-profiles", params={"name": "climate"}).json()["items"]
    assert len(items) == 2, [item["version"] for item in items]


def test_a_version_that_something_uses_stays(
    platform: RunningPlatform, organization: Organization
) -> None:
    http = organization.http
    profile = make_sensor_profile(organization)
    kind = make_device_profile(organization)
    path = f"/sensor-profiles/{profile['id']}"
    problem = assert_problem(http.delete(path), 409, code="PROFILE_IN_USE")
    assert problem["detail"] == "climate 1.0 is used by device profile station 1.0"
    made = http.post(
        "/devices/registration/tokens", json={"deviceName": "d", "components": [{"key": "probe"}]}
    )
    component = http.get("/components").json()["items"][0]["id"]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.component SET sensor_profile_id = %s WHERE id = %s",
            [profile["id"], component],
        )
        admin.execute(
            "UPDATE platform.device SET device_profile_id = %s WHERE id = %s",
            [kind["id"], made.json()["deviceId"]],
        )
    problem = assert_problem(http.delete(path), 409, code="PROFILE_IN_USE")
    assert problem["detail"] == "climate 1.0 is used by 1 component, device profile station 1.0"
    kind_path = f"/device-profiles/{kind['id']}"
    assert (
        "1 device" in assert_problem(http.delete(kind_path), 409, code="PROFILE_IN_USE")["detail"]
    )
    assert http.delete(f"/devices/{made.json()['deviceId']}").status_code == 204
    stale = http.delete(kind_path, headers={"If-Match": '"stale"'})
    assert_problem(stale, 412, code="PRECONDITION_FAILED")
    etag = http.get(kind_path).headers["etag"]
    assert http.delete(kind_path, headers={"If-Match": etag}).status_code == 204
    assert http.delete(path).status_code == 204
    assert_problem(http.get(path), 404, code="NOT_FOUND")
    make_sensor_profile(organization)
