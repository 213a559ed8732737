"""What an alert leaves on its sensor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.make.alert_rules import warm_rule
from tests.make.annotations import make_class
from tests.make.fleet import make_device, make_sensor
from tests.make.found_alerts import await_alerts, fire, report
from tests.make.platform import Organization
from tests.make.readings import assert_problem


@pytest.fixture
def sensor_id(organization: Organization) -> str:
    return str(make_sensor(organization, make_device(organization, "room"), "warmth")["id"])


def left(organization: Organization) -> list[dict[str, Any]]:
    answer = organization.http.get("/annotations/by-source", params={"source": "RULE"})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_an_alert_is_one_annotation_that_ends_with_it(
    organization: Organization, sensor_id: str
) -> None:
    class_id = make_class(organization, "too warm")["id"]
    alert = fire(organization, sensor_id, "warm", annotationClassId=class_id)
    [opened] = left(organization)
    assert (opened["alertId"], opened["scopeId"]) == (alert["id"], sensor_id)
    assert (opened["from"], opened["to"]) == (alert["startedAt"], None)
    assert opened["values"] == {"rule": "warm", "severity": "WARNING"}
    report(organization, sensor_id, datetime.fromisoformat(alert["startedAt"]), (60, 20.0))
    [ended] = await_alerts(organization, 1, status="RESOLVED")
    [closed] = left(organization)
    assert (closed["id"], closed["to"]) == (opened["id"], ended["endedAt"])
    assert datetime.fromisoformat(closed["to"]) - datetime.fromisoformat(
        closed["from"]
    ) == timedelta(minutes=1)
    path = f"/annotations/{closed['id']}"
    assert organization.http.get("/auto-events").json()["items"] == [closed]
    assert_problem(organization.http.delete(path), 409, code="FOUND_BY_MACHINE")
    moved = organization.http.patch(path, json={"to": None})
    assert_problem(moved, 409, code="FOUND_BY_MACHINE")
    noted = organization.http.patch(path, json={"note": "the door"})
    assert noted.json()["note"] == "the door"


def test_a_rule_leaves_annotations_of_a_class_that_is_there_and_of_sensors(
    organization: Organization, sensor_id: str
) -> None:
    of_sites = make_class(organization, "of sites", scopes=["SITE"])["id"]
    for class_id in (of_sites, str(uuid4())):
        rule = warm_rule({"sensor_id": sensor_id}, "warm", annotationClassId=class_id)
        problem = assert_problem(organization.http.post("/alert-rules", json=rule), 422)
        assert [fault["path"] for fault in problem["errors"]] == ["$.annotationClassId"]
    class_id = make_class(organization, "of sensors")["id"]
    rule = warm_rule({"sensor_id": sensor_id}, "warm", annotationClassId=class_id)
    assert organization.http.post("/alert-rules", json=rule).status_code == 201
    refused = organization.http.delete(f"/annotation-classes/{class_id}")
    assert_problem(refused, 409, code="CLASS_IN_USE")
