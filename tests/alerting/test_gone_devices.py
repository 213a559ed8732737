"""A rule about devices that are disconnected, from its making to its alerts, with a real broker."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.make.annotations import make_class
from tests.make.devices import connect, provision_device
from tests.make.fleet import made, make_device, make_sensor
from tests.make.found_alerts import alerts_of, await_alerts
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until


def gone_rule(device_id: str, **more: Any) -> dict[str, Any]:
    return {
        "name": f"gone {secrets.token_hex(4)}",
        "target": {"type": "DEVICE", "id": device_id},
        "condition": {"kind": "DISCONNECTED"},
        "levels": [{"severity": "CRITICAL"}],
        **more,
    }


def is_connected(organization: Organization, device_id: str) -> bool:
    return bool(organization.http.get(f"/devices/{device_id}").json()["connected"])


def test_a_device_that_goes_away_is_told_and_its_return_ends_that(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    class_id = make_class(organization, "gone", scopes=["DEVICE"])["id"]
    rule = made(organization, "/alert-rules", **gone_rule(device.id, annotationClassId=class_id))
    assert rule["summary"] == "Critical when the device is disconnected."
    session = connect(platform, device)
    wait_until(lambda: is_connected(organization, device.id), "it is connected")
    assert alerts_of(organization, ruleId=rule["id"]) == []
    session.close()
    [alert] = await_alerts(organization, 1, ruleId=rule["id"])
    assert (alert["sensorId"], alert["deviceId"]) == (None, device.id)
    assert (alert["value"], alert["conditionActive"]) == (None, True)
    detail = organization.http.get(f"/alerts/{alert['id']}").json()
    assert (detail["readings"], detail["transitions"][-1]["state"]) == ([], "FIRING")
    left = organization.http.get("/annotations/by-source", params={"source": "RULE"}).json()
    [annotation] = left["items"]
    assert (annotation["scopeType"], annotation["scopeId"]) == ("DEVICE", device.id)

    again = connect(platform, device)
    [ended] = await_alerts(organization, 1, ruleId=rule["id"], status="RESOLVED")
    assert ended["id"] == alert["id"]
    again.close()
    await_alerts(organization, 2, ruleId=rule["id"])
    found = organization.http.post(
        f"/alert-rules/{rule['id']}/test",
        json={
            "from": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            "to": datetime.now(UTC).isoformat(),
            "rule": gone_rule(device.id, levels=[{"severity": "INFO", "forSeconds": 3600}]),
        },
    ).json()
    assert (found["count"], found["difference"]["removed"], found["sensors"]) == (0, 2, 1)
    found = organization.http.post(
        "/alert-rules/test",
        json={
            "from": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            "to": datetime.now(UTC).isoformat(),
            "rule": gone_rule(device.id),
        },
    ).json()
    ids = [(each["deviceId"], each["sensorId"]) for each in found["alerts"]]
    assert ids == [(device.id, None)] * 2


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"field": "temperature"}, ["$.field"]),
        ({"condition": {"kind": "DISCONNECTED", "aggregate": "AVG"}}, ["$.condition.aggregate"]),
        (
            {"condition": {"kind": "DISCONNECTED", "windowSeconds": 9}},
            ["$.condition.windowSeconds"],
        ),
        ({"levels": [{"severity": "INFO", "value": 1}]}, ["$.levels[0].value"]),
        ({"target": {"type": "DEVICE_PROFILE", "name": "nothing"}}, ["$.target.name"]),
    ],
)
def test_what_a_rule_about_devices_cannot_say_is_refused(
    organization: Organization, change: dict[str, Any], places: list[str]
) -> None:
    device_id = make_device(organization, "pump")
    answer = organization.http.post("/alert-rules", json={**gone_rule(device_id), **change})
    assert _places(answer) == places


def test_a_rule_about_devices_watches_no_sensor_and_leaves_what_is_of_devices(
    organization: Organization,
) -> None:
    device_id = make_device(organization, "pump")
    sensor_id = make_sensor(organization, device_id, "warmth")["id"]
    rule = gone_rule(device_id, target={"type": "SENSOR", "id": sensor_id})
    assert _places(organization.http.post("/alert-rules", json=rule)) == ["$.target.type"]
    class_id = make_class(organization, "of sensors", scopes=["SENSOR"])["id"]
    rule = gone_rule(device_id, annotationClassId=class_id)
    assert _places(organization.http.post("/alert-rules", json=rule)) == ["$.annotationClassId"]


def _places(answer: httpx.Response) -> list[str]:
    body = assert_problem(answer, 422, code="RULE_INVALID")
    return [error["path"] for error in body["errors"]]
