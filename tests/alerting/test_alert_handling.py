"""Alerts that the engine has found, as people see and handle them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.make.alert_rules import make_rule
from tests.make.fleet import make_device, make_sensor, make_site
from tests.make.found_alerts import (
    WAIT_SECONDS,
    alerts_of,
    await_alerts,
    await_watching,
    fire,
    report,
)
from tests.make.messages import as_tenant
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at


@pytest.fixture(scope="module")
def site_id(customer: Organization) -> str:
    return str(make_site(customer, "warehouse")["id"])


@pytest.fixture(scope="module")
def device_id(customer: Organization, site_id: str) -> str:
    device = make_device(customer, "cold room")
    assert customer.http.patch(f"/devices/{device}", json={"siteId": site_id}).status_code == 200
    return device


@pytest.fixture
def sensor_id(customer: Organization, device_id: str) -> str:
    return str(make_sensor(customer, device_id, secrets.token_hex(4), unit="°C")["id"])


def fired(alert: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(alert["firedAt"])


def act(
    customer: Organization, alert: dict[str, Any], name: str, body: Any = None
) -> httpx.Response:
    return customer.http.post(f"/alerts/{alert['id']}/{name}", json=body)


def read(customer: Organization, alert: dict[str, Any]) -> dict[str, Any]:
    answer = customer.http.get(f"/alerts/{alert['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def await_status(customer: Organization, alert: dict[str, Any], status: str) -> dict[str, Any]:
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := read(customer, alert))["status"] != status:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def events_of(
    platform: RunningPlatform, customer: Organization, alert: dict[str, Any]
) -> list[tuple[str, str]]:
    """(cause, actor), in their order."""
    with as_tenant(platform, customer.id) as connection:
        rows = connection.execute(
            "SELECT details->>'cause', actor FROM platform.event WHERE type = 'ALERT' "
            "AND details->>'alertId' = %s ORDER BY recorded_at, id",
            [alert["id"]],
        )
        return [(cause, actor.partition("_")[0]) for cause, actor in rows]


def test_an_alert_tells_its_episode_and_what_is_behind_it(
    customer: Organization, sensor_id: str, device_id: str, site_id: str
) -> None:
    levels = [{"severity": "WARNING", "value": 30}, {"severity": "CRITICAL", "value": 50}]
    condition = {"kind": "VALUE", "operator": "GT"}
    alert = fire(customer, sensor_id, "too warm", levels=levels, condition=condition)
    begun = fired(alert)
    report(customer, sensor_id, begun, (60, 55.25), (120, 20.0))
    [alert] = await_alerts(customer, 1, sensorId=sensor_id, open="false")
    shown = read(customer, alert)
    assert {name: shown[name] for name in alert} == alert
    assert alert["summary"].startswith("Warning when ")
    assert (alert["deviceId"], alert["siteId"], alert["componentId"]) == (device_id, site_id, None)
    assert (alert["severity"], alert["value"], alert["ruleVersion"]) == ("CRITICAL", 40.5, 1)
    moments = [datetime.fromisoformat(step["at"]) for step in alert["steps"]]
    assert moments == [begun, begun + timedelta(seconds=60)]
    assert [step["severity"] for step in alert["steps"]] == ["WARNING", "CRITICAL"]
    assert datetime.fromisoformat(alert["startedAt"]) == begun
    assert datetime.fromisoformat(alert["endedAt"]) == begun + timedelta(seconds=120)
    assert (alert["endReason"], alert["conditionActive"]) == ("CONDITION", False)
    assert (alert["status"], alert["resolvedBy"]) == ("RESOLVED", "platform")
    values = [reading["value"] for reading in shown["readings"]]
    assert values == [20.0, 40.5, 55.25, 20.0]
    states = [(each["at"], each["state"]) for each in shown["transitions"]]
    assert states == [
        (alert["steps"][0]["at"], "FIRING"),
        (alert["steps"][1]["at"], "FIRING"),
        (alert["endedAt"], "QUIET"),
    ]


def test_it_is_acknowledged_then_resolved_and_the_journal_knows_by_whom(
    platform: RunningPlatform, customer: Organization, sensor_id: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4))
    first = act(customer, alert, "acknowledge", {"comment": "On my way."})
    assert first.status_code == 200, first.text
    assert first.json()["status"] == "ACKNOWLEDGED"
    assert first.json()["acknowledgedBy"].startswith("key_")
    assert act(customer, alert, "acknowledge").json() == first.json()
    second = act(customer, alert, "resolve").json()
    assert (second["status"], second["conditionActive"]) == ("RESOLVED", True)
    waits = datetime.fromisoformat(second["reopenAt"]) - datetime.fromisoformat(
        second["resolvedAt"]
    )
    assert waits == timedelta(seconds=3600)
    assert act(customer, alert, "resolve").json() == second
    assert_problem(act(customer, alert, "acknowledge"), 409, code="ALERT_STATE")
    assert [said["comment"] for said in read(customer, alert)["comments"]] == ["On my way."]
    assert events_of(platform, customer, alert) == [
        ("FIRED", "platform"),
        ("ACKNOWLEDGED", "key"),
        ("RESOLVED", "key"),
    ]


def test_what_still_holds_opens_again_unless_it_may_not(
    platform: RunningPlatform, customer: Organization, sensor_id: str
) -> None:
    soon = fire(customer, sensor_id, secrets.token_hex(4), reopenAfterSeconds=1)
    assert act(customer, soon, "resolve").json()["status"] == "RESOLVED"
    again = await_status(customer, soon, "ACTIVE")
    assert (again["resolvedAt"], again["reopenAt"]) == (None, None)
    assert events_of(platform, customer, soon)[-1] == ("REOPENED", "platform")
    never = make_rule(
        customer, sensor_id, secrets.token_hex(4),
        levels=[{"severity": "INFO"}], reopenAfterSeconds=0,
    )  # fmt: skip
    [alert] = await_alerts(customer, 1, ruleId=never["id"])
    assert act(customer, alert, "resolve").json()["reopenAt"] is None


def test_a_rise_in_severity_asks_for_attention_again(
    customer: Organization, sensor_id: str
) -> None:
    levels = [{"severity": "WARNING", "value": 30}, {"severity": "CRITICAL", "value": 50}]
    condition = {"kind": "VALUE", "operator": "GT"}
    name = secrets.token_hex(4)
    alert = fire(customer, sensor_id, name, levels=levels, condition=condition)
    act(customer, alert, "acknowledge")
    report(customer, sensor_id, fired(alert), (60, 60.0))
    assert await_status(customer, alert, "ACTIVE")["severity"] == "CRITICAL"


def test_who_resolves_by_hand_is_not_overruled_by_the_end(
    customer: Organization, sensor_id: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4), autoResolve=False)
    report(customer, sensor_id, fired(alert), (60, 20.0))
    await_alerts(customer, 1, ruleId=alert["ruleId"], open="false")
    assert read(customer, alert)["status"] == "ACTIVE"
    resolved = act(customer, alert, "resolve").json()
    assert (resolved["status"], resolved["reopenAt"]) == ("RESOLVED", None)


def test_late_readings_refute_it_and_it_is_hidden_and_not_gone(
    customer: Organization, sensor_id: str
) -> None:
    report(customer, sensor_id, at(0), (0, 20.0))
    rule = make_rule(
        customer, sensor_id, secrets.token_hex(4),
        levels=[{"severity": "WARNING", "forSeconds": 2}],
    )  # fmt: skip
    await_watching(customer, sensor_id, rule["id"])
    begun = datetime.now(UTC)
    report(customer, sensor_id, begun, (0, 40.0), (3, 41.0))
    [alert] = await_alerts(customer, 1, ruleId=rule["id"])
    assert fired(alert) == begun + timedelta(seconds=2)
    act(customer, alert, "acknowledge", {"comment": "Is it?"})
    report(customer, sensor_id, begun, (1, 20.0), (4, 20.0))
    await_alerts(customer, 0, ruleId=rule["id"])
    [refuted] = alerts_of(customer, ruleId=rule["id"], includeRefuted="true")
    assert (refuted["id"], refuted["conditionActive"]) == (alert["id"], False)
    assert refuted["refutedAt"] is not None
    assert refuted["acknowledgedBy"] is not None
    assert [said["comment"] for said in read(customer, refuted)["comments"]] == ["Is it?"]


@pytest.fixture
def member(platform: RunningPlatform, customer: Organization) -> Iterator[str]:
    with platform.client(customer.access_token) as http:
        yield f"user_{http.get('/auth/me').json()['userId'].replace('-', '')}"


def test_it_is_assigned_to_a_member_and_to_nobody_else(
    platform: RunningPlatform, customer: Organization, sensor_id: str, member: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4))
    assert act(customer, alert, "assign", {"assignee": member}).json()["assignee"] == member
    stranger = f"user_{uuid4().hex}"
    assert_problem(
        act(customer, alert, "assign", {"assignee": stranger}), 422, code="UNPROCESSABLE"
    )
    assert_problem(act(customer, alert, "assign", {"assignee": "Ada"}), 400, code="MALFORMED")
    assert_problem(act(customer, alert, "assign", {}), 400, code="MALFORMED")
    assert act(customer, alert, "assign", {"assignee": None}).json()["assignee"] is None
    assert [cause for cause, _ in events_of(platform, customer, alert)] == [
        "FIRED", "ASSIGNED", "ASSIGNED"
    ]  # fmt: skip


def test_comments_have_an_end(
    platform: RunningPlatform, customer: Organization, sensor_id: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4))
    with as_tenant(platform, customer.id) as connection:
        connection.execute(
            "INSERT INTO platform.alert_comment (id, alert_id, comment, created_by) "
            "SELECT gen_random_uuid(), %s, 'again', 'a' FROM generate_series(1, 199)",
            [alert["id"]],
        )
    assert act(customer, alert, "comments", {"comment": "the last"}).status_code == 200
    assert_problem(act(customer, alert, "comments", {"comment": "more"}), 409, code="ALERT_STATE")
    assert len(read(customer, alert)["comments"]) == 200


def test_many_are_handled_at_once_each_with_a_result(
    customer: Organization, device_id: str
) -> None:
    sensors = [make_sensor(customer, device_id, secrets.token_hex(4))["id"] for _ in range(3)]
    alerts = [fire(customer, id_, secrets.token_hex(4)) for id_ in sensors]
    act(customer, alerts[1], "resolve")
    unknown = str(uuid4())
    ids = [alerts[0]["id"], unknown, alerts[1]["id"]]
    answer = customer.http.post("/alerts/acknowledge", json={"ids": ids, "comment": "All mine."})
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [(result["index"], result["status"], result["id"]) for result in results] == [
        (0, 200, ids[0]), (1, 404, ids[1]), (2, 409, ids[2])
    ]  # fmt: skip
    assert [result.get("problem", {}).get("code") for result in results] == [
        None, "NOT_FOUND", "ALERT_STATE"
    ]  # fmt: skip
    chosen = {"sensorId": sensors[2], "status": ["ACTIVE"], "severity": ["WARNING"]}
    by_filter = customer.http.post("/alerts/resolve", json={"filter": chosen}).json()
    assert [result["id"] for result in by_filter["results"]] == [alerts[2]["id"]]
    assert by_filter["hasMore"] is False
    assert customer.http.post("/alerts/resolve", json={"filter": chosen}).json()["results"] == []
    told = {"filter": {"sensorId": sensors[2]}, "comment": "Done."}
    assert customer.http.post("/alerts/comments", json=told).json()["results"][0]["status"] == 200
    nobody = {"ids": [alerts[2]["id"]], "assignee": None}
    assert customer.http.post("/alerts/assign", json=nobody).json()["results"][0]["status"] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"ids": [str(uuid4())], "filter": {}}, 422),
        ({"ids": []}, 400),
        ({"ids": [str(uuid4())] * 1001}, 400),
        ({"filter": {"status": ["OPEN"]}}, 400),
        ({"filter": {"from": "2026-11-24T00:00:00Z", "to": "2026-11-23T00:00:00Z"}}, 400),
        ({"filter": {"includeRefuted": True}}, 400),
    ],
)
def test_who_does_not_say_which_alerts_handles_none(
    customer: Organization, body: dict[str, Any], status: int
) -> None:
    for name in ("acknowledge", "resolve"):
        assert_problem(customer.http.post(f"/alerts/{name}", json=body), status)


def test_alerts_are_found_by_what_is_known_of_them(
    customer: Organization, sensor_id: str, device_id: str, site_id: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4))
    begun = datetime.now(UTC)
    moment, second = fired(alert), timedelta(seconds=1)
    found: list[dict[str, Any]] = [
        {"ruleId": alert["ruleId"]},
        {"sensorId": sensor_id, "status": "ACTIVE,RESOLVED", "severity": "WARNING"},
        {"sensorId": sensor_id, "deviceId": device_id, "siteId": site_id, "open": "true"},
        {"sensorId": sensor_id, "from": moment.isoformat(), "to": (moment + second).isoformat()},
        {"sensorId": sensor_id, "recordedFrom": (begun - timedelta(minutes=5)).isoformat()},
        {"sensorId": sensor_id, "sort": "-changedAt"},
    ]
    for parameters in found:
        assert [each["id"] for each in alerts_of(customer, **parameters)] == [alert["id"]], (
            parameters
        )
    missed: list[dict[str, Any]] = [
        {"status": "ACKNOWLEDGED"},
        {"severity": "CRITICAL"},
        {"open": "false"},
        {"ruleId": str(uuid4())},
        {"siteId": str(uuid4())},
        {"to": moment.isoformat()},
        {"from": (moment + second).isoformat()},
        {"recordedFrom": (begun + timedelta(hours=1)).isoformat()},
    ]
    for parameters in missed:
        assert alerts_of(customer, **{"sensorId": sensor_id, **parameters}) == [], parameters
    assert_problem(customer.http.get("/alerts", params={"status": "OPEN"}), 400)
    act(customer, alert, "acknowledge")
    since = {"sensorId": sensor_id, "recordedFrom": begun.isoformat()}
    assert [each["status"] for each in alerts_of(customer, **since)] == ["ACKNOWLEDGED"]


def test_who_may_not_read_readings_sees_none_around_an_alert(
    platform: RunningPlatform, customer: Organization, sensor_id: str
) -> None:
    alert = fire(customer, sensor_id, secrets.token_hex(4))
    body = {"name": "watcher", "scopes": ["alerts:read"]}
    key = customer.http.post("/api-keys", json=body).json()["key"]
    with platform.client(key) as http:
        assert http.get(f"/alerts/{alert['id']}").json()["readings"] == []
    assert [each["value"] for each in read(customer, alert)["readings"]] == [20.0, 40.5]


def test_what_a_sensor_measured_is_shown_as_it_measures(
    customer: Organization, device_id: str
) -> None:
    conditions: list[tuple[str, dict[str, Any], Any, Any]] = [
        ("BOOLEAN", {"operator": "IS_TRUE"}, False, True),
        ("BIGINT", {"operator": "GT", "value": 30}, 20, 40),
        ("TEXT", {"operator": "EQ", "value": "FAULT"}, "OK", "FAULT"),
    ]
    shown = []
    for value_type, condition, quiet, value in conditions:
        key = secrets.token_hex(4)
        sensor = make_sensor(customer, device_id, key, valueType=value_type)["id"]
        report(customer, sensor, at(0), (0, quiet))
        levels = [{"severity": "INFO"}]
        rule = make_rule(
            customer, sensor, key, condition={"kind": "VALUE", **condition}, levels=levels
        )
        await_watching(customer, sensor, rule["id"])
        report(customer, sensor, datetime.now(UTC), (0, value))
        [alert] = await_alerts(customer, 1, ruleId=rule["id"])
        shown.append(alert["value"])
        assert [each["value"] for each in read(customer, alert)["readings"]] == [value]
    assert shown == [True, 40, None]
