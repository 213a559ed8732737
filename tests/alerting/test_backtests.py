"""What a rule would have found, asked before or after it is made."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

import pytest

from tests.make.alert_rules import make_rule, warm_rule
from tests.make.fleet import make_component, make_device, make_sensor
from tests.make.platform import Organization
from tests.make.readings import assert_problem, at, send, span

AT_ONCE = [{"severity": "WARNING"}]
# By minute: two times above 30, once above 35.
VALUES = [20, 31, 32, 20, 20, 36, 33, 31, 20, 20]
RANGE = span(at(-60), at(600))


@pytest.fixture(scope="module")
def device_id(customer: Organization) -> str:
    return make_device(customer, "cold room")


@pytest.fixture(scope="module")
def sensor_id(customer: Organization, device_id: str) -> str:
    sensor_id = str(make_sensor(customer, device_id, "temperature")["id"])
    readings = [
        {"sensorId": sensor_id, "timestamp": at(60 * place).isoformat(), "value": value}
        for place, value in enumerate(VALUES)
    ]
    assert send(customer, readings)["accepted"] == len(VALUES)
    return sensor_id


def ask(customer: Organization, path: str, **body: Any) -> dict[str, Any]:
    answer = customer.http.post(path, json={**RANGE, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rule_above(sensor_id: str, value: float, **more: Any) -> dict[str, Any]:
    condition = {"kind": "VALUE", "operator": "GT", "value": value}
    more = {"condition": condition, "levels": AT_ONCE, **more}
    return warm_rule({"sensor_id": sensor_id}, "not made", **more)


def test_a_rule_that_is_not_there_is_tested_and_is_still_not_there(
    customer: Organization, sensor_id: str
) -> None:
    found = ask(customer, "/alert-rules/test", rule=rule_above(sensor_id, 30))
    spans = [(alert["startedAt"], alert["endedAt"]) for alert in found["alerts"]]
    assert [(start[11:19], end[11:19]) for start, end in spans] == [
        (f"{at(60):%H:%M:%S}", f"{at(180):%H:%M:%S}"),
        (f"{at(300):%H:%M:%S}", f"{at(480):%H:%M:%S}"),
    ]
    assert [alert["peak"] for alert in found["alerts"]] == [32.0, 36.0]
    assert (found["count"], found["firingSeconds"], found["truncated"]) == (2, 300.0, False)
    assert found["difference"] == {"added": 2, "removed": 0, "moved": 0}
    assert (found["sensors"], found["readings"], found["messages"]) == (1, 10, 0)
    names = customer.http.get("/alert-rules", params={"q": "not made"}).json()["items"]
    assert names == []


def test_a_change_is_compared_with_what_is_in_force(customer: Organization, sensor_id: str) -> None:
    condition = {"kind": "VALUE", "operator": "GT", "value": 30}
    rule = make_rule(
        customer,
        sensor_id,
        secrets.token_hex(4),
        condition=condition,
        levels=AT_ONCE,
        enabled=False,
    )
    path = f"/alert-rules/{rule['id']}/test"
    assert ask(customer, path)["difference"] == {"added": 0, "removed": 0, "moved": 0}
    stricter = ask(customer, path, rule=rule_above(sensor_id, 35))
    assert (stricter["count"], stricter["difference"]) == (
        1, {"added": 0, "removed": 1, "moved": 1}
    )  # fmt: skip
    looser = ask(customer, path, rule=rule_above(sensor_id, 19))
    assert (looser["count"], looser["difference"]) == (1, {"added": 0, "removed": 1, "moved": 1})
    assert looser["alerts"][0]["endedAt"] is None
    assert looser["firingSeconds"] == 600.0
    later = ask(customer, path, rule=rule_above(sensor_id, 30), **{"from": at(240).isoformat()})
    assert (later["count"], later["readings"]) == (1, 5)


def test_windows_and_silences_are_tested_too(customer: Organization, sensor_id: str) -> None:
    average = {
        "kind": "AGGREGATE",
        "aggregate": "AVG",
        "operator": "GT",
        "value": 30,
        "windowSeconds": 120,
        "stepSeconds": 60,
    }
    found = ask(customer, "/alert-rules/test", rule=rule_above(sensor_id, 0, condition=average))
    assert found["count"] == 2
    silent = {"kind": "NO_DATA", "windowSeconds": 60}
    wide = span(at(-60), at(900))
    found = ask(
        customer, "/alert-rules/test", rule=rule_above(sensor_id, 0, condition=silent), **wide
    )
    last = found["alerts"][-1]
    assert (last["firedAt"][11:19], last["endedAt"]) == (f"{at(600):%H:%M:%S}", None)


def test_what_is_calculated_of_two_components_is_tested_and_made(
    customer: Organization,
) -> None:
    device = make_device(customer, secrets.token_hex(4))
    sensors = [
        make_sensor(
            customer,
            device,
            "level",
            componentId=make_component(customer, device, key)["id"],
            unit="m",
        )["id"]
        for key in ("left", "right")
    ]
    readings = [
        {"sensorId": sensor, "timestamp": at(60 * n).isoformat(), "value": value}
        for sensor, values in zip(sensors, ([2, 9, 9, 2], [1, 1, 1, 1]), strict=True)
        for n, value in enumerate(values)
    ]
    assert send(customer, readings)["accepted"] == 8
    apart = {
        "kind": "DEVIATION",
        "operator": "GT",
        "value": 5,
        "windowSeconds": 60,
        "stepSeconds": 60,
        "other": {"component": "right"},
    }
    rule = rule_above(sensors[0], 0, condition=apart)
    found = ask(customer, "/alert-rules/test", rule=rule)
    assert (found["count"], found["firingSeconds"], found["readings"]) == (1, 120.0, 8)
    inputs = {"a": {"aggregate": "MAX"}, "b": {"sensorId": sensors[1]}}
    both = {"kind": "EXPRESSION", "windowSeconds": 60, "stepSeconds": 60, "inputs": inputs}
    rule = rule_above(sensors[0], 0, condition={**both, "expression": "a > 5 and b == 1"})
    assert ask(customer, "/alert-rules/test", rule=rule)["count"] == 1
    made = make_rule(customer, sensors[0], secrets.token_hex(4), condition=apart, levels=AT_ONCE)
    assert made["summary"] == (
        "Warning when the average of level in 1 min less that of right is above 5 m."
    )
    nobodys = {**apart, "other": {"component": "nobody's"}}
    wrong = rule_above(sensors[0], 0, condition=nobodys)
    answer = customer.http.post("/alert-rules", json=wrong)
    assert_problem(answer, 422, code="RULE_INVALID")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["UNKNOWN_SENSOR"]


def test_nothing_is_calculated_of_a_neighbours_sensor(
    customer: Organization, neighbour: Organization, sensor_id: str
) -> None:
    theirs = make_sensor(neighbour, make_device(neighbour, secrets.token_hex(4)), "level")["id"]
    inputs = {"a": {}, "b": {"sensorId": theirs}}
    condition = {
        "kind": "EXPRESSION",
        "windowSeconds": 60,
        "expression": "a > b",
        "inputs": inputs,
    }
    rule = rule_above(sensor_id, 0, condition=condition)
    assert_problem(customer.http.post("/alert-rules", json=rule), 404, code="NOT_FOUND")
    answer = customer.http.post("/alert-rules/test", json={**RANGE, "rule": rule})
    assert_problem(answer, 404, code="NOT_FOUND")


def test_a_scope_of_many_sensors_is_tested_sensor_by_sensor(
    customer: Organization, device_id: str, sensor_id: str
) -> None:
    other = make_device(customer, secrets.token_hex(4))
    for device in (device_id, other):
        key = "twin"
        made = make_sensor(customer, device, key)["id"]
        readings = [{"sensorId": made, "timestamp": at(n).isoformat(), "value": 40 * (n % 2)}
                    for n in range(6)]  # fmt: skip
        assert send(customer, readings)["accepted"] == 6
    label = make_sensor(
        customer, make_device(customer, secrets.token_hex(4)), "twin", valueType="TEXT"
    )
    target = {"type": "ORGANIZATION", "id": customer.id}
    found = ask(
        customer, "/alert-rules/test", rule=rule_above(sensor_id, 30, target=target, field="twin")
    )
    assert (found["sensors"], found["count"], found["readings"]) == (2, 6, 12)
    sensors = [alert["sensorId"] for alert in found["alerts"]]
    assert sensors == sorted(sensors)
    assert label["id"] not in sensors


def test_more_than_can_be_looked_at_is_counted_and_cut(
    customer: Organization, device_id: str
) -> None:
    sensor = make_sensor(customer, device_id, secrets.token_hex(4))["id"]
    readings = [{"sensorId": sensor, "timestamp": at(n / 10).isoformat(), "value": 40 * (n % 2)}
                for n in range(2400)]  # fmt: skip
    assert send(customer, readings)["accepted"] == 2400
    found = ask(customer, "/alert-rules/test", rule=rule_above(sensor, 30))
    assert (found["count"], len(found["alerts"]), found["truncated"]) == (1200, 1000, True)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"from": "2150-01-01T00:00:00Z", "to": "2151-01-01T00:00:00Z"}, 400, "MALFORMED"),
        ({"to": "2020-01-01T00:00:00Z"}, 400, "MALFORMED"),
        ({"from": "2001-01-01T00:00:00Z"}, 422, "TOO_EXPENSIVE"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(
    customer: Organization, sensor_id: str, more: dict[str, str], status: int, code: str
) -> None:
    body = {**RANGE, "rule": rule_above(sensor_id, 30), **more}
    assert_problem(customer.http.post("/alert-rules/test", json=body), status, code=code)


def test_a_test_needs_a_rule_that_makes_sense_and_readings_that_may_be_seen(
    customer: Organization, neighbour: Organization, sensor_id: str
) -> None:
    wrong = rule_above(sensor_id, 30, condition={"kind": "VALUE", "operator": "GT"})
    answer = customer.http.post("/alert-rules/test", json={**RANGE, "rule": wrong})
    assert_problem(answer, 422, code="RULE_INVALID")
    right = {**RANGE, "rule": rule_above(sensor_id, 30)}
    assert_problem(neighbour.http.post("/alert-rules/test", json=right), 404, code="NOT_FOUND")
    nobodys = customer.http.post(f"/alert-rules/{uuid4()}/test", json=RANGE)
    assert_problem(nobodys, 404, code="NOT_FOUND")


def test_who_may_not_read_readings_may_not_test(customer: Organization, sensor_id: str) -> None:
    scopes = ["alert-rules:read"]
    key = customer.http.post("/api-keys", json={"name": "rules alone", "scopes": scopes}).json()[
        "key"
    ]
    answer = customer.http.post(
        "/alert-rules/test",
        json={**RANGE, "rule": rule_above(sensor_id, 30)},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert_problem(answer, 403, code="FORBIDDEN")


def test_a_pack_brings_rules_once_it_is_installed(customer: Organization) -> None:
    choice = {"pack": "environment", "template": "mould-risk"}
    early = customer.http.post("/alert-rules/from-template", json=choice)
    assert_problem(early, 409, code="PACK_NOT_INSTALLED")
    assert customer.http.post("/packs/environment/install").status_code == 200
    answer = customer.http.post("/alert-rules/from-template", json=choice)
    assert answer.status_code == 201, answer.text
    rule = answer.json()
    assert (rule["name"], rule["field"]) == ("mould-risk", "humidity")
    assert rule["target"] == {"type": "SENSOR_PROFILE", "name": "room-climate"}
    assert rule["summary"] == ("Info when humidity is above 75 % for 6 h, over at 70 % or below.")
    document = customer.http.get("/packs/environment").json()["content"]
    for template in document["alertRules"]:
        body = {**choice, "template": template["name"], "name": secrets.token_hex(4)}
        answer = customer.http.post("/alert-rules/from-template", json=body)
        assert answer.status_code == 201, answer.text
    for wrong in ({"template": "nobody's"}, {"pack": "nobody's"}):
        answer = customer.http.post("/alert-rules/from-template", json={**choice, **wrong})
        assert_problem(answer, 404, code="NOT_FOUND")
