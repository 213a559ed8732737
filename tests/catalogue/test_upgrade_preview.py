"""What another version would have refused, counted on readings that are there."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, make_sensor_profile
from tests.make.readings import assert_problem

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
NEW = [
    CLIMATE[0] | {"max": 30},
    {"key": "state", "type": "TEXT", "enum": ["OK"]},
    {"key": "voltage", "type": "DOUBLE", "arraySize": 2, "min": 200, "required": True},
    {"key": "count", "type": "BIGINT", "enum": [1, 2]},
]


@pytest.fixture(scope="module")
def component(platform: RunningPlatform, tenant: Organization) -> str:
    """A component of climate 1.0 with sensors of many kinds, and a day of readings."""
    profile = make_sensor_profile(tenant)
    made = tenant.http.post(
        "/devices/registration/tokens", json={"deviceName": "d", "components": [{"key": "probe"}]}
    ).json()
    [found] = tenant.http.get("/components").json()["items"]
    sensors = {
        "temperature": "DOUBLE",
        "humidity": "DOUBLE",
        "state": "TEXT",
        "voltage.0": "DOUBLE",
        "voltage.1": "BOOLEAN",
        "count": "BIGINT",
    }
    ids = {key: str(uuid.uuid4()) for key in sensors}
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.component SET sensor_profile_id = %s WHERE id = %s",
            [profile["id"], found["id"]],
        )
        for key, value_type in sensors.items():
            admin.execute(
                "INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [tenant.id, ids[key], made["deviceId"], key, key, value_type],
            )
    readings: list[dict[str, Any]] = []

    def report(minute: int, **values: Any) -> None:
        moment = (START + timedelta(minutes=minute)).isoformat()
        readings.extend(
            {"sensorId": ids[key.replace("_", ".")], "timestamp": moment, "value": value}
            for key, value in values.items()
        )

    report(0, temperature=20, voltage_0=230, voltage_1=True)
    report(1, temperature=31, humidity=50, voltage_0=199.5, voltage_1=True)
    report(2, temperature=35.5, state="BAD", count=3)
    report(3, temperature=30, state="OK", count=2)
    receipt = tenant.http.post("/readings/batch", json=readings).json()
    assert receipt["accepted"] == len(readings), receipt
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.sensor SET component_id = %s WHERE device_id = %s",
            [found["id"], made["deviceId"]],
        )
    return str(found["id"])


def preview(tenant: Organization, profile_id: str, **body: Any) -> dict[str, Any]:
    answer = tenant.http.post(f"/sensor-profiles/{profile_id}/upgrade-preview", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_each_field_and_reason_is_counted_with_examples(
    tenant: Organization, component: str
) -> None:
    version = make_sensor_profile(tenant, version="2.0", fields=NEW)
    found = preview(tenant, version["id"])
    assert (found["components"], found["devices"], found["readings"]) == (1, 1, 13)
    assert found["isComplete"] is True
    counted = {(fault["field"], fault["code"]): fault["count"] for fault in found["faults"]}
    assert counted == {
        ("temperature", "OUT_OF_RANGE"): 2,
        ("humidity", "UNKNOWN_SENSOR"): 1,
        ("state", "OUT_OF_RANGE"): 1,
        ("voltage", "OUT_OF_RANGE"): 1,
        ("voltage", "WRONG_TYPE"): 2,
        ("voltage", "MISSING_FIELD"): 2,
        ("count", "OUT_OF_RANGE"): 1,
    }
    [warm] = [fault for fault in found["faults"] if fault["field"] == "temperature"]
    assert [example["value"] for example in warm["examples"]] == [35.5, 31]
    assert warm["examples"][0]["componentId"] == component
    assert warm["examples"][0]["sensor"] == "temperature"
    missing = next(fault for fault in found["faults"] if fault["code"] == "MISSING_FIELD")
    assert [example["value"] for example in missing["examples"]] == [None, None]


def test_components_can_be_named_and_the_span_be_chosen(
    tenant: Organization, component: str
) -> None:
    profile = make_sensor_profile(tenant, "other")
    assert preview(tenant, profile["id"])["components"] == 0
    found = preview(tenant, profile["id"], componentIds=[component], days=1)
    assert found["components"] == 1
    assert {fault["field"] for fault in found["faults"]} == {
        "state",
        "voltage.0",
        "voltage.1",
        "count",
    }
    answer = tenant.http.post(
        f"/sensor-profiles/{profile['id']}/upgrade-preview",
        json={"componentIds": [str(uuid.uuid4())]},
    )
    assert_problem(answer, 404, code="NOT_FOUND")
    for days in (0, 91, "x"):
        answer = tenant.http.post(
            f"/sensor-profiles/{profile['id']}/upgrade-preview", json={"days": days}
        )
        assert_problem(answer, 400)


def test_who_may_not_read_readings_sees_none_of_them_here(
    platform: RunningPlatform, tenant: Organization, component: str
) -> None:
    profile = make_sensor_profile(tenant, "guarded")
    key = tenant.http.post("/api-keys", json={"name": "k", "scopes": ["profiles:write"]}).json()[
        "key"
    ]
    with platform.client(key) as http:
        assert_problem(http.post(f"/sensor-profiles/{profile['id']}/upgrade-preview"), 403)
