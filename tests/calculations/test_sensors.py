"""Calculated sensors as a client has them: made, filled, kept right, and seen by all the rest."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.make.alert_rules import make_rule
from tests.make.fleet import made, make_calculated, make_device, make_sensor, make_site
from tests.make.found_alerts import await_alerts, await_watching
from tests.make.platform import Organization
from tests.make.profiles import make_sensor_profile
from tests.make.readings import assert_problem, by_key, errors_of, send, stored
from tests.make.workers import wait_until

# On a grid of 10 s, and past.
BEGIN = datetime.fromtimestamp(int(datetime.now(UTC).timestamp()) // 600 * 600 - 3600, UTC)


@pytest.fixture
def device_id(organization: Organization) -> str:
    return make_device(organization, "room")


def sensors(organization: Organization, device_id: str, *keys: str) -> list[str]:
    return [str(make_sensor(organization, device_id, key)["id"]) for key in keys]


def calculated(
    organization: Organization, device_id: str, key: str, expression: str, **more: Any
) -> dict[str, Any]:
    """A sensor; `more` are its inputs by name: the ids of sensors, or what else an input says."""
    said = {name: more.pop(name) for name in ("stepSeconds", "maxAgeSeconds") if name in more}
    inputs = {name: {"sensorId": of} if isinstance(of, str) else of for name, of in more.items()}
    calculation = {
        "expression": expression,
        "inputs": inputs,
        "stepSeconds": 10,
        "from": BEGIN.isoformat(),
        **said,
    }
    return make_calculated(organization, deviceId=device_id, key=key, calculation=calculation)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def report(organization: Organization, device_id: str, key: str, values: dict[int, float]) -> None:
    readings = [by_key(device_id, key, at(second), value) for second, value in values.items()]
    receipt = send(organization, readings)
    assert receipt["accepted"] == len(values), receipt


def await_values(organization: Organization, sensor_id: str, values: dict[int, float]) -> None:
    """Until it has these, in the seconds up to the last of them, and no others there."""
    wanted = [(at(second), value) for second, value in values.items()]
    end = {"to": at(max(values) + 1).isoformat()}
    with contextlib.suppress(AssertionError):
        wait_until(lambda: stored(organization, sensor_id, **end) == wanted, "they are there")
    assert stored(organization, sensor_id, **end) == wanted


def test_a_calculated_sensor_has_its_history_and_what_comes_late(
    organization: Organization, device_id: str
) -> None:
    inside, outside = sensors(organization, device_id, "inside", "outside")
    report(organization, device_id, "inside", {10: 21.0, 20: 22.0, 40: 24.0})
    report(organization, device_id, "outside", {10: 1.0, 20: 2.0, 30: 3.0, 40: 0.0})
    body = calculated(
        organization,
        device_id,
        "ratio",
        "a / b",
        a=inside,
        b=outside,
        maxAgeSeconds=10,
    )
    assert body["valueType"] == "DOUBLE"
    assert body["calculation"]["maxAgeSeconds"] == 10
    # At 40 it is divided by 0, and at 50 once more: gaps.
    history = {10: 21.0, 20: 11.0, 30: 22.0 / 3}
    await_values(organization, body["id"], history)
    report(organization, device_id, "inside", {30: 27.0, 50: 25.0})
    report(organization, device_id, "outside", {50: 5.0})
    await_values(organization, body["id"], {**history, 30: 9.0, 50: 5.0})
    found = organization.http.get(f"/sensors/{body['id']}").json()
    assert found["latestValue"] is not None
    around = organization.http.get(f"/sensors/{body['id']}/calculation").json()
    assert [(each["input"], each["sensorId"]) for each in around["inputs"]] == [
        ("a", inside),
        ("b", outside),
    ]
    around = organization.http.get(f"/sensors/{inside}/calculation").json()
    assert [each["sensorId"] for each in around["usedBy"]] == [body["id"]]
    listed = organization.http.get("/sensors", params={"calculated": True}).json()["items"]
    assert [each["id"] for each in listed] == [body["id"]]


def test_nobody_reports_what_is_calculated(organization: Organization, device_id: str) -> None:
    [own] = sensors(organization, device_id, "own")
    body = calculated(organization, device_id, "twice", "a * 2", a=own)
    receipt = send(
        organization,
        [
            by_key(device_id, "twice", at(5), 1.0),
            {"sensorId": body["id"], "timestamp": at(6).isoformat(), "value": 2.0},
        ],
    )
    assert errors_of(receipt) == [(0, "WRONG_TYPE"), (1, "WRONG_TYPE")]


def test_a_gap_says_why_and_the_value_that_ends_it_fires_a_rule(
    organization: Organization, device_id: str
) -> None:
    one, other = sensors(organization, device_id, "one", "other")
    report(organization, device_id, "one", {10: 1.0})
    report(organization, device_id, "other", {10: 1.0})
    body = calculated(organization, device_id, "sum", "a + b", a=one, b=other, maxAgeSeconds=60)

    def reason() -> Any:
        return organization.http.get(f"/sensors/{body['id']}").json()["calculation"]["gapReason"]

    wait_until(lambda: reason() == "a, b have no value", "it is told what is missing")
    levels = [{"severity": "CRITICAL", "forSeconds": 0}]
    rule = make_rule(organization, body["id"], "too much", levels=levels)
    await_watching(organization, body["id"], rule["id"])
    now = datetime.now(UTC)
    send(organization, [by_key(device_id, key, now, 45.0) for key in ("one", "other")])
    [alert] = await_alerts(organization, 1, ruleId=rule["id"])
    assert (alert["sensorId"], alert["value"]) == (body["id"], 90.0)
    assert reason() is None


def test_an_aggregate_across_a_target_is_of_its_sensors_that_report(
    organization: Organization,
) -> None:
    site = make_site(organization, "hall")
    ids = [make_device(organization, f"room-{n}", siteId=site["id"]) for n in range(3)]
    for number, device_id in enumerate(ids):
        sensors(organization, device_id, "power")
        report(organization, device_id, "power", {10: float(number), 20: 10.0 * number})
    of_site = {"target": {"type": "SITE", "id": site["id"]}, "field": "power"}
    body = calculated(
        organization,
        ids[0],
        "mean power",
        "total / n",
        maxAgeSeconds=10,
        total={**of_site, "aggregate": "SUM"},
        n={**of_site, "aggregate": "COUNT"},
    )
    await_values(organization, body["id"], {10: 1.0, 20: 10.0, 30: 10.0})
    report(organization, ids[2], "power", {25: 50.0})
    await_values(organization, body["id"], {10: 1.0, 20: 10.0, 30: 20.0})


def test_changed_it_is_calculated_anew_and_deleted_no_more(
    organization: Organization, device_id: str
) -> None:
    [own] = sensors(organization, device_id, "own")
    report(organization, device_id, "own", {10: 1.0, 20: 2.0})
    body = calculated(organization, device_id, "twice", "a * 2", a=own, maxAgeSeconds=10)
    path = f"/sensors/{body['id']}"
    await_values(organization, body["id"], {10: 2.0, 20: 4.0, 30: 4.0})
    change = {"expression": "a * 3", "stepSeconds": 20}
    patched = organization.http.patch(path, json={"name": "thrice", "calculation": change})
    assert patched.status_code == 200, patched.text
    assert patched.json()["calculation"]["inputs"] == body["calculation"]["inputs"]
    await_values(organization, body["id"], {20: 6.0})
    assert organization.http.delete(path).status_code == 204
    assert organization.http.get(path).status_code == 404


def test_what_would_be_calculated_of_itself_or_too_deep_is_refused(
    organization: Organization, device_id: str
) -> None:
    [first] = sensors(organization, device_id, "level-0")
    chain = [first]
    for level in range(1, 6):
        body = calculated(organization, device_id, f"level-{level}", "a + 1", a=chain[-1])
        chain.append(body["id"])
    again = {"calculation": {"inputs": {"a": {"sensorId": chain[3]}}}}
    answer = organization.http.patch(f"/sensors/{chain[1]}", json=again)
    problem = assert_problem(answer, 422, code="CALCULATION_INVALID")
    assert [each["code"] for each in problem["errors"]] == ["CYCLE"]
    itself = {"calculation": {"inputs": {"a": {"sensorId": chain[1]}}}}
    answer = organization.http.patch(f"/sensors/{chain[1]}", json=itself)
    assert assert_problem(answer, 422)["errors"][0]["code"] == "CYCLE"
    calculation = {"expression": "a", "inputs": {"a": {"sensorId": chain[5]}}}
    deeper = {"deviceId": device_id, "key": "level-6", "calculation": calculation}
    answer = organization.http.post("/sensors", json=deeper)
    assert assert_problem(answer, 422)["errors"][0]["code"] == "TOO_DEEP"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"expression": "a +"}, "NO_EXPRESSION"),
    ({"expression": "a + c"}, "UNKNOWN_INPUT"),
    ({"expression": "1"}, "UNUSED"),
    ({"from": "2020-01-01T00:00:00Z"}, "OUT_OF_RANGE"),
    ({"stepSeconds": 10, "maxAgeSeconds": 604_800}, "OUT_OF_RANGE"),
    ({"inputs": {"a": {"field": "power", "aggregate": "SUM"}}}, "INVALID"),
]


@pytest.mark.parametrize(("said", "code"), WRONG)
def test_what_can_t_be_calculated_is_refused_at_its_place(
    organization: Organization, device_id: str, said: dict[str, Any], code: str
) -> None:
    [own] = sensors(organization, device_id, "own")
    calculation = {"expression": "a", "inputs": {"a": {"sensorId": own}}, **said}
    body = {"deviceId": device_id, "key": "wrong", "calculation": calculation}
    problem = assert_problem(
        organization.http.post("/sensors", json=body), 422, code="CALCULATION_INVALID"
    )
    assert code in [each["code"] for each in problem["errors"]]


def test_a_neighbours_sensor_is_no_input(
    organization: Organization, neighbour: Organization, device_id: str
) -> None:
    theirs = make_sensor(neighbour, make_device(neighbour, "theirs"), "secret")
    site = make_site(neighbour, "theirs")
    for each in (
        {"sensorId": theirs["id"]},
        {
            "target": {"type": "SITE", "id": site["id"]},
            "field": "secret",
            "aggregate": "AVG",
        },
    ):
        calculation = {"expression": "a", "inputs": {"a": each}}
        body = {"deviceId": device_id, "key": "spy", "calculation": calculation}
        assert_problem(organization.http.post("/sensors", json=body), 404)
        asked = {"calculation": calculation, "from": at(0).isoformat(), "to": at(60).isoformat()}
        assert_problem(organization.http.post("/sensors/calculate", json=asked), 404)


def test_a_preview_is_what_would_be_stored(organization: Organization, device_id: str) -> None:
    [own] = sensors(organization, device_id, "own")
    report(organization, device_id, "own", {4: 1.0, 8: 3.0, 12: 5.0, 31: -4.0})
    calculation = {
        "expression": "sqrt(a)",
        "inputs": {"a": {"sensorId": own, "aggregate": "AVG"}},
        "stepSeconds": 10,
    }
    asked = {"calculation": calculation, "from": at(0).isoformat(), "to": at(40).isoformat()}
    answer = organization.http.post("/sensors/calculate", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [each["value"] for each in found["items"]] == [2.0**0.5, 5.0**0.5]
    assert (found["gaps"], found["sensors"], found["readings"]) == (2, 1, 4)
    assert found["reason"].startswith("nothing comes of it")


def test_what_a_profile_declares_is_calculated_of_each_component(
    organization: Organization, device_id: str
) -> None:
    fahrenheit = {
        "key": "fahrenheit",
        "type": "DOUBLE",
        "unit": "°F",
        "calculation": {
            "expression": "t * 2 + 30",
            "inputs": {"t": {"field": "temperature"}},
            "stepSeconds": 10,
            "maxAgeSeconds": 10,
        },
    }
    profile = make_sensor_profile(
        organization, "probe", fields=[{"key": "temperature", "type": "DOUBLE"}, fahrenheit]
    )
    component = made(
        organization, f"/devices/{device_id}/components", key="p", sensorProfileId=profile["id"]
    )
    values = {"temperature": 10.0}
    body = {"deviceId": device_id, "component": "p", "timestamp": at(10).isoformat()}
    assert send(organization, [{**body, "values": values}])["accepted"] == 1
    refused = send(organization, [{**body, "values": {**values, "fahrenheit": 1.0}}])
    assert errors_of(refused) == [(0, "WRONG_TYPE")]

    def own() -> list[dict[str, Any]]:
        parameters = {"componentId": component["id"], "calculated": True}
        items: list[dict[str, Any]] = organization.http.get("/sensors", params=parameters).json()[
            "items"
        ]
        return items

    wait_until(lambda: len(own()) == 1, "the declared sensor is made")
    [sensor] = own()
    assert (sensor["key"], sensor["unit"]) == ("fahrenheit", "°F")
    assert sensor["calculation"]["isDeclared"]
    await_values(organization, sensor["id"], {10: 50.0, 20: 50.0})
    change = {"calculation": {"expression": "t"}}
    assert_problem(organization.http.patch(f"/sensors/{sensor['id']}", json=change), 422)
