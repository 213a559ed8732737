"""Device profiles: components with ranges of versions, commands with JSON Schemas, fields of the device itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.make.platform import Organization
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem


@pytest.fixture(scope="module")
def profile_id(tenant: Organization) -> str:
    return str(make_sensor_profile(tenant)["id"])


def test_a_device_profile_is_kept_as_it_was_sent(tenant: Organization, profile_id: str) -> None:
    params = {
        "type": "object",
        "properties": {"on": {"type": "boolean", "$comment": "1.0"}},
        "required": ["on"],
    }
    made = make_device_profile(
        tenant,
        commands=[
            {"method": "SWITCH", "params": params, "description": "On or off."},
            {"method": "PING"},
        ],
        fields=[{"key": "battery", "type": "DOUBLE", "unit": "%"}],
    )
    assert made["components"] == [
        {
            "key": "probe",
            "name": "probe",
            "sensorProfile": {"name": "climate", "version": "^1.0"},
            "sensorProfileId": profile_id,
        }
    ]
    assert made["commands"] == [
        {"method": "SWITCH", "params": params, "description": "On or off."},
        {"method": "PING"},
    ]
    again = tenant.http.get(f"/device-profiles/{made['id']}")
    assert again.json() == made
    listed = tenant.http.get(
        "/device-profiles", params={"name": "station", "version": "1.0"}
    ).json()["items"]
    assert listed == [made]


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        ({"components": [{"key": "p", "sensorProfile": {"name": "none", "version": "1.0"}}]},
         "$.components[0].sensorProfile", "UNKNOWN_PROFILE"),
        ({"components": [{"key": "p", "sensorProfile": {"name": "climate", "version": "^1.7"}}]},
         "$.components[0].sensorProfile", "UNKNOWN_PROFILE"),
        ({"components": [{"key": "p", "sensorProfile": {"name": "climate", "version": "1.0"}}] * 2},
         "$.components[1].key", "DUPLICATE"),
        ({"commands": [{"method": "GO"}, {"method": "GO"}]}, "$.commands[1].method", "DUPLICATE"),
        ({"commands": [{"method": "REBOOT"}]}, "$.commands[0].method", "RESERVED"),
        ({"commands": [{"method": "GO", "params": {"type": "objekt"}}]}, "$.commands[0].params.type", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"properties": {"a": {"minimum": "1"}}}}]},
         "$.commands[0].params.properties.a.minimum", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"pattern": "("}}]}, "$.commands[0].params.pattern", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"$ref": "http://127.0.0.1:1/x"}}]},
         "$.commands[0].params", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"$ref": "#/$defs/gone"}}]}, "$.commands[0].params", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"$schema": "http://json-schema.org/draft-04/schema#"}}]},
         "$.commands[0].params.$schema", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"$schema": 4}}]}, "$.commands[0].params.$schema", "INVALID_SCHEMA"),
        ({"commands": [{"method": "GO", "params": {"description": "x" * 17_000}}]}, "$.commands[0].params", "TOO_LARGE"),
        ({"fields": [{"key": "a", "type": "TEXT", "min": 1}]}, "$.fields[0].min", "NOT_FOR_TYPE"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(
    tenant: Organization, profile_id: str, content: dict[str, Any], place: str, code: str
) -> None:
    body = {"name": "bad", "version": "1.0", **content}
    problem = assert_problem(
        tenant.http.post("/device-profiles", json=body), 422, code="PROFILE_INVALID"
    )
    assert [(fault["path"], fault["code"]) for fault in problem["errors"]] == [(place, code)]


def test_a_new_version_is_compared_with_the_one_before(organization: Organization) -> None:
    make_sensor_profile(organization)
    made = make_device_profile(organization, commands=[{"method": "GO"}])
    content = {
        "components": [{"key": "other", "sensorProfile": {"name": "climate", "version": "1.0"}}],
        "commands": [{"method": "GO", "params": {"type": "object"}}],
    }
    dry = organization.http.post(
        f"/device-profiles/{made['id']}/compatibility", json=content
    ).json()
    assert (dry["isCompatible"], dry["leastVersion"]) == (False, "2.0")
    codes = ["COMPONENT_ADDED", "COMPONENT_REMOVED", "PARAMS_CHANGED"]
    assert [change["code"] for change in dry["changes"]] == codes
    body = {"name": "station", "version": "1.1", **content}
    problem = assert_problem(
        organization.http.post("/device-profiles", json=body), 422, code="VERSION_TOO_SMALL"
    )
    assert [fault["code"] for fault in problem["errors"]] == codes[1:]
    assert (
        organization.http.post("/device-profiles", json={**body, "version": "2.0"}).status_code
        == 201
    )
