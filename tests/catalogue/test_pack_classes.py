"""Annotation classes out of packs: brought, changed by an upgrade, kept while they are in use."""

from __future__ import annotations

from typing import Any

from tests.make.annotations import make_annotation, make_class
from tests.make.fleet import make_device, make_sensor
from tests.make.platform import Organization
from tests.make.profiles import pack
from tests.make.readings import assert_problem


def fault(name: str, color: str = "#d64545") -> dict[str, Any]:
    return {"name": name, "colour": color, "scopes": ["SENSOR"], "fields": {"type": "object"}}


def classes(organization: Organization) -> dict[str, dict[str, Any]]:
    items = organization.http.get("/annotation-classes").json()["items"]
    return {item["name"]: item for item in items}


def upload(organization: Organization, version: str, *found: dict[str, Any]) -> None:
    document = pack("probes", version, annotationClasses=list(found))
    assert organization.http.post("/packs", json=document).status_code == 201


def test_a_pack_brings_classes_and_takes_away_those_without_annotations(
    organization: Organization,
) -> None:
    upload(organization, "1.0", fault("stuck"), fault("broken"), fault("unplugged"))
    later = fault("stuck", "#000000"), fault("broken"), fault("new")
    upload(organization, "1.1", *later)
    http = organization.http
    assert http.post("/packs/probes/install", json={"version": "1.0"}).status_code == 200
    brought = classes(organization)
    assert {name: each["pack"] for name, each in brought.items()} == dict.fromkeys(
        ("stuck", "broken", "unplugged"), "probes"
    )
    sensor_id = make_sensor(organization, make_device(organization, "a"), "t")["id"]
    make_annotation(organization, brought["broken"]["id"], sensor_id)
    assert http.post("/packs/probes/upgrade", json={"version": "1.1"}).status_code == 200
    upgraded = classes(organization)
    assert upgraded.keys() == {"stuck", "broken", "new"}
    assert upgraded["stuck"]["id"] == brought["stuck"]["id"]
    assert upgraded["stuck"]["color"] == "#000000"
    assert http.delete("/packs/probes").status_code == 204
    assert {name: each["pack"] for name, each in classes(organization).items()} == {"broken": None}


def test_a_class_of_ones_own_that_says_something_else_is_in_the_way(
    organization: Organization,
) -> None:
    make_class(organization, "stuck", color="#123456")
    upload(organization, "1.0", fault("stuck"))
    refused = organization.http.post("/packs/probes/install", json={})
    problem = assert_problem(refused, 409, code="PACK_CONFLICT")
    assert [each["path"] for each in problem["errors"]] == ["$.annotationClasses[0]"]
    assert classes(organization)["stuck"]["color"] == "#123456"
